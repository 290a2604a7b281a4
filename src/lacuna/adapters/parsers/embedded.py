"""Files inside files: attachments, embedded objects, members of archives.

Each goes to the reader of its own format, in the same process and on the same account of bytes, files and depth. What
no reader knows is searched for printable runs; what is known to hide text from that (encrypted files, archives of
foreign kinds) makes the whole document unreadable, as it could be classified in part only.
"""

import base64
import binascii
import re
import zlib
from dataclasses import replace
from typing import Final
from urllib.parse import unquote_to_bytes

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.detection import hides_text
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import UnreadableDocument, UnsupportedFormat
from lacuna.ports.parsers import Parsed, Section

_DATA_URL: Final = re.compile(r"data:([\w.+-]{1,60}/[\w.+-]{1,80})?((?:;[\w=.+-]{1,60}){0,5}),", re.IGNORECASE)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\s-]*={0,2}")
_UNTIL: Final = {quote: re.compile(f"[^{quote}]*") for quote in ("'", '"')}
_TO_SPACE: Final = re.compile(r"[^\s\"'<>)\\]*")
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_HOLDS_SOMETHING: Final = 64
"""Bytes from which a packed file can hold a text: an archive's two headers alone take more."""
_INSIDE: Final = "A file inside the document"


def add_embedded(data: bytes, name: str, limits: Limits, found: Collector) -> Parsed | None:
    """Adds the name and every text of the file in `data` to `found`. Gives what its reader made of it, None where no
    reader knows it. Raises what readers raise."""
    found.add(name)
    inside = limits.inside()
    if not data:
        return None
    try:
        parsed = registry.read(data, name, inside)
    except UnsupportedFormat:
        if what := hides_text(data):
            raise UnreadableDocument(
                f"The document holds {what}, which cannot be read.",
                cure="Remove it from the document, or unpack it and ingest its files.",
            ) from None
        for text in strings(_inflated(data, inside)):
            found.add(text)
        return None
    except UnreadableDocument as error:
        if error.message.startswith(_INSIDE):
            raise
        raise UnreadableDocument(
            f"{_INSIDE} cannot be read. {error.message}", cure=f"Remove that file, or: {error.cure}"
        ) from None
    found.add(parsed.everything)
    return parsed


def add_base64(text: str, name: str, limits: Limits, found: Collector) -> None:
    """Adds the file that stands in a text as base64 (RFC 4648); what is none is left out."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return
    if data:
        add_inline(data, name, limits, found)


def add_inline(data: bytes, name: str, limits: Limits, found: Collector) -> None:
    """Adds the file in `data`, which stands in a text. The first bytes of a file, as handbooks quote them to say what
    such things look like, make no document unreadable."""
    try:
        add_embedded(data, name, limits, found)
    except UnreadableDocument:
        if len(data) >= _HOLDS_SOMETHING:
            raise
        for text in strings(data):
            found.add(text)


def add_data_urls(text: str, limits: Limits, found: Collector) -> None:
    """Adds the files that stand in a text as `data:` URLs (RFC 2397)."""
    place = 0
    while url := _DATA_URL.search(text, place):
        packed = url.group(2).lower().endswith(";base64")
        bounds = _UNTIL.get(text[url.start() - 1 : url.start()], _TO_SPACE)
        content = (_BASE64 if packed else bounds).match(text, url.end())
        said = content.group() if content else ""
        place = url.end() + max(len(said), 1)
        if packed:
            add_base64(said.replace("-", "+").replace("_", "/"), "", limits, found)
        elif said:
            add_inline(unquote_to_bytes(said), "", limits, found)


def _inflated(data: bytes, limits: Limits) -> bytes:
    """What a bare zlib stream (RFC 1950) holds; other data as they are."""
    if not data.startswith(_ZLIB):
        return data
    try:
        content = zlib.decompressobj().decompress(data, limits.remaining + 1)
    except zlib.error:
        return data
    limits.unpack(len(content))
    return content


def as_part(parsed: Parsed, name: str) -> list[Section]:
    """The sections of a file inside another one, under its name."""
    return [
        replace(section, heading=f"{name} › {section.heading}" if section.heading else name)
        for section in parsed.sections
    ]
