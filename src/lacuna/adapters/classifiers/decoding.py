"""Values that hide in an encoding: which pieces of a text decode, and to what.

Guarantees: a piece is replaced only if it decodes completely to printable text; work and output are linear in the
text; at most `MAX_DEPTH` encodings inside each other are undone (the caller counts). Undone are HTML character
references, percent-encoding (RFC 3986), backslash escapes, base64 in both alphabets (RFC 4648), hexadecimal, letters
that are set apart by blanks, dots or dashes, and a word broken over two lines. Anything else is left to later layers.
"""

import base64
import binascii
import html
import re
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from lacuna.adapters.classifiers.views import Piece

MAX_DEPTH = 3
_MIN_DECODED = 3


@dataclass(frozen=True, slots=True)
class _Decoder:
    """`probe` is what a text must contain for `pattern` to be worth trying; `decode` gives None where a piece is not
    encoded. Patterns that cannot backtrack use the standard library's engine, which is faster for each match."""

    probe: str
    pattern: Any
    decode: Callable[[str], str | None]


def _printable(raw: bytes) -> str | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    readable = text.translate(_BLANKS)
    return text if len(text) >= _MIN_DECODED and readable.isprintable() else None


_BLANKS = str.maketrans("\t\n\r", "   ")


def base64_text(piece: str) -> str | None:
    """The printable text that `piece` encodes in base64 (RFC 4648, either alphabet, padding optional), or None."""
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        return _printable(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except binascii.Error:
        return None


def _hexadecimal(piece: str) -> str | None:
    compact = piece.replace(" ", "").replace(":", "")
    return _printable(bytes.fromhex(compact)) if len(compact) % 2 == 0 else None


def _percent(piece: str) -> str | None:
    return urllib.parse.unquote(piece)


def _escapes(piece: str) -> str | None:
    digits = piece.replace("\\u{", "").replace("}", "")[2:] if piece[1] == "x" else piece[2:].strip("{}")
    code = int(digits, 16)
    return chr(code) if code < 0x110000 else None


def _spaced(piece: str) -> str | None:
    """Letters set apart by one blank; three blanks are one that was there before."""
    return piece.replace("   ", "\0").replace(" ", "").replace("\0", " ")


def _marked(piece: str) -> str | None:
    """Characters each followed by the same mark."""
    return piece.replace(piece[1], "")


def _rejoined(piece: str) -> str | None:
    return "" if piece.strip("\r\n") == "" else " "


def _regrouped(piece: str) -> str | None:
    """Groups of digits and capitals parted by marks that no number is written with."""
    return "-".join(part for part in _ODD_SEPARATOR.split(piece) if part)


_ODD_SEPARATOR = re.compile(r"[|~_*;\\]+")


_DECODERS = (
    _Decoder(
        r"&#?\w{2,31};",
        re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"),
        html.unescape,
    ),
    _Decoder(r"%[0-9A-Fa-f]{2}", re.compile(r"(?:%[0-9A-Fa-f]{2})+"), _percent),
    _Decoder(
        r"\\[xu][0-9A-Fa-f{]",
        re.compile(r"\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}"),
        _escapes,
    ),
    _Decoder(
        r"\b(?:[2-7][0-9A-Fa-f][ :]?){4}",
        re2.compile(r"\b(?:[0-9A-Fa-f]{2}){4,}\b|\b(?:[0-9A-Fa-f]{2}[ :]){3,}[0-9A-Fa-f]{2}\b"),
        _hexadecimal,
    ),
    _Decoder(
        r"[a-z0-9][A-Z][A-Za-z0-9+/]|[a-zA-Z][0-9][A-Za-z]|[A-Za-z0-9+/]=",
        re2.compile(r"[A-Za-z0-9+/]{6,}={1,2}|[A-Za-z0-9+/_-]{12,}"),
        base64_text,
    ),
    _Decoder(
        r"(?:^|[\s(\"'])(?:\S(?: |   )){3}",
        re2.compile(r"(?:^|[\s(\"'])((?:\S(?: |   )){3,}\S)(?:[\s.,;:!?)\"']|$)"),
        _spaced,
    ),
    _Decoder(
        r"(?:[\w@ +(),-][.*|_-]){5}",
        re2.compile(
            r"(?:[\w@ +()-]\.){5,}\w?|(?:[\w@ +().]-){5,}\w?|(?:[\w@ +().-]_){5,}\w?|"
            r"(?:[\w@ +().-]\*){5,}\w?|(?:[\w@ +().-]\|){5,}\w?"
        ),
        _marked,
    ),
    _Decoder(r"[0-9][|~_*;\\]+[0-9]", re2.compile(r"\b[A-Z0-9]{1,6}(?:[|~_*;\\]+[A-Z0-9]{1,6}){2,}\b"), _regrouped),
    _Decoder(r"[A-Za-z0-9-] ?\r?\n ?[A-Za-z0-9-]", re2.compile(r"[A-Za-z0-9-]( ?\r?\n ?)[A-Za-z0-9-]"), _rejoined),
)

_KNOWN = 10_000
"""Different pieces of one decoder whose decoding is remembered within one call: hostile texts repeat themselves."""

TRIGGERS: tuple[str, ...] = tuple(decoder.probe for decoder in _DECODERS)
"""Patterns that tell which decoders a text calls for; numbers into this tuple go to `decode`."""


def decode(text: str, triggered: Sequence[int]) -> list[Piece]:
    """What decodes in `text`, in order, not overlapping: the outermost and first where two decoders claim a place."""
    pieces: list[Piece] = []
    for number in sorted(triggered):
        pieces.extend(_decoded(text, _DECODERS[number]))
    pieces.sort(key=lambda piece: (piece.start, -piece.end))
    kept: list[Piece] = []
    for piece in pieces:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _decoded(text: str, decoder: _Decoder) -> Iterator[Piece]:
    known: dict[str, str | None] = {}
    group = decoder.pattern.groups and 1
    for match in decoder.pattern.finditer(text):
        start, end = match.span(group)
        encoded = text[start:end]
        if encoded in known:
            decoded = known[encoded]
        else:
            decoded = decoder.decode(encoded)
            if len(known) < _KNOWN:
                known[encoded] = decoded
        if decoded is not None and decoded != encoded:
            yield Piece(start, end, decoded)
