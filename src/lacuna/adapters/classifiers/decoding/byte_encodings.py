"""Bytes written as letters or digits: base64, base32, hexadecimal, binary and decimal codes.

Guarantees: a piece decodes only if all of it gives printable text (UTF-8, or UTF-16 where every other byte is zero, or
either of them compressed), so digests, keys, identifiers and pictures stay what they are; output is at most
`_INFLATION` times the input. Sources: RFC 4648 (base64 in both alphabets, padding optional; base32), RFC 1950 and 1952
(zlib, gzip).
"""

import base64
import binascii
import re
import unicodedata
import zlib

from lacuna.adapters.classifiers.decoding.decoder import Decoder
from lacuna.adapters.classifiers.decoding.substitution import rot13
from lacuna.adapters.classifiers.folding import fold

_MIN_DECODED = 3
_INFLATION = 16
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
_LINE_BREAK = re.compile(r"[ \t]*\r?\n[ \t>]*")
_PARTS = re.compile(r"[A-Za-z0-9+]{8,}={0,2}")
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def printable(raw: bytes) -> str | None:
    """The text that `raw` is, or None if it is none or holds anything unprintable."""
    if raw.startswith(_COMPRESSED):
        inflated = _inflated(raw)
        return None if inflated is None else printable(inflated)
    if b"\0" in raw:
        return _utf16(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if len(text) >= _MIN_DECODED and _readable(text) else None


def _readable(text: str) -> bool:
    """Whether `text` has no characters that no text has; invisible ones may hide more."""
    return text.isprintable() or all(
        character in "\t\n\r" or unicodedata.category(character) not in _NO_TEXT
        for character in text
        if not character.isprintable()
    )


def _utf16(raw: bytes) -> str | None:
    """UTF-16 in the byte order that most of its zeros tell."""
    if len(raw) % 2 or raw.count(0) * 4 < len(raw):
        return None
    order = "utf-16-le" if raw[1::2].count(0) > raw[::2].count(0) else "utf-16-be"
    try:
        text = raw.decode(order).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    return text if len(text) >= _MIN_DECODED and _readable(text) else None


def _inflated(raw: bytes) -> bytes | None:
    """What `raw` unpacks to: no layers, and no more of it than `_INFLATION` times its length."""
    try:
        inflated = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(raw, _INFLATION * len(raw))
    except zlib.error:
        return None
    return None if inflated.startswith(_COMPRESSED) else inflated


_LONG = 12
_LONG_ENCODED = 16
_UNLIKELY = re.compile(r"[^\w @.:/+,;'=&-]")


def _no_accident(text: str | None) -> str | None:
    """None for what a few bytes of a digest, an identifier or a plain word happen to spell."""
    return None if text and len(text) < _LONG and _UNLIKELY.search(fold(text)) else text


def base64_text(piece: str) -> str | None:
    """The printable text that `piece` encodes in base64 (RFC 4648, either alphabet, padding optional), or None."""
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        return printable(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except binascii.Error:
        return None


def _base64(piece: str) -> str | None:
    """`piece` whole, its lines joined; else line by line; else the parts between the marks that base64 shares with
    paths and names; else written backwards or rotated."""
    joined = _LINE_BREAK.sub("", piece)
    text = _no_accident(base64_text(joined))
    if text is not None:
        return text
    parts = _PARTS.sub(_base64_part, piece)
    if parts != piece:
        return parts
    if len(joined) < _LONG_ENCODED or joined != piece:
        return None
    return base64_text(piece[::-1]) or base64_text(rot13(piece))


def _base64_part(match: re.Match[str]) -> str:
    part = match.group()
    return _no_accident(base64_text(part)) or part


def _base32(piece: str) -> str | None:
    body = _LINE_BREAK.sub("", piece).rstrip("=")
    if len(body) % 8 not in (0, 2, 4, 5, 7):
        return None
    try:
        return _no_accident(printable(base64.b32decode(body + "=" * (-len(body) % 8), casefold=True)))
    except binascii.Error:
        return None


_HEX_PREFIX = re.compile("0[xX]")
_HEX_MARKS = " :,;-"


def _hexadecimal(piece: str) -> str | None:
    compact = _HEX_PREFIX.sub("", piece) if "x" in piece or "X" in piece else piece
    for mark in _HEX_MARKS:
        compact = compact.replace(mark, "")
    return _no_accident(printable(bytes.fromhex(compact))) if len(compact) % 2 == 0 else None


def _binary(piece: str) -> str | None:
    bits = piece.replace(" ", "")
    if len(bits) % 8:
        return None
    return printable(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)))


_CODE = re.compile(r"[0-9]+")


def _decimal_codes(piece: str) -> str | None:
    codes = [int(code) for code in _CODE.findall(piece)]
    return printable(bytes(codes)) if max(codes) < 256 else None


DECODERS = (
    Decoder(
        r"[a-z0-9][A-Z][A-Za-z0-9+/]|[a-zA-Z][0-9][A-Za-z]|[A-Za-z0-9+/]=|\b[A-Z0-9]{16}",
        re.compile(
            r"([A-Za-z0-9+/_-]{6,}+={1,2}|"
            r"[A-Za-z0-9+/]{16,}+(?:[ \t]*+\r?\n[ \t>]*+[A-Za-z0-9+/]{4,}+)++={0,2}|"
            r"[A-Za-z0-9+/_-]{8,}+)"
        ),
        _base64,
        whole=True,
    ),
    Decoder(
        r"[A-Z][2-7]|[2-7][A-Z]|[a-z][2-7]|[A-Z]=|\b[A-Z2-7]{16}",
        re.compile(r"(?a)\b(?:[A-Z2-7]{8,}+|[a-z2-7]{8,}+)(?:\r?\n[A-Z2-7]{2,}+)*+={0,6}"),
        _base32,
    ),
    Decoder(
        r"(?:\b|_)(?:0[xX])?[0-9A-Fa-f]{16}",
        re.compile(r"(?a)(?:\b|_)((?:0[xX])?(?:[0-9A-Fa-f]{2}){8,}+)(?:\b|_)"),
        _hexadecimal,
    ),
    Decoder(
        r"(?:^|[^\w-])(?:0[xX])?[2-7][0-9A-Fa-f][2-7][0-9A-Fa-f][2-7][0-9A-Fa-f]",
        re.compile(r"(?a)(?:\A|[^\w-])((?:0[xX])?(?:[0-9A-Fa-f]{2}){4,7})(?:\Z|[^\w-])"),  # no group of a UUID
        _hexadecimal,
    ),
    Decoder(
        r"\b(?:0[xX])?[0-9A-Fa-f][0-9A-Fa-f][ :,;-]+(?:0[xX])?[0-9A-Fa-f][0-9A-Fa-f][ :,;-]+(?:0[xX])?[0-9A-Fa-f]"
        r"[0-9A-Fa-f]\b",
        re.compile(r"(?a)\b(?:0[xX])?[0-9A-Fa-f]{2}(?:[ :,;-]{1,2}(?:0[xX])?[0-9A-Fa-f]{2}){3,}\b"),
        _hexadecimal,
    ),
    Decoder(r"[01][01][01][01][01][01][01][01]", re.compile(r"(?a)\b[01]{8}(?: ?[01]{8}){2,}\b"), _binary),
)

CODES = (
    Decoder(
        r"\b[0-9]+[ ,;]+[0-9]+[ ,;]+[0-9]+[ ,;]+[0-9]",
        re.compile(r"(?a)\b[0-9]{2,3}(?:[ ,;]{1,2}[0-9]{2,3}){3,}\b"),
        _decimal_codes,
    ),
)
