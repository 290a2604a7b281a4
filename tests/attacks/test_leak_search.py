"""The search for planted values finds them in every form, and finds nothing where there is nothing."""

import base64
import codecs
import gzip
import html
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from tests.attacks.leak_search import leaks

VALUES = ("Quillfeather", "yolanda.bexley@example.com", "fires at 1187 degrees")

NOISE = b"GET /search?q=how+do+plants+breathe&format=json HTTP/1.1\r\nHost: search.example\r\n\r\n"

FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "address": lambda v: quote(v).encode(),
    "address of every character": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()).encode(),
    "address twice": lambda v: quote(quote(v, safe=""), safe="").encode(),
    "form": lambda v: quote_plus(v).encode(),
    "base64": lambda v: base64.b64encode(v.encode()),
    "base64 after one byte": lambda v: base64.b64encode(b"x" + v.encode()),
    "base64 after two bytes": lambda v: base64.b64encode(b"xy" + v.encode()),
    "base64 in an address": lambda v: base64.urlsafe_b64encode(v.encode()).rstrip(b"="),
    "base64 of base64": lambda v: base64.b64encode(base64.b64encode(v.encode())),
    "base32": lambda v: base64.b32encode(v.encode()),
    "hexadecimal": lambda v: v.encode().hex().encode(),
    "hexadecimal with colons": lambda v: v.encode().hex(":").encode(),
    "HTML numbers": lambda v: "".join(f"&#{ord(c)};" for c in v).encode(),
    "HTML": lambda v: html.escape(f"<{v}>").encode(),
    "JSON": lambda v: json.dumps("\u200b".join(v)).encode(),
    "gzip": lambda v: gzip.compress(v.encode()),
    "deflate": lambda v: zlib.compress(v.encode()),
    "gzip in base64": lambda v: base64.b64encode(gzip.compress(v.encode())),
    "backwards": lambda v: v[::-1].encode(),
    "ROT13": lambda v: codecs.encode(v, "rot13").encode(),
    "upper case": lambda v: v.upper().encode(),
    "wide letters": lambda v: "".join(chr(ord(c) + 0xFEE0) if 33 <= ord(c) < 127 else c for c in v).encode(),
    "look-alikes": lambda v: v.replace("e", "\u0435").replace("a", "\u0430").encode(),
    "marks": lambda v: "".join(c + "\u0301" for c in v).encode(),
    "two bytes a character": lambda v: v.encode("utf-16-le"),
    "split over words": lambda v: " ".join(v).encode(),
    "split by dots": lambda v: ".".join(v).encode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", VALUES)
def test_a_planted_value_is_found(value: str, form: str) -> None:
    recording = NOISE + b"\r\nq=" + FORMS[form](value) + b"\r\n" + NOISE
    assert leaks([recording], VALUES) == {value}


def test_nothing_is_found_where_nothing_is() -> None:
    assert leaks([NOISE * 20, b"\x1f\x8b broken", b"%%%&&&==" * 50], VALUES) == set()
