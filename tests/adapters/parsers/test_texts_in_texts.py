"""Values that a file keeps in another layer: packed, folded, cut by marks, or beside what its format shows."""

import base64
import binascii
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import UnreadableDocument
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

NAME = "Zorblax Quillfeather"
LEFT, RIGHT = NAME[:4], NAME[4:]
ARCHIVE = samples.zip_file({"a.txt": NAME.encode()})
MAIL = "From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\n"
PICTURE = samples.png(b"tEXtComment\0" + NAME.encode())
CUT = f"<b>{LEFT}</b>{RIGHT}"


def read(data: bytes | str, name: str) -> Parsed:
    return registry.read(data.encode() if isinstance(data, str) else data, name, Limits())


def found(data: bytes | str, name: str) -> bool:
    return NAME in " ".join(read(data, name).everything.split())


def packed(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def uuencoded(data: bytes) -> str:
    lines = (binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45))
    return f"begin 644 a.bin\n{''.join(lines)}`\nend\n"


def diagram(text: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return packed(packer.compress(text.encode()) + packer.flush())


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f'<html><a href="data:text/plain;base64,{packed(NAME)}">x</a></html>', "a.html"),
        (f'<html><img src="data:image/png;base64,{packed(PICTURE)}"></html>', "a.html"),
        (f"<html><img src=\"data:image/svg+xml;utf8,<svg xmlns='s'><text>{NAME}</text></svg>\"></html>", "a.html"),
        (f'<html><iframe srcdoc="{CUT.replace("<", "&lt;")}"></iframe></html>', "a.html"),
        (f"<html><!-- {CUT} --></html>", "a.html"),
        (f'<html><script type="text/template">{CUT}</script></html>', "a.html"),
        (f"<html><svg><text><tspan>{LEFT}</tspan><tspan>{RIGHT}</tspan></text></svg></html>", "a.html"),
        (f"<html><p>{LEFT}<x-y>{RIGHT}</x-y></p></html>", "a.html"),
        (f'<html><path d="{NAME}"></html>', "a.html"),
        (f"![a](data:text/plain;base64,{packed(NAME)})", "a.md"),
        (f"# T\n\n{LEFT}**{RIGHT}**\n", "a.md"),
        (f"x\n{uuencoded(ARCHIVE)}", "a.txt"),
        (f"{LEFT}\x1b[31m{RIGHT}\x1b[0m", "a.log"),
        (f"<p>{CUT}</p>", "a.txt"),
        (f"BEGIN:VCARD\nNOTE:{LEFT}\n {RIGHT}\nEND:VCARD\n", "a.vcf"),
        (f"Some words, then {NAME}.".encode("utf-16-be"), "a.txt"),
        (f"Some words, then {NAME}.".encode("utf-32-le"), "a.txt"),
        (f"Some words, then {NAME}.".encode("cp037"), "a.txt"),
        (f'\x1e{{"a":1}}\n\x1e{{"a":"{NAME}"}}\n', "a.json"),
        (f"<rss><d><![CDATA[{CUT}]]></d></rss>", "a.rss"),
        (f'<!DOCTYPE a [<!ENTITY e "{RIGHT}">]><a>{LEFT}&e;</a>', "a.xml"),
        (f'<?xml version="1.0"?><p:part xmlns:p="p"><p:binaryData>{packed(ARCHIVE)}</p:binaryData></p:part>', "a.xml"),
        ("<mxfile><diagram>" + diagram(f"<m value='{NAME}'/>") + "</diagram></mxfile>", "a.drawio"),
        (json.dumps({"cells": [], "metadata": {"a": f"{LEFT}\x1b[1m{RIGHT}"}, "nbformat": 4}), "a.ipynb"),
        (f'{{"cells": [], "metadata": {{"a": "{NAME}", "a": "x"}}, "nbformat": 4}}', "a.ipynb"),
    ],
)
def test_text_files_are_read_in_all_their_layers(data: bytes | str, name: str) -> None:
    assert found(data, name)


@pytest.mark.parametrize(
    "body",
    [
        f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{packed(ARCHIVE)}\n",
        f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{packed('Hello')}\n-- \n{NAME}\n",
        f'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/enriched\n\n{CUT}\n--B--\n',
        f"\nHello\n\n{uuencoded(ARCHIVE)}\nBye\n",
    ],
)
def test_mail_is_read_in_all_its_layers(body: str) -> None:
    assert found(MAIL + body, "a.eml")


