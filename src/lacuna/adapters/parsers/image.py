"""Pictures: their metadata. What they show is not read.

PNG (PNG 3rd edition, text and eXIf chunks), JPEG (comments, Exif, XMP, IPTC), GIF (comments), TIFF and WebP.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers import exif
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.mapi import decoded
from lacuna.adapters.parsers.packed import read_zip
from lacuna.adapters.parsers.strings import strings
from lacuna.adapters.parsers.xml_text import words_of
from lacuna.ports.parsers import Parsed, Section

_END_OF_IMAGE: Final = 0xD9
_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
_MAX_TEXT: Final = 4 << 20
_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"fdAT", b"tRNS", b"hIST", b"VP8 ", b"VP8L", b"ALPH", b"ANMF"})
_AFTER_SCAN: Final = re.compile(rb"\xff[\x01-\xcf\xd9-\xfe]")
"""The next segment behind the pixels of a JPEG file; restart marks are part of them."""
_COMMENTS: Final = frozenset({0xFE, *range(0xE0, 0xF0)})
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """One section with the metadata that a person wrote; `everything` holds all of it."""
    if data.startswith(b"\x89PNG"):
        kind, texts = "image/png", _png(data, limits)
    elif data.startswith(b"\xff\xd8"):
        kind, texts = "image/jpeg", jpeg_texts(data)
    elif data.startswith(b"GIF8"):
        kind, texts = "image/gif", _gif(data)
    elif data.startswith(b"RIFF"):
        kind, texts = "image/webp", _webp(data)
    else:
        kind, texts = "image/tiff", exif.texts(data)
    everything = Collector(limits.max_output_chars)
    for text in dict.fromkeys(texts):
        everything.add(text)
    sections = sections_of([Section(everything.text())], limits.max_output_chars)
    if zipfile.is_zipfile(io.BytesIO(data)):
        # An old trick: a picture with an archive behind it is both.
        everything.add(read_zip(data, filename, limits.inside()).everything)
    return Parsed(title_from_name(filename), kind, sections, everything.text())


def _png(data: bytes, limits: Limits) -> Iterator[str]:
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind == b"tEXt":
            yield ": ".join(part.decode("latin-1") for part in body.split(b"\0", 1))
        elif kind == b"zTXt":
            keyword, _, rest = body.partition(b"\0")
            yield f"{keyword.decode('latin-1')}: {_inflated(rest[1:], limits).decode('latin-1')}"
        elif kind == b"iTXt":
            yield from _international(body, limits)
        elif kind == b"eXIf":
            yield from exif.texts(body)
        elif kind == b"IEND":
            break
        elif kind not in _PIXELS:
            yield from strings(body)
    yield from strings(data[place:])


def _international(body: bytes, limits: Limits) -> Iterator[str]:
    keyword, _, rest = body.partition(b"\0")
    packed, rest = rest[:1] == b"\1", rest[2:]
    _, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    text = _inflated(text, limits) if packed else text
    yield f"{keyword.decode('latin-1')} {decoded(translated)}".strip()
    yield from words_of(text) if keyword.startswith(b"XML:com.adobe.xmp") else [decoded(text)]


def jpeg_texts(data: bytes) -> Iterator[str]:
    """The texts in a JPEG file's segments."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _NO_LENGTH or marker == 0xFF:
            place += 1 if marker == 0xFF else 2
            continue
        size = 0 if marker == _END_OF_IMAGE else int.from_bytes(data[place + 2 : place + 4], "big")
        body = data[place + 4 : place + 2 + size]
        place += 2 + max(size, 2) if size else 2
        if marker == 0xFE:
            yield decoded(body)
        elif marker == 0xE1 and body.startswith(_EXIF):
            yield from exif.texts(body[len(_EXIF) :])
        elif marker == 0xE1 and body.startswith((_XMP, _MORE_XMP)):
            yield from words_of(body.partition(b"\0")[2])
        elif marker == 0xED:
            yield from _iptc(body)
        elif marker == 0xDA:
            found = _AFTER_SCAN.search(data, place)
            place = found.start() if found else len(data)
        elif marker == _END_OF_IMAGE:
            break
        elif marker in _COMMENTS:
            yield from strings(body)
    yield from strings(data[place:])


def _iptc(body: bytes) -> Iterator[str]:
    """The text records (2:xx) of an IPTC-IIM block."""
    place = 0
    while (place := body.find(b"\x1c\x02", place)) >= 0 and place + 5 <= len(body):
        size = int.from_bytes(body[place + 3 : place + 5], "big")
        yield decoded(body[place + 5 : place + 5 + size])
        place += 5


def _gif(data: bytes) -> Iterator[str]:
    """Comment, plain text and application extensions."""
    place = 0
    while (place := data.find(b"\x21", place)) >= 0 and place + 2 < len(data):
        if data[place + 1] not in (0xFE, 0x01, 0xFF):
            place += 1
            continue
        after, blocks = place + 2, []
        while after < len(data) and data[after]:
            blocks.append(data[after + 1 : after + 1 + data[after]])
            after += 1 + data[after]
        if blocks and blocks[0].startswith(b"XMP Data"):
            # The packet is not cut into blocks: it stands as it is, before a tail that steers readers past it.
            yield from words_of(data[place + 14 : data.find(b"\x01\xff\xfe", place)])
        elif data[place + 1] != 0xFF:
            yield decoded(b"".join(blocks))
        elif len(blocks) > 1:
            yield from strings(b"".join(blocks[1:]))
        place = max(after, place + 1)
    # Pixels are packed in blocks, and look like text by chance only.
    yield from strings(data[data.rfind(b"\0;") + 2 :] if b"\0;" in data else data)


def _webp(data: bytes) -> Iterator[str]:
    place = 12
    while place + 8 <= len(data):
        kind = data[place : place + 4]
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        body = data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
        if kind == b"EXIF":
            yield from exif.texts(body.removeprefix(_EXIF))
        elif kind == b"XMP ":
            yield from words_of(body)
        elif kind not in _PIXELS:
            yield from strings(body)
    yield from strings(data[8 + int.from_bytes(data[4:8], "little") :])


def _inflated(data: bytes, limits: Limits) -> bytes:
    try:
        text = zlib.decompressobj().decompress(data, _MAX_TEXT)
    except zlib.error:
        return data
    limits.unpack(len(text))
    return text
