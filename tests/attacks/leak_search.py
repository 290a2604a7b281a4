"""Searches recordings for planted values: as they are, and in every encoding that somebody could have given them.

A recording is decoded again and again (address, HTML, JSON and mail escapes, base64, base32, hexadecimal, compression),
and each decoded form is compared without case, marks, look-alikes and everything that is no letter or digit, forwards,
backwards and in ROT13. So a value is found whatever was put between its letters.
"""

import base64
import binascii
import codecs
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from lacuna.adapters.classifiers.folding import fold

DEPTH: Final = 3
"""How many encodings may be put around one another."""

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_BASE32: Final = re.compile(r"[A-Z2-7]{16,}={0,6}")
_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){6,}")
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_MAGIC: Final = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")


@lru_cache(maxsize=4096)
def squashed(text: str) -> str:
    """The letters and digits of `text` alone, folded."""
    return "".join(c for c in fold(text).casefold() if c.isalnum())


def leaks(recordings: Iterable[bytes], planted: Iterable[str]) -> set[str]:
    """The planted values that stand in the recordings in any form."""
    wanted = {value: squashed(value) for value in planted}
    assert all(len(form) >= 6 for form in wanted.values()), "too short: it would be found by chance"
    found: set[str] = set()
    for recording in recordings:
        for text in forms(recording):
            seen = squashed(text)
            sides = (seen, seen[::-1], codecs.encode(seen, "rot13"))
            found |= {value for value, form in wanted.items() if any(form in side for side in sides)}
    return found


def forms(recording: bytes) -> set[str]:
    """The recording and everything that can be decoded out of it."""
    known: set[str] = set()
    fresh = _texts(recording)
    for _ in range(DEPTH + 1):
        fresh -= known
        known |= fresh
        fresh = {text for each in fresh for text in _decoded(each)}
    return known


def _texts(data: bytes) -> set[str]:
    texts = {data.decode("utf-8", "replace")}
    if b"\0" in data:  # characters of two bytes or more
        texts.add(data.replace(b"\0", b"").decode("utf-8", "replace"))
    for start in _MAGIC:
        at = data.find(start)
        while at >= 0:
            with_header = zlib.decompressobj(47)
            with suppress(zlib.error):
                texts.add(with_header.decompress(data[at:], 1 << 20).decode("utf-8", "replace"))
            at = data.find(start, at + 1)
    return texts


def _decoded(text: str) -> Iterator[str]:
    if "%" in text or "+" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
    if "=" in text:
        yield quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    for match in _HEXADECIMAL.finditer(text):
        yield from _texts(bytes.fromhex(re.sub(r"[\s:]", "", match[0])))
    for match in _BASE32.finditer(text):
        run = match[0].rstrip("=")
        yield from _of(base64.b32decode, run + "=" * (-len(run) % 8))
    for match in _BASE64.finditer(text):
        run = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        for shift in range(4):
            part = run[shift:]
            yield from _of(base64.b64decode, part + "=" * (-len(part) % 4) if len(part) % 4 != 1 else part[:-1])


def _of(decode: Callable[[str], bytes], run: str) -> Iterator[str]:
    try:
        yield from _texts(decode(run))
    except (binascii.Error, ValueError):
        return