def test_the_mail_files_of_apple_begin_with_a_length() -> None:
    message = f"{MAIL}Content-Transfer-Encoding: base64\n\n{packed(NAME)}\n"
    assert NAME in read(f"{len(message)}\n{message}<plist/>", "a.emlx").sections[-1].text


def test_a_message_that_is_encrypted_within_its_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(f"{MAIL}\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "a.eml")


def member(extra: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.extra = struct.pack("<HH", 0x9999, len(extra)) + extra
        archive.writestr(info, "x")
    return out.getvalue()


def unlisted() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hidden.txt", NAME * 3)
        archive.writestr("shown.txt", "x")
        archive.filelist = archive.filelist[1:]
    return out.getvalue()


def tar(data: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PLAIN = samples.zip_file({"a.txt": b"x"})
IN_SLACK = tar()[:600] + NAME.encode() + tar()[600 + len(NAME) :]
BINARY = bytes(range(8)) * 9 + NAME.encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (member(NAME.encode()), "a.zip"),
        (unlisted(), "a.zip"),
        (ARCHIVE + PLAIN, "a.zip"),
        (PLAIN + NAME.encode(), "a.zip"),
        (samples.zip_file({"b.bin.gz": gzip.compress(BINARY)}), "a.zip"),
        (samples.zip_file({"b.bin": zlib.compress(BINARY)}), "a.zip"),
        (samples.zip_file({"b.lzma": lzma.compress(NAME.encode(), lzma.FORMAT_ALONE)}), "a.zip"),
        (IN_SLACK, "a.tar"),
        (tar() + tar(NAME.encode()), "a.tar"),
        (
            gzip.compress(b"x")[:3]
            + b"\x08"
            + gzip.compress(b"x")[4:10]
            + NAME.encode()
            + b"\0"
            + gzip.compress(b"x")[10:],
            "a.gz",
        ),
        (samples.png(b"prVt" + NAME.encode()), "a.png"),
        (b"\xff\xd8\xff\xef" + struct.pack(">H", 22) + NAME.encode() + b"\xff\xd9", "a.jpg"),
        (b"\xff\xd8\xff\xda\0\2\0\0\xff\xfe" + struct.pack(">H", 22) + NAME.encode() + b"\xff\xd9", "a.jpg"),
        (b"\xff\xd8\xff\xda\0\2\0\0\xff\xd9" + NAME.encode(), "a.jpg"),
        (b"GIF89a\1\0\1\0\0\0\0;" + NAME.encode(), "a.gif"),
        (b"RIFF\x20\0\0\0WEBPABCD" + struct.pack("<I", 20) + NAME.encode(), "a.webp"),
    ],
)
def test_what_no_member_or_segment_shows_is_found(data: bytes, name: str) -> None:
    assert found(data, name)


def test_nothing_but_names_and_contents_comes_from_an_ordinary_archive() -> None:
    assert read(PLAIN, "a.zip").everything.split() == ["a.txt", "x"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f'{{"cells": [], "metadata": {{"a": "\\ud800 {NAME}"}}, "nbformat": 4}}', "a.ipynb"),
        (MAIL.encode() + b"X-Name: \xf0\x9f " + NAME.encode() + b"\n\nHi", "a.eml"),
        (f"<html><![endif x]><p>{NAME}</p></html>", "a.html"),
        (f"{MAIL}Content-Type: text/plain; name*=\"a\0b''x\"\n\n{NAME}", "a.eml"),
    ],
)
def test_what_other_programs_would_stumble_over_is_read_and_can_be_stored(data: bytes | str, name: str) -> None:
    parsed = read(data, name)
    assert NAME in parsed.everything
    assert parsed.everything.encode()


def test_many_beginnings_of_tags_without_an_end_are_text() -> None:
    assert NAME in read("<html>" + "<a<b " * 20_000 + NAME, "a.html").everything


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", ARCHIVE[:22], b"7z\xbc\xaf\x27\x1c\0\4"])
def test_the_first_bytes_of_a_file_make_no_handbook_unreadable(data: bytes) -> None:
    text = f"{NAME} says that such files begin with data:application/octet-stream;base64,{packed(data)}"
    assert found(text, "handbook.md")


@pytest.mark.parametrize("data", [ARCHIVE[:100], b"7z\xbc\xaf\x27\x1c" + bytes(64)])
def test_a_file_in_a_text_that_could_hold_something_and_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read(f"see data:application/octet-stream;base64,{packed(data)}", "handbook.md")
