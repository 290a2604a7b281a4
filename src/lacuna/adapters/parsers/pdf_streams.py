"""What a PDF's streams hold (ISO 32000-2, 7.4 and 9.4): filters undone, and the strings that a content stream shows.

Pages are left to PDFium, which knows their fonts. The strings here are those of content that no page shows: they are
taken as they stand, so only text in a Latin encoding comes out.
"""

import base64
import binascii
import re
import zlib
from typing import Final

_FILTER: Final = re.compile(rb"/(?:Filter|F)\s*(\[[^\]]{0,200}\]|/\w+)")
_NAME: Final = re.compile(rb"/(\w+)")
_PREDICTOR: Final = re.compile(rb"/Predictor\s+(\d+)")
_COLUMNS: Final = re.compile(rb"/Columns\s+(\d+)")
_STRING: Final = re.compile(rb"\((?:[^()\\]++|\\[\s\S]|\((?:[^()\\]++|\\[\s\S])*+\))*+\)|<[0-9A-Fa-f\s]{2,}>")
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|[\s\S])")
_NEW_LINE: Final = re.compile(rb"T[dDm*]|ET|['\"]")
_SPACE: Final = re.compile(rb"-(?:[2-9]\d\d|\d{4,})")
_SIGN: Final = re.compile(r"[^\w ]|_")
_MOST_SIGNS: Final = 0.3
"""The share of a line that may be neither letters, digits nor blanks: where a font has codes of its own, it is more."""
_MIN_LENGTH: Final = 3


def unpacked(body: bytes, dictionary: bytes, limit: int) -> bytes | None:
    """At most `limit` bytes of a stream with its filters undone; None where one of them is for pictures or unknown."""
    found = _FILTER.search(dictionary)
    data = body
    for name in _NAME.findall(found.group(1)) if found else ():
        if name in (b"FlateDecode", b"Fl"):
            data = _unpredicted(inflated(data, limit), dictionary)
        elif name in (b"ASCII85Decode", b"A85"):
            data = _ascii85(data)
        elif name in (b"ASCIIHexDecode", b"AHx"):
            digits = re.sub(rb"[^0-9A-Fa-f]", b"", data.partition(b">")[0])
            data = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        else:
            return None
    return data[:limit]


def inflated(body: bytes, limit: int) -> bytes:
    """At most `limit` bytes of what Deflate packed; nothing where it did not."""
    try:
        return zlib.decompressobj().decompress(body.lstrip(b"\r\n"), max(limit, 1))
    except zlib.error:
        return b""


def shown_lines(content: bytes) -> list[str]:
    """The strings that a content stream paints, those of one line joined. Codes of a font are left out."""
    lines, pieces, end = list[str](), list[bytes](), 0
    for found in _STRING.finditer(content):
        between = content[end : found.start()]
        if _NEW_LINE.search(between):
            lines.append(_line(pieces))
            pieces = []
        elif _SPACE.search(between):
            pieces.append(b" ")
        pieces.append(_bytes(found.group()))
        end = found.end()
    lines.append(_line(pieces))
    return [line for line in lines if line]


def _line(pieces: list[bytes]) -> str:
    text = b"".join(pieces).decode("cp1252", "replace")
    signs = len(_SIGN.findall(text))
    is_text = len(text) >= _MIN_LENGTH and text.isprintable() and signs <= _MOST_SIGNS * len(text)
    return text.strip() if is_text and "\ufffd" not in text else ""


def _bytes(string: bytes) -> bytes:
    if string.startswith(b"<"):
        digits = b"".join(string[1:-1].split())
        return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    inner = string[1:-1]
    if b"\\" not in inner:
        return inner
    if b"\\\\" not in inner:
        # Nearly all escapes are brackets.
        inner = inner.replace(b"\\(", b"(").replace(b"\\)", b")")
    return _ESCAPE.sub(_unescaped, inner) if b"\\" in inner else inner


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign = found.group(1)
    return bytes((int(sign, 8) & 0xFF,)) if sign.isdigit() else {b"n": b" ", b"r": b" ", b"t": b" "}.get(sign, sign)


def _ascii85(data: bytes) -> bytes:
    try:
        return base64.a85decode(data.partition(b"~>")[0].removeprefix(b"<~"))
    except ValueError:
        return b""


def _unpredicted(data: bytes, dictionary: bytes) -> bytes:
    """PNG's row filters undone (ISO 32000-2, 7.4.4.4), for rows of single bytes."""
    kind, columns = _PREDICTOR.search(dictionary), _COLUMNS.search(dictionary)
    if kind is None or int(kind.group(1)) < 10:
        return data
    width = min(int(columns.group(1)) if columns else 1, len(data) or 1)
    out, above = bytearray(), bytes(width)
    for place in range(0, len(data), width + 1):
        row = bytearray(data[place + 1 : place + 1 + width].ljust(width, b"\0"))
        _unfilter(row, above, data[place])
        out += row
        above = bytes(row)
    return bytes(out)


def _unfilter(row: bytearray, above: bytes, kind: int) -> None:
    for at, value in enumerate(row):
        left = row[at - 1] if at else 0
        corner = above[at - 1] if at else 0
        guess = {1: left, 2: above[at], 3: (left + above[at]) // 2, 4: _paeth(left, above[at], corner)}.get(kind, 0)
        row[at] = (value + guess) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))
