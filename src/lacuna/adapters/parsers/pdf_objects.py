"""The strings in a PDF's objects (ISO 32000-2, 7.3), whether or not anything shows them.

PDFium tells what is on a page and what its functions know of. Own properties, alternative texts, scripts, names of
layers, form data, XMP packets and what older versions of the file said are only to be found in the objects. Page
contents are left to PDFium, which knows their fonts.
"""

import re
from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.image import jpeg_texts
from lacuna.adapters.parsers.limits import Limits
from lacuna.adapters.parsers.pdf_streams import shown_lines, unpacked
from lacuna.adapters.parsers.strings import strings
from lacuna.adapters.parsers.xml_text import words_of

_STREAM: Final = re.compile(rb"stream\r?\n")
_END: Final = b"endstream"
_OBJECT: Final = re.compile(rb"\d+\s+\d+\s+obj\b")
_LENGTH: Final = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")
_DICTIONARY_WITHIN: Final = 20_000
_WITHOUT_WORDS: Final = re.compile(
    rb"/Image\b|/JPXDecode|/CCITTFaxDecode|/JBIG2Decode|/Length[123]\b|/XRef\b|/Type1C|/CIDFontType0C|/OpenType"
    rb"|/ShadingType|/FunctionType|/CMapName"
)
_FILE: Final = re.compile(rb"/EmbeddedFile\b")
_EF: Final = re.compile(rb"/EF\s*<<([^>]{0,300})>>")
_REFERENCE: Final = re.compile(rb"(\d+)\s+\d+\s+R")
_PHOTO: Final = b"\xff\xd8\xff"
_CONTENT: Final = re.compile(
    rb"(?:^|\s)(?:BT|Tj|TJ|Do|gs|BI|BMC|BDC)\s|[\d.]\s+(?:re|cm|l|m|c|f|scn?|rg)\s|(?:^|\s)/[^\s/]{1,60}\s+Do\b"
)
_MARKED: Final = re.compile(rb"/(?:Alt|E|T)\s*(?=[(<])")
_TAG: Final = re.compile(r"<[^<>]{1,2000}>")
_ENCODED_NAME: Final = re.compile(rb"/([^\s/<>\[\](){}%]{0,100}#[0-9A-Fa-f]{2}[^\s/<>\[\](){}%]{0,200})")
_MARK: Final = re.compile(rb"[()\\%]|<(?!<)[0-9A-Fa-f\s]{4,}>")
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
_OWN_COMMENTS: Final = (b"PDF-", b"%EOF")
_REST_OF_LINE: Final = re.compile(rb"[^\r\n]*")
_DEEPEST: Final = 100
_CERTIFICATE: Final = 64
"""Bytes above which a string that is no text is searched for some: signatures hold the names of who signed."""


class ObjectTexts:
    """The objects of an unencrypted file. Once `texts` has ended, `files` are the files that are packed in it, and
    `shown` the lines that its content streams paint, on pages or not."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        self._attached = {n for found in _EF.findall(data) for n in _REFERENCE.findall(found)}
        self.files: list[bytes] = []
        self.shown: list[str] = []

    def texts(self) -> Iterator[str]:
        """Every text in the objects, each once. Raises TooLarge."""
        seen = set[str]()
        for text in self._texts():
            if text not in seen:
                seen.add(text)
                yield text

    def _texts(self) -> Iterator[str]:
        data, place = self._data, 0
        for found in _STREAM.finditer(data):
            if found.start() < place:
                continue
            before = data[place : found.start()]
            yield from _strings(before)
            near = before[-_DICTIONARY_WITHIN:]
            head = max((mark.span() for mark in _OBJECT.finditer(near)), default=(0, 0))
            number, dictionary = near[head[0] : head[1]].partition(b" ")[0].strip(), near[head[1] :]
            end = _end(data, found.end(), dictionary)
            yield from self._stream(number, dictionary, data[found.end() : end])
            place = end + len(_END)
        yield from _strings(data[place:])

    def _stream(self, number: bytes, dictionary: bytes, body: bytes) -> Iterator[str]:
        if body.startswith(_PHOTO):
            yield from jpeg_texts(body)
            return
        is_file = _FILE.search(dictionary) is not None or number in self._attached
        if _WITHOUT_WORDS.search(dictionary) and not is_file:
            return
        beginning = unpacked(body, dictionary, _LOOK)
        if beginning is None:
            return
        is_content = not is_file and _CONTENT.search(beginning) is not None and b"/ObjStm" not in dictionary
        if not (is_file or is_content or b"/ObjStm" in dictionary or _is_text(_decoded(beginning))):
            return
        text = beginning
        if len(beginning) >= _LOOK:
            text = unpacked(body, dictionary, self._limits.remaining + 1) or b""
        self._limits.unpack(len(text))
        if is_file:
            self.files.append(text)
        elif b"/ObjStm" in dictionary:
            self._attached |= {n for found in _EF.findall(text) for n in _REFERENCE.findall(found)}
            yield from _strings(text)
        elif is_content:
            self.shown += shown_lines(text)
            after = 0
            for found in _MARKED.finditer(text):
                if found.end() >= after:
                    after = text.find(b">>", found.end(), found.end() + _LOOK)
                    after = after if after >= 0 else found.end() + _LOOK
                    yield from _strings(text[found.end() : after])
        elif text.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:1] == b"<" or text.startswith(b"\xfe\xff\0<"):
            yield from words_of(text)
            yield _TAG.sub("", _decoded(text))
        else:
            yield _decoded(text)


def _end(data: bytes, start: int, dictionary: bytes) -> int:
    """Where a stream ends: as long as it says it is, where that is true, else at the first word that ends one."""
    told = _LENGTH.search(dictionary)
    if told and len(told.group(1)) < 12:
        end = start + int(told.group(1))
        if data[end : end + 20].lstrip(b"\r\n").startswith(_END):
            return end
    end = data.find(_END, start)
    return len(data) if end < 0 else end


def _decoded(text: bytes) -> str:
    if text.startswith(b"\xfe\xff"):
        return text.decode("utf-16-be", "replace")[1:]
    if text.startswith(b"\xff\xfe"):
        return text.decode("utf-16-le", "replace")[1:]
    return text.decode("utf-8", "replace")


def _strings(data: bytes) -> Iterator[str]:
    """Literal and hexadecimal strings, comments, and names that are written as words, between the streams."""
    if b"#" in data:
        for name in _ENCODED_NAME.findall(data):
            yield from _string(re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code.group(1).decode()), name))
    depth, start, after = 0, 0, 0
    for mark in _MARK.finditer(data):
        if mark.start() < after:
            continue
        sign = mark.group()
        if sign == b"\\":
            after = mark.end() + 1
        elif sign == b"%":
            if not depth:
                line = _REST_OF_LINE.match(data, mark.end())
                after = line.end() if line else mark.end()
                if not data.startswith(_OWN_COMMENTS, mark.end()):
                    yield from _string(data[mark.end() : after])
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
        if "</" in text:
            yield _TAG.sub("", text).strip()
    elif len(value) > _CERTIFICATE:
        yield from strings(value)


def _is_text(text: str) -> bool:
    letters = sum(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return len(text) >= _MIN_LENGTH and letters >= _PRINTABLE_SHARE * len(text)


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, letter = found.groups()
    return bytes((int(octal, 8) & 0xFF,)) if octal else _ESCAPES.get(letter, letter)
