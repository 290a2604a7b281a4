"""Pictures: their metadata."""

import struct
import zlib

import pytest

from lacuna.adapters.parsers import image as reader
from lacuna.adapters.parsers.limits import Limits
from tests.adapters.parsers import samples

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r a="xmp-attribute">xmp-words</r></x:xmpmeta>'


def found(data: bytes) -> str:
    return reader.read(data, "photo.png", Limits()).everything


def tiff(order: str = "<") -> bytes:
    """A TIFF directory with a description, a comment of Windows, an Exif comment and a place."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    wide = "wide-words".encode("utf-16-le") + b"\0\0"
    comment = b"ASCII\0\0\0comment-words"
    place = struct.pack(f"{order}6I", 52, 1, 30, 1, 0, 1)
    data = b"description-words\0" + wide + comment + place
    start = 8
    at = [start, start + 18, start + 18 + len(wide), start + 18 + len(wide) + len(comment)]
    first = start + len(data)

    def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
        body = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
        return struct.pack(f"{order}H", len(entries)) + body + bytes(4)

    size = 2 + 12 * 4 + 4
    inner = [(0x8769, 4, 1, first + size), (0x8825, 4, 1, first + size + 18)]
    main = directory([(0x010E, 2, 18, at[0]), (0x9C9C, 1, len(wide), at[1]), *inner])
    exif = directory([(0x9286, 7, len(comment), at[2])])
    gps = directory([(2, 5, 3, at[3])])
    return mark + struct.pack(f"{order}I", first) + data + main + exif + gps


EXIF_WORDS = ("description-words", "wide-words", "comment-words", "latitude 52.500000")


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_and_exif(order: str) -> None:
    for words in EXIF_WORDS:
        assert words in found(tiff(order))


def test_png() -> None:
    data = samples.png(
        b"tEXtAuthor\0plain-words",
        b"zTXtTitle\0\0" + zlib.compress(b"packed-words"),
        b"iTXtTopic\0\0\0de\0Thema\0" + "übersetzt".encode(),
        b"iTXtXML:com.adobe.xmp\0\0\0\0\0" + XMP,
        b"eXIf" + tiff(),
    )
    for words in ("Author: plain-words", "packed-words", "übersetzt", "xmp-words", "xmp-attribute", *EXIF_WORDS):
        assert words in found(data)
    assert "after-the-end" in found(data + b"after-the-end")


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def test_jpeg() -> None:
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x11" + b"\x1c\x02\x78\0\x0ciptc-caption"
    data = b"\xff\xd8" + segment(0xFE, b"comment-segment") + segment(0xE1, b"Exif\0\0" + tiff(">"))
    data += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP) + segment(0xED, iptc) + segment(0xDA, bytes(6))
    for words in ("comment-segment", "xmp-words", "iptc-caption", *EXIF_WORDS):
        assert words in found(data + b"\1\2\xff\xd9after-the-end")


def test_gif_and_webp() -> None:
    head = b"GIF89a" + bytes(7)
    xmp = b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    gif = found(head + b"\x21\xfe\x0dcomment-words\0" + xmp + b";")
    assert "comment-words" in gif
    assert "xmp-words" in gif
    chunks = (
        b"EXIF"
        + struct.pack("<I", len(tiff()))
        + tiff()
        + bytes(len(tiff()) % 2)
        + b"XMP "
        + struct.pack("<I", len(XMP))
        + XMP
    )
    webp = found(b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks)
    for words in ("xmp-words", *EXIF_WORDS):
        assert words in webp


def test_an_archive_behind_a_picture_is_read() -> None:
    assert "packed-words" in found(samples.png() + samples.zip_file({"a.txt": b"packed-words" * 200}))


@pytest.mark.parametrize(
    "whole", [tiff(), samples.png(b"eXIf" + tiff()), b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + tiff())]
)
def test_damaged_metadata_ends(whole: bytes) -> None:
    for place in range(0, len(whole), 7):
        found(whole[:place] + b"\xff\xff\xff\xff" + whole[place + 4 :])
        found(whole[: max(place, 8)])


def test_a_picture_without_metadata_has_no_sections() -> None:
    assert reader.read(samples.png(), "a.png", Limits()).sections == ()
