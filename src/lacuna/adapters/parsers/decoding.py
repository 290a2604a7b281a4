"""Bytes to characters, without guessing a language.

In order: byte order mark, UTF-8, UTF-16 without a mark, then Windows-1252 with Latin-1 for the five bytes that it
leaves undefined. The last never fails, so what looks binary is refused before. Other legacy encodings come out as
wrong letters but with every ASCII character in place.
"""

import codecs
import re
from typing import Final

from lacuna.domain.errors import UnsupportedFormat

SUPPORTED: Final = (
    "Supported are plain text (md, txt, csv, json, xml, source code), html, pdf, docx, xlsx, pptx, odt, ods, odp, rtf, "
    "epub, eml, msg, ipynb, zip and tar."
)
"""The cure of every refusal of a format."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE: Final = 0.005
_SAMPLE: Final = 1 << 16


def decode(data: bytes, declared: str = "") -> str:
    """The text in `data`, line ends as "\\n". `declared` is a character set that the document names for itself; it
    counts after a byte order mark and UTF-8. Raises UnsupportedFormat where the bytes are no text."""
    text = _decoded(data, declared)
    # Samples from both ends keep a binary file with a readable beginning from passing as text.
    for sample in (text[:_SAMPLE], text[-_SAMPLE:]):
        if len(_CONTROL.findall(sample)) > len(sample) * _MAX_CONTROL_SHARE:
            raise not_text()
    return text.replace("\r\n", "\n").replace("\r", "\n")


def not_text() -> UnsupportedFormat:
    """The error for bytes of no known format."""
    return UnsupportedFormat(
        "The file is binary data of no known format.",
        cure=SUPPORTED,
    )


def _decoded(data: bytes, declared: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                # A mark by chance, or a damaged file: either way not text in this encoding.
                raise not_text() from None
    for encoding in ("utf-8", _utf16_without_mark(data), declared):
        try:
            if encoding and codecs.lookup(encoding)._is_text_encoding:
                return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _utf16_without_mark(data: bytes) -> str:
    """Names the byte order if nearly every second byte is zero, as in UTF-16 text of a Latin script."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 8 or len(data) % 2:
        return ""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[first::2].count(0) > 0.8 * half and sample[1 - first :: 2].count(0) < 0.05 * half:
            return encoding
    return ""
