"""PowerPoint: slides and notes for retrieval, everything else for classification."""

import io

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from lacuna.adapters.parsers import pptx as reader
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import UnreadableDocument
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def deck() -> bytes:
    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "Harbour plan"
    first.placeholders[1].text_frame.text = "First point"
    first.notes_slide.notes_text_frame.text = "notes-words"
    box = first.shapes.add_textbox(Inches(1), Inches(1), Inches(1), Inches(1))
    box.text_frame.text = "box-words"
    box.name = "shape-name"
    run = box.text_frame.paragraphs[0].add_run()
    run.text, run.hyperlink.address = " link-text", "https://link.example/path"
    table = first.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(3), Inches(1)).table
    for place, text in enumerate(["Part", "Price", "Pump", "12 EUR"]):
        table.cell(place // 2, place % 2).text = text
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "hidden-title"
    second._element.set("show", "0")
    third = show.slides.add_slide(show.slide_layouts[5])
    third.shapes.title.text = "Numbers"
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["category-words"]
    data.add_series("series-words", [1.5])  # type: ignore[no-untyped-call]
    third.shapes.add_chart(XL_CHART_TYPE.PIE, Inches(1), Inches(1), Inches(3), Inches(3), data)
    group = third.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 1, 1).text_frame.text = "grouped-words"
    picture = third.shapes.add_picture(io.BytesIO(samples.png()), 0, 0)
    picture._element.nvPicPr.cNvPr.set("descr", "alt-words")
    properties = show.core_properties
    properties.author, properties.subject, properties.comments = "author-name", "subject-words", "comments-words"
    show.slide_master.placeholders[0].text_frame.text = "master-words"
    return samples.saved(show)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    comment = "<p:cmLst xmlns:p='urn:p'><p:cm><p:text>comment-words</p:text></p:cm></p:cmLst>"
    authors = "<p:cmAuthorLst xmlns:p='urn:p'><p:cmAuthor name='comment-author'/></p:cmAuthorLst>"
    diagram = f"<d {A}><a:p><a:r><a:t>dia</a:t></a:r><a:r><a:t>gram-words</a:t></a:r></a:p></d>"
    parts: dict[str, str | bytes] = {
        "ppt/comments/comment1.xml": comment,
        "ppt/commentAuthors.xml": authors,
        "ppt/diagrams/data1.xml": diagram,
        "ppt/embeddings/inner.docx": samples.word(["embedded-words"]),
        "ppt/tags/tag1.xml": "<t><tag name='TAG' val='tag-words'/></t>",
    }
    return reader.read(samples.with_parts(deck(), parts), "deck.pptx", Limits())


def test_slides_are_pages_under_their_titles(parsed: Parsed) -> None:
    assert [(section.page, section.heading) for section in parsed.sections] == [
        (1, "Harbour plan"),
        (1, "Harbour plan"),
        (1, "Harbour plan"),
        (3, "Numbers"),
    ]
    slide, table, notes, last = parsed.sections
    assert slide.text == "Harbour plan\n\nFirst point\n\nbox-words link-text"
    assert (table.text, table.table) == ("Part | Price\nPump | 12 EUR", True)
    assert notes.text == "notes-words"
    assert last.text == "Numbers\n\ngrouped-words"
    assert parsed.title == "Harbour plan"


@pytest.mark.parametrize(
    "words",
    [
        *("First point", "notes-words", "box-words link-text", "shape-name", "https://link.example/path", "12 EUR"),
        *("hidden-title", "category-words", "series-words", "grouped-words", "alt-words", "author-name"),
        *("subject-words", "comments-words", "master-words", "comment-words", "comment-author", "diagram-words"),
        *("embedded-words", "tag-words"),
    ],
)
def test_whatever_a_presentation_holds_is_classified(parsed: Parsed, words: str) -> None:
    assert words in parsed.everything


def test_damaged_slides_are_unreadable() -> None:
    with pytest.raises(UnreadableDocument):
        reader.read(samples.with_parts(deck(), {"ppt/slides/slide1.xml": "<p:sld"}), "deck.pptx", Limits())
