"""A document is read as what it is, or refused by the name of what it is."""

import gzip

import pytest

from lacuna.adapters.parsers.detection import Format, detect
from lacuna.domain.errors import UnreadableDocument, UnsupportedFormat
from tests.adapters.parsers import samples


@pytest.mark.parametrize(
    ("data", "filename", "expected"),
    [
        (b"# Title\n\ntext", "a.md", Format.MARKDOWN),
        (b"# Title\n\ntext", "a.txt", Format.PLAIN),
        (b"name,age\nx,1\n", "a.csv", Format.CSV),
        (b'{"a": 1}', "a.json", Format.JSON),
        (b"<?xml version='1.0'?><data/>", "a.xml", Format.XML),
        (b"<!DOCTYPE html><p>x", "a.html", Format.HTML),
        (b"<?xml version='1.0'?>\n<!-- c -->\n<html><body>x", "a.xhtml", Format.HTML),
        (b"<p>fragment", "a.htm", Format.HTML),
        (b"no tags at all", "a.html", Format.PLAIN),
        (b"", "empty", Format.PLAIN),
    ],
)
def test_text_formats_are_told_apart(data: bytes, filename: str, expected: Format) -> None:
    assert detect(data, filename) is expected


def test_a_file_that_lies_about_its_type_is_read_as_what_it_is() -> None:
    assert detect(samples.pdf(["x"]), "notes.txt") is Format.PDF
    assert detect(samples.word(), "report.pdf") is Format.DOCX
    assert detect(b"<html><body>x</body></html>", "page.txt") is Format.HTML
    assert detect(b"# %PDF- is how a PDF begins", "notes.md") is Format.MARKDOWN
    assert detect(b"junk\n" + samples.pdf(["x"]), "a") is Format.PDF
    assert detect("über".encode("cp1252"), "report.docx") is Format.PLAIN


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", Format.IMAGE),
        (gzip.compress(b"text", mtime=0), Format.COMPRESSED),
        (b"{\\rtf1 hello}", Format.RTF),
        (samples.zip_file({"xl/workbook.xml": b"<x/>"}), Format.XLSX),
        (samples.zip_file({"ppt/presentation.xml": b"<x/>"}), Format.PPTX),
        (samples.zip_file({"content.xml": b"<x/>"}), Format.OPENDOCUMENT),
        (samples.zip_file({"META-INF/container.xml": b"<x/>"}), Format.EPUB),
        (samples.zip_file({"a.txt": b"x"}), Format.ZIP),
        (b"MZ\x90\x00" + samples.zip_file({"a.txt": b"x"}), Format.ZIP),
        (b"From: a@example.com\nSubject: x\nMIME-Version: 1.0\n\nhello", Format.MAIL),
        (b"From a@example.com Mon Jan 1 2024\nFrom: a\nTo: b\n\nhello", Format.MAILBOX),
        (b'{"nbformat": 4, "cells": []}', Format.NOTEBOOK),
        (b"\x78\x9f\x3e\x22\x01\x00", Format.TNEF),
        (b"<?xml version='1.0'?><data/>", Format.XML),
    ],
)
def test_formats_are_known_by_their_content(data: bytes, expected: Format) -> None:
    assert detect(data, "file.txt") is expected


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office"),
        (samples.zip_file({"xl/workbook.bin": b"x"}), "binary Excel"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"\x7fELF", "program"),
    ],
)
def test_other_formats_are_refused_by_name_with_what_is_supported(data: bytes, what: str) -> None:
    with pytest.raises(UnsupportedFormat, match=what) as refused:
        detect(data, "file.txt")
    assert "docx" in refused.value.cure


def test_an_encrypted_office_file_is_unreadable_and_says_so() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(UnreadableDocument, match="encrypted"):
        detect(data, "plan.docx")


def test_a_cut_off_archive_is_unreadable() -> None:
    with pytest.raises(UnreadableDocument):
        detect(samples.word()[:-200], "a.docx")
