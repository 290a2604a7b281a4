"""Bytes to characters, without guessing a language.

In order: byte order mark, UTF-16 and UTF-32 without a mark, UTF-8, what the document declares, EBCDIC (by its blanks),
then Windows-1252 with Latin-1 for the five bytes that it leaves undefined. The last never fails, so what looks binary
is refused before. Other legacy encodings come out as wrong letters but with every ASCII character in place.
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
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x7f]")
_MAX_CONTROL_SHARE: Final = 0.005
_SAMPLE: Final = 1 << 16
_SHORTEST: Final = 16
_BLANKS: Final = 0.03
_MOST_OTHERS: Final = 0.2
_EBCDIC_WORDS: Final = (
    b"\x40\x15\x25\x0d\x4b\x60\x6b\x4c\x4d\x5d\x6e\x61\x7e\x7f\x7d\x7a\x5e"
    + bytes((*range(0x81, 0x8A), *range(0x91, 0x9A), *range(0xA2, 0xAA), *range(0xC1, 0xCA), *range(0xD1, 0xDA)))
    + bytes((*range(0xE2, 0xEA), *range(0xF0, 0xFA)))
)


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
    for encoding in (_wide_without_mark(data), "utf-8", declared, _ebcdic(data)):
        try:
            if encoding and codecs.lookup(encoding)._is_text_encoding:
                return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _ebcdic(data: bytes) -> str:
    """Names the character set of mainframes if most bytes are its letters, digits and blanks."""
    sample = data[:_SAMPLE]
    if len(sample) < _SHORTEST or b" " in sample or sample.count(0x40) < len(sample) * _BLANKS:
        return ""
    return "cp037" if len(sample.translate(None, _EBCDIC_WORDS)) < len(sample) * _MOST_OTHERS else ""


def _wide_without_mark(data: bytes) -> str:
    """Names the byte order if nearly every second byte is zero (UTF-16 text of a Latin script), or three of four."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 8 or b"\0" not in sample or len(data) % 2:
        return ""
    if len(data) % 4 == 0 and sample.count(0) >= 3 * len(sample) // 4:
        return "utf-32-be" if sample[0] == 0 else "utf-32-le"
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[first::2].count(0) > 0.8 * half and sample[1 - first :: 2].count(0) < 0.05 * half:
            return encoding
    return ""
