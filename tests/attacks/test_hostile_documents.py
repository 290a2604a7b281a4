"""Documents made to crash, stall, fill or fool the parser, sent in by the front door."""

import gzip
import io
import json
import zipfile

import httpx
import pytest

from tests.adapters.parsers import ole, samples

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    '<cols><col min="1" max="16384" hidden="0"/></cols><sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is>'
    "<t>far-words in a corner</t></is></c></row></sheetData></worksheet>"
)
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" r:id="r1"/>'
    "</sheets></workbook>"
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="sheet.xml"/>'
    "</Relationships>"
)
ENTITIES = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 40))
LAUGHS = f"<!DOCTYPE x [{ENTITIES}]><x>&a39;</x>"
NOTEBOOK = json.dumps({"nbformat": 4, "cells": [[[]], 1, {"source": ["x"], "a": {"a": "cell-words"}}]}).encode()


def workbook(sheet: str) -> bytes:
    parts = {"xl/workbook.xml": WORKBOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/sheet.xml": sheet}
    return samples.zip_file({name: part.encode() for name, part in parts.items()})


def nested_mail(depth: int) -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n" * depth + b"Subject: x\r\n\r\ncore"


def nested_archives(depth: int) -> bytes:
    data = b"core"
    for level in range(depth):
        data = samples.zip_file({f"{level}.zip": data})
    return data


def overlapping() -> bytes:
    """Forty entries that share one compressed member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(900_000))
        (first,) = archive.infolist()
        for number in range(40):
            copy = zipfile.ZipInfo(f"b{number}")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(copy, name, getattr(first, name))
            archive.filelist.append(copy)
    return out.getvalue()


def cyclic() -> bytes:
    """An Outlook message whose table of sectors leads everything to itself."""
    whole = bytearray(ole.compound(ole.message({"007D001F": "cyclic-words".encode("utf-16-le")})))
    fat = int.from_bytes(whole[76:80], "little") * 512 + 512
    whole[fat : fat + 64] = bytes(64)
    return bytes(whole)


@pytest.mark.parametrize(
    ("data", "filename", "codes"),
    [
        (samples.zip_file({"a.txt": bytes(40 << 20)}), "bomb.zip", {"unreadable_document"}),
        (gzip.compress(bytes(40 << 20), mtime=0), "bomb.gz", {"unreadable_document"}),
        (overlapping(), "overlap.zip", {"unreadable_document"}),
        (nested_archives(30), "deep.zip", {"too_large"}),
        (nested_mail(100), "deep.eml", {"too_large"}),
        (nested_mail(5_000), "deeper.eml", {"too_large"}),
        (samples.word(parts={"word/comments.xml": LAUGHS}), "laughs.docx", {"unreadable_document"}),
        (workbook(LAUGHS), "laughs.xlsx", {"unreadable_document"}),
        (cyclic(), "cyclic.msg", {"unreadable_document"}),
        (samples.word()[:-30], "cut.docx", {"unreadable_document"}),
        (b"PK\x03\x04" + bytes(400), "broken.zip", {"unreadable_document"}),
        (b"SQLite format 3\x00" + bytes(400), "fake.docx", {"unsupported_format"}),
        (bytes(range(256)) * 8, "noise.eml", {"unsupported_format"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_documents_are_refused_with_a_stable_code(
    client: httpx.Client, data: bytes, filename: str, codes: set[str]
) -> None:
    answer = client.post("/api/v1/documents", files={"file": (filename, data)}, timeout=60)
    assert answer.json()["code"] in codes, answer.text


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (workbook(SHEET), "huge.xlsx", "far-words"),
        (samples.pdf(["pdf-words"]), "letter.docx", "pdf-words"),
        (b"{" * 3_000 + b"{\\rtf1 x}", "open.rtf", "rtf1"),
        (b"{\\rtf1 " + b"{" * 40_000 + b"group-words", "groups.rtf", "group-words"),
        (b'{"a": ' + b"[" * 3_000 + b'"json-words"', "deep.json", "json-words"),
        (LAUGHS.replace("<x>", "<x>xml-words").encode(), "laughs.xml", "xml-words"),
        (NOTEBOOK, "n.ipynb", "cell-words"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_odd_documents_are_read_as_what_they_are(client: httpx.Client, data: bytes, filename: str, words: str) -> None:
    answer = client.post("/api/v1/documents?include=text", files={"file": (filename, data)}, timeout=60)
    assert answer.status_code in (200, 201), answer.text
    assert words in answer.json()["text"]


def test_a_value_in_a_nested_attachment_decides_the_tier_and_the_hit_says_where(client: httpx.Client) -> None:
    packed = samples.zip_file(
        {"minutes.md": b"# Gulls\n\nGulls roost on the breakwater. Ask ann.miller@wexford.example."}
    )
    deck = samples.word(["A plain page about lighthouses."], parts={"word/embeddings/inner.zip": packed})
    answer = client.post("/api/v1/documents", files={"file": ("deck.docx", deck)}, data={"tier": "PUBLIC"})
    assert answer.json()["tier"] == "PROPRIETARY"
    answer = client.post("/api/v1/documents", files={"file": ("minutes.zip", packed)})
    hit = client.post("/api/v1/search", json={"query": "Where do gulls roost?"}).json()["results"][0]
    assert (hit["heading"], hit["page"]) == ("minutes.md › Gulls", None)
