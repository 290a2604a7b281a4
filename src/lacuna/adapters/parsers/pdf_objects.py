"""The strings in a PDF's objects (ISO 32000-2, 7.3), whether or not anything shows them.

PDFium tells what is on a page and what its functions know of. Own properties, alternative texts, scripts, names of
layers, form data, XMP packets and what older versions of the file said are only to be found in the objects. Page
contents are left to PDFium, which knows their fonts.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.limits import Limits
from lacuna.adapters.parsers.xml_text import words_of

_STREAM: Final = re.compile(rb"stream\r?\n")
_END: Final = b"endstream"
_DICTIONARY_WITHIN: Final = 2_000
_WITHOUT_WORDS: Final = re.compile(
    rb"/Image\b|/DCTDecode|/JPXDecode|/CCITTFaxDecode|/JBIG2Decode|/Length[123]\b|/XRef\b|/Type1C|/CIDFontType0C|/OpenType"
    rb"|/EmbeddedFile\b|/ShadingType|/FunctionType|/PatternType|/CMapName"
)
_OTHER_FILTER: Final = re.compile(rb"/(?:LZW|ASCII85|ASCIIHex|RunLength)Decode|/Crypt\b|/Predictor\s+(?!1\b)")
_CONTENT: Final = re.compile(rb"(?:^|\s)(?:BT|Tj|TJ|re|cm|Do|l|m|c|f|gs|BI|BMC|BDC|scn?|rg)\s")
_MARK: Final = re.compile(rb"[()\\]|<(?!<)[0-9A-Fa-f\s]{4,}>")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\s\S]))")
_ESCAPES: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_LOOK: Final = 1 << 16
_MIN_LENGTH: Final = 3
_PRINTABLE_SHARE: Final = 0.9
_DEEPEST: Final = 100


def object_texts(data: bytes, limits: Limits) -> Iterator[str]:
    """Every text in the objects of an unencrypted file, each once. Raises TooLarge."""
    seen = set[str]()
    for text in _texts(data, limits):
        if text not in seen:
            seen.add(text)
            yield text


def _texts(data: bytes, limits: Limits) -> Iterator[str]:
    place = 0
    for found in _STREAM.finditer(data):
        if found.start() < place:
            continue
        before = data[place : found.start()]
        yield from _strings(before)
        end = data.find(_END, found.end())
        end = len(data) if end < 0 else end
        yield from _stream(before[-_DICTIONARY_WITHIN:].rpartition(b"obj")[2], data[found.end() : end], limits)
        place = end + len(_END)
    yield from _strings(data[place:])


def _stream(dictionary: bytes, body: bytes, limits: Limits) -> Iterator[str]:
    if _WITHOUT_WORDS.search(dictionary) or _OTHER_FILTER.search(dictionary):
        return
    if b"/FlateDecode" in dictionary or b"/Fl " in dictionary:
        beginning = _inflated(body, _LOOK)
        if not _is_wordy(beginning, dictionary):
            return
        text = _inflated(body, limits.remaining + 1)
        limits.unpack(len(text))
    else:
        text = body
        if not _is_wordy(text[:_LOOK], dictionary):
            return
    if b"/ObjStm" in dictionary:
        yield from _strings(text)
    elif text.lstrip()[:1] == b"<":
        yield from words_of(text)
    else:
        yield text.decode("utf-8", "replace")


def _is_wordy(beginning: bytes, dictionary: bytes) -> bool:
    """Whether a stream is of objects, XML or text (a script, a form's data) and not what a page paints."""
    if b"/ObjStm" in dictionary or beginning.lstrip()[:1] == b"<":
        return True
    return not _CONTENT.search(beginning) and _is_text(beginning.decode("utf-8", "replace"))


def _strings(data: bytes) -> Iterator[str]:
    """Literal and hexadecimal strings between the streams."""
    depth, start, after = 0, 0, 0
    for mark in _MARK.finditer(data):
        if mark.start() < after:
            continue
        sign = mark.group()
        if sign == b"\\":
            after = mark.end() + 1
        elif sign == b"(":
            depth += 1
            if depth == 1 or depth > _DEEPEST:
                start, depth = mark.end(), 1
        elif sign == b")" and depth:
            depth -= 1
            if not depth:
                yield from _string(_ESCAPE.sub(_unescaped, data[start : mark.start()]))
        elif depth == 0 and len(sign) > 1:
            digits = b"".join(sign[1:-1].split())
            yield from _string(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")))


def _string(value: bytes) -> Iterator[str]:
    if value.startswith(b"\xfe\xff"):
        text = value[2:].decode("utf-16-be", "replace")
    elif value.startswith(b"\xff\xfe"):
        text = value[2:].decode("utf-16-le", "replace")
    else:
        text = value.removeprefix(b"\xef\xbb\xbf").decode(
            "utf-8" if value.startswith(b"\xef\xbb\xbf") else "latin-1", "replace"
        )
    if _is_text(text):
        yield text.strip()


def _is_text(text: str) -> bool:
    letters = sum(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return len(text) >= _MIN_LENGTH and letters >= _PRINTABLE_SHARE * len(text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, letter = found.groups()
    return bytes((int(octal, 8) & 0xFF,)) if octal else _ESCAPES.get(letter, letter)


def _inflated(body: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(body.lstrip(b"\r\n"), max(limit, 1))
    except zlib.error:
        return b""
