"""Word documents: what is retrieved, and what is classified besides."""

import docx
import pytest

from lacuna.adapters.parsers import docx as reader
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import TooLarge, UnreadableDocument
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

LIMITS = Limits()


def read(data: bytes) -> Parsed:
    return reader.read(data, "plan.docx", LIMITS)


def retrieved(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


def paragraph(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def test_headings_paragraphs_and_tables_come_in_reading_order() -> None:
    document = docx.Document()
    document.add_heading("Pumps", level=1)
    document.add_paragraph("Before the table.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Type", "Pressure", "P2", "16 bar"], strict=True):
        cell.text = text
    document.add_paragraph("After it.")
    document.add_heading("Limits", level=2)
    document.add_paragraph("Müller & Söhne <confirmed>.")
    parsed = read(samples.saved(document))
    assert [section.heading for section in parsed.sections] == ["Pumps", "Limits"]
    assert parsed.sections[0].text == "Pumps\n\nBefore the table.\n\nType | Pressure\nP2 | 16 bar\n\nAfter it."
    assert "Müller & Söhne <confirmed>." in parsed.sections[1].text


def test_the_title_is_the_property_else_the_first_heading_else_the_file_name() -> None:
    document = docx.Document()
    document.add_paragraph("text")
    assert reader.read(samples.saved(document), "my_plan.docx", LIMITS).title == "my plan"
    document.add_heading("First", level=1)
    assert read(samples.saved(document)).title == "First"
    document.core_properties.title = "Property"
    assert read(samples.saved(document)).title == "Property"


def test_headers_footers_comments_and_properties_are_classified_only() -> None:
    document = docx.Document()
    run = document.add_paragraph("Visible.").runs[0]
    document.add_comment(run, text="comment-words", author="author-name", initials="an")
    document.sections[0].header.paragraphs[0].text = "header-words"
    document.sections[0].footer.paragraphs[0].text = "footer-words"
    document.core_properties.keywords = "keyword-words"
    document.core_properties.last_modified_by = "editor-name"
    parsed = read(samples.saved(document))
    assert retrieved(parsed) == "Visible."
    for hidden in ("comment-words", "author-name", "header-words", "footer-words", "keyword-words", "editor-name"):
        assert hidden in parsed.everything


def test_tracked_changes_are_read_accepted_and_rejected_with_words_whole() -> None:
    xml = paragraph(
        "<w:r><w:t>Project </w:t></w:r>"
        '<w:del w:id="1" w:author="deleting-author"><w:r><w:delText>Lantern</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="x"><w:r><w:t>Ha</w:t></w:r><w:r><w:t>rbour</w:t></w:r></w:ins>'
        "<w:r><w:t>fish</w:t></w:r>"
    )
    parsed = read(samples.word(xml=xml))
    assert "Project Harbourfish" in retrieved(parsed)
    assert "Lantern" not in retrieved(parsed)
    for words in ("Project Harbourfish", "Project Lanternfish", "deleting-author"):
        assert words in parsed.everything


def test_hidden_text_is_classified_but_not_retrieved() -> None:
    xml = paragraph("<w:r><w:t>Shown. </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden-words</w:t></w:r>")
    shown = paragraph('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>visible-again</w:t></w:r>')
    parsed = read(samples.word(xml=xml + shown))
    assert "hidden-words" not in retrieved(parsed)
    assert "visible-again" in retrieved(parsed)
    assert "hidden-words" in parsed.everything


def test_text_boxes_are_retrieved_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>boxed words</w:t></w:r></w:p></w:txbxContent>"
    xml = paragraph(
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )
    assert retrieved(read(samples.word(xml=xml))).count("boxed words") == 1


def test_notes_links_fields_alternative_texts_and_controls_are_classified() -> None:
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>note-words</w:t></w:r></w:p></w:footnote>'
    notes = f"<w:footnotes {samples.W}>{note}</w:footnotes>"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="hyperlink" Target="mailto:someone@example.com" TargetMode="External"/></Relationships>'
    )
    custom = '<Properties xmlns="x"><property name="Client-Name"><v>custom-value</v></property></Properties>'
    control = "<w:sdtContent><w:p><w:r><w:t>in control</w:t></w:r></w:p></w:sdtContent>"
    xml = paragraph(
        '<w:r><w:instrText>HYPERLINK "field-words"</w:instrText></w:r>'
        '<w:r><w:drawing><d xmlns="urn:d" descr="alt-words"/></w:drawing></w:r>'
    )
    xml += f'<w:sdt><w:sdtPr><w:alias w:val="control-words"/></w:sdtPr>{control}</w:sdt>'
    parts = {"word/footnotes.xml": notes, "word/_rels/notes.xml.rels": links, "docProps/custom.xml": custom}
    parsed = read(samples.word(xml=xml, parts=parts))
    assert "note-words" in retrieved(parsed)
    assert "in control" in retrieved(parsed)
    for hidden in ("someone@example.com", "Client-Name", "custom-value", "field-words", "alt-words", "control-words"):
        assert hidden in parsed.everything
        assert hidden not in retrieved(parsed)


def test_an_embedded_office_file_is_classified() -> None:
    sheet = samples.zip_file({"xl/sharedStrings.xml": b"<sst><si><t>cell-words</t></si></sst>"})
    assert "cell-words" in read(samples.word(parts={"word/embeddings/sheet.xlsx": sheet})).everything


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableDocument, match="entities"):
        read(samples.word(parts={"word/comments.xml": bomb.encode(encoding)}))


def test_damaged_parts_are_unreadable() -> None:
    with pytest.raises(UnreadableDocument, match="well-formed"):
        read(samples.word(parts={"word/document.xml": "<w:document"}))


def test_a_zip_bomb_is_refused_by_its_declared_size() -> None:
    bomb = samples.word(parts={"word/media/a.xml": bytes(30 << 20)})
    with pytest.raises(UnreadableDocument, match="bomb"):
        read(bomb)
    with pytest.raises(TooLarge, match="unpacks"):
        reader.read(bomb, "a.docx", Limits(max_inflated_bytes=1 << 20))


def test_a_zip_bomb_that_declares_less_than_it_holds_is_refused() -> None:
    package = samples.word(parts={"word/comments.xml": b"<x>" + bytes(30 << 20)})
    with pytest.raises(UnreadableDocument, match="larger than declared"):
        read(samples.with_declared_size(package, "word/comments.xml", 1000))


def test_an_archive_of_very_many_entries_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="entries"):
        read(samples.word(parts={f"word/media/{number}.png": b"" for number in range(5000)}))


def test_overlapping_entries_are_refused() -> None:
    package = samples.zip_file({"word/document.xml": b"<x/>" * 400, "word/b.xml": b"<x/>" * 400})
    directory = package.index(b"PK\x01\x02")
    # Both directory entries claim compressed sizes that together exceed the whole file.
    changed = bytearray(package)
    place = directory
    while (place := changed.find(b"PK\x01\x02", place)) >= 0:
        changed[place + 20 : place + 24] = len(package).to_bytes(4, "little")
        place += 4
    with pytest.raises(UnreadableDocument):
        read(bytes(changed))
