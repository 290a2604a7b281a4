"""OpenDocument, EPUB and Jupyter notebooks."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import UnreadableDocument
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

NS = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
        for name, path in {
            "office": "office",
            "text": "text",
            "table": "table",
            "draw": "drawing",
            "style": "style",
            "presentation": "presentation",
            "svg": "svg-compatible",
            "meta": "meta",
        }.items()
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def read(data: bytes, name: str = "x") -> Parsed:
    return registry.read(data, name, Limits())


def text_of(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


def opendocument(kind: str, body: str, styles: str = "", parts: Mapping[str, bytes] | None = None) -> bytes:
    content = (
        f"<office:document-content {NS}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    meta = (
        f"<office:document-meta {NS}><office:meta><dc:title>Harbour plan</dc:title>"
        "<dc:creator>creator-name</dc:creator>"
        '<meta:user-defined meta:name="property-name">property-value</meta:user-defined></office:meta>'
        "</office:document-meta>"
    )
    master = f"<office:document-styles {NS}><style:footer><text:p>footer-words</text:p></style:footer>"
    master += "</office:document-styles>"
    return samples.zip_file(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": content.encode(),
            "Configurations2/accelerator/current.xml": b"",
            "styles.xml": master.encode(),
            "meta.xml": meta.encode(),
            **(parts or {}),
        }
    )


def test_opendocument_texts_are_read_by_headings() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><dc:creator>deleter</dc:creator><text:p>deleted-words"
        "</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        "<text:h>First</text:h><text:p>Body <text:span>wo</text:span>rds<text:s text:c='2'/>end.<office:annotation>"
        "<dc:creator>comment-author</dc:creator><text:p>comment-words</text:p></office:annotation><text:note><text:note-body>"
        "<text:p>note-words</text:p></text:note-body></text:note></text:p>"
        '<table:table table:name="t"><table:table-row><table:table-cell><text:p>Part</text:p></table:table-cell>'
        "<table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>box-words</text:p></draw:text-box><svg:desc>alt-words</svg:desc>"
        "</draw:frame><text:a xlink:href='mailto:link@example.com'>link-text</text:a></text:p>"
        '<text:section text:display="none"><text:p>hidden-words</text:p></text:section>'
    )
    inner = samples.word(["embedded-words"])
    parsed = read(opendocument("text", body, parts={"Object 1/inner.docx": inner}))
    assert parsed.title == "Harbour plan"
    assert parsed.media_type == "application/vnd.oasis.opendocument.text"
    assert [(section.heading, section.text) for section in parsed.sections] == [
        ("First", "First\n\nBody words  end.\n\nnote-words"),
        ("First", "Part | Price"),
        ("First", "link-text\n\nbox-words"),
    ]
    for words in (
        *("creator-name", "property-name", "property-value", "deleted-words", "deleter", "comment-words", "alt-words"),
        *("comment-author", "footer-words", "link@example.com", "hidden-words", "embedded-words", "Body words  end."),
    ):
        assert words in parsed.everything


def test_opendocument_sheets_are_tables_and_hidden_ones_classified_only() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    formula = 'table:formula="of:=concat(&quot;formula-words&quot;)"'
    body = (
        f'<table:table table:name="Prices"><table:table-row>{cell("Part")}{cell("Price")}</table:table-row>'
        f"<table:table-row>{cell('Pump')}{cell('12', formula)}"
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        f'<table:table-row table:visibility="collapse">{cell("hidden-row")}</table:table-row></table:table>'
        f'<table:table table:name="hidden-sheet" table:style-name="h"><table:table-row>{cell("hidden-cell")}'
        "</table:table-row></table:table>"
    )
    styles = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    parsed = read(opendocument("spreadsheet", body, styles))
    assert [(section.heading, section.text) for section in parsed.sections] == [("Prices", "Part | Price\nPump | 12")]
    for words in ("formula-words", "hidden-row", "hidden-sheet", "hidden-cell"):
        assert words in parsed.everything


def test_opendocument_slides_are_pages() -> None:
    def slide(text: str, style: str = "") -> str:
        frame = "<draw:text-box><text:p>"
        return (
            f'<draw:page draw:style-name="{style}"><draw:frame presentation:class="title">{frame}{text}</text:p>'
            f"</draw:text-box></draw:frame><presentation:notes><draw:frame>{frame}{text} notes</text:p></draw:text-box>"
            "</draw:frame></presentation:notes></draw:page>"
        )

    styles = (
        '<style:style style:name="h"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    parsed = read(opendocument("presentation", slide("One") + slide("hidden-slide", "h") + slide("Three"), styles))
    assert [(section.page, section.heading, section.text) for section in parsed.sections] == [
        (1, "One", "One\n\nOne notes"),
        (3, "Three", "Three\n\nThree notes"),
    ]
    assert "hidden-slide" in parsed.everything


def test_an_encrypted_opendocument_file_is_refused() -> None:
    manifest = b'<m xmlns="urn:m"><file-entry><encryption-data/></file-entry></m>'
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(opendocument("text", "", parts={"META-INF/manifest.xml": manifest}))


def book(parts: Mapping[str, bytes] | None = None) -> bytes:
    container = b'<container xmlns="urn:c"><rootfile full-path="OPS/book.opf"/></container>'
    package = (
        b'<package xmlns="urn:o" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Harbours</dc:title>'
        b'<dc:creator>creator-name</dc:creator><meta name="m" content="meta-words"/></metadata><manifest>'
        b'<item id="b" href="two%20b.xhtml"/><item id="a" href="one.xhtml"/></manifest>'
        b'<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    contents = b'<!DOCTYPE ncx PUBLIC "x" "y"><ncx><text>contents-words</text></ncx>'
    return samples.zip_file(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container,
            "OPS/book.opf": package,
            "OPS/toc.ncx": contents,
            "OPS/two b.xhtml": b"<html><body><h1>Second</h1><p>second-words</p></body></html>",
            "OPS/one.xhtml": b"<html><head><title>T</title></head><body><h1>First</h1><p>first-words</p>"
            b"<!-- comment-words --></body></html>",
            "OPS/extra.xhtml": b"<html><body>unlinked-words</body></html>",
            "OPS/style.css": b"/* style-words */",
            "OPS/cover.png": samples.png(b"tEXtComment\0picture-words"),
            **(parts or {}),
        }
    )


def test_books_are_read_in_the_order_of_their_spine() -> None:
    parsed = read(book())
    assert (parsed.title, parsed.media_type) == ("Harbours", "application/epub+zip")
    assert [section.heading for section in parsed.sections] == ["First", "Second"]
    assert "first-words" in parsed.sections[0].text
    for words in ("creator-name", "meta-words", "contents-words", "comment-words", "unlinked-words", "style-words"):
        assert words in parsed.everything
        assert words not in text_of(parsed)
    assert "picture-words" in parsed.everything


def test_protected_and_damaged_books_are_refused() -> None:
    locked = b'<e><EncryptedData><CipherReference URI="OPS/one.xhtml"/></EncryptedData></e>'
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(book({"META-INF/encryption.xml": locked}))
    font = locked.replace(b"one.xhtml", b"font.otf")
    assert read(book({"META-INF/encryption.xml": font})).sections
    with pytest.raises(UnreadableDocument, match="missing"):
        read(book({"META-INF/container.xml": b'<c><rootfile full-path="nowhere"/></c>'}))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableDocument, match="entities"):
        read(book({"OPS/toc.ncx": bomb}))


def notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {"owner": "meta-words"}, "cells": cells}
    ).encode()


def test_notebooks_give_cells_under_their_headings_and_all_results() -> None:
    picture = base64.b64encode(samples.png(b"tEXtComment\0picture-words")).decode()
    parsed = read(
        notebook(
            {"cell_type": "markdown", "source": ["# Har", "bour\n", "intro-words"], "attachments": {"a.png": {}}},
            {
                "cell_type": "code",
                "metadata": {"tags": ["tag-words"]},
                "source": "secret = 'so' \\\n 'urce'",
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["printed-", "words\n"]},
                    {"data": {"text/plain": "shown-words", "text/html": "<b title='attr-words'>ht</b>ml-words"}},
                    {"data": {"image/png": picture}},
                    {
                        "output_type": "error",
                        "ename": "E",
                        "evalue": "error-words",
                        "traceback": ["\x1b[0;31mtrace-words"],
                    },
                ],
            },
        ),
        "n.ipynb",
    )
    assert (parsed.title, parsed.media_type) == ("Harbour", "application/x-ipynb+json")
    assert {section.heading for section in parsed.sections} == {"Harbour"}
    for words in ("intro-words", "secret = 'so'", "printed-words", "shown-words"):
        assert words in text_of(parsed)
    for words in (
        *("# Harbour", "meta-words", "tag-words", "attr-words", "html-words", "error-words", "trace-words"),
        *("picture-words", "a.png", "printed-words"),
    ):
        assert words in parsed.everything


def test_a_notebook_that_is_no_json_is_read_as_text() -> None:
    assert read(b'{"nbformat": 4, "cells": [ broken-words', "n.ipynb").everything.endswith("broken-words")
    deep = b'{"nbformat": 4, "cells": ' + b"[" * 100_000
    assert read(deep, "n.ipynb").everything.startswith('{"nbformat"')
