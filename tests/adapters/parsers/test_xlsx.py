"""Excel: the visible cells for retrieval, everything else for classification."""

import io
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from lacuna.adapters.parsers import xlsx as reader
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import TooLarge, UnreadableDocument
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes, limits: Limits | None = None) -> Parsed:
    return reader.read(data, "book.xlsx", limits or Limits())


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_of(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


def test_each_visible_sheet_is_a_table_under_its_name() -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Prices"
    first.append(["Part", "Price", "Since"])
    first.append(["Pump", 12.5, date(2024, 3, 1)])
    first.append(["Valve", None, datetime(2024, 3, 2, 8, 30)])  # noqa: DTZ001  spreadsheets know no zones
    book.create_sheet("Stock").append(["shelf", time(14, 45), True])
    parsed = read(saved(book))
    assert [(section.heading, section.table) for section in parsed.sections] == [("Prices", True), ("Stock", True)]
    assert parsed.sections[0].text.split("\n") == [
        "Part | Price | Since",
        "Pump | 12.5 | 2024-03-01",
        "Valve |  | 2024-03-02 08:30:00",
    ]
    assert parsed.sections[1].text == "shelf | 14:45:00 | TRUE"
    assert parsed.title == "book"


def test_numbers_are_read_as_the_cell_shows_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for value, style in (
        (123456789, "000-00-0000"),
        (5551234567, "[<=9999999]###-####;(###) ###-####"),
        (4111111111111111, "0"),
        (29353, "dd.mm.yyyy"),
        (12, '#,##0.00 "EUR"'),
    ):
        sheet.append([value])
        sheet.cell(sheet.max_row, 1).number_format = style
    parsed = read(saved(book))
    shown = ["123-45-6789", "(555) 123-4567", "4111111111111111", "1980-05-12", "12"]
    assert parsed.sections[0].text.split("\n") == shown
    assert "123456789" in parsed.everything


def test_hidden_sheets_rows_and_columns_are_classified_only() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["shown", "hidden-column"])
    sheet.append(["hidden-row", "x"])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[2].hidden = True
    for state in ("hidden", "veryHidden"):
        other = book.create_sheet(f"{state}-name")
        other.append([f"{state}-cell"])
        other.sheet_state = state
    parsed = read(saved(book))
    assert text_of(parsed) == "shown"
    for words in ("hidden-column", "hidden-row", "hidden-cell", "veryHidden-cell", "veryHidden-name"):
        assert words in parsed.everything


def planted() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["name", "amount"])
    sheet.append(["cell-words", '=IF(B3>0,"formula-words",0)'])
    sheet["A1"].comment = Comment("comment-words", "comment-author")
    sheet["A2"].hyperlink = "mailto:link@example.com"
    sheet["A2"].hyperlink.tooltip = "tooltip-words"
    rule = DataValidation(
        type="list", formula1='"choice-words,other"', promptTitle="prompt-title", prompt="prompt-words"
    )
    rule.error = "error-words"
    sheet.add_data_validation(rule)
    rule.add("C3")
    sheet.oddHeader.center.text = "header-words"
    sheet.oddFooter.left.text = "footer-words"
    sheet.add_table(Table(displayName="table_words", ref="A1:B2"))
    chart = BarChart()
    chart.title = "chart-words"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    book.defined_names["defined_words"] = DefinedName("defined_words", attr_text='"defined-value"')
    book.custom_doc_props.append(StringProperty(name="custom-name", value="custom-value"))
    properties = book.properties
    properties.creator, properties.keywords, properties.description = "creator-name", "keyword-words", "described"
    properties.lastModifiedBy, properties.category = "editor-name", "category-words"
    return saved(book)


@pytest.mark.parametrize(
    "words",
    [
        *("cell-words", "formula-words", "comment-words", "comment-author", "link@example.com", "tooltip-words"),
        *("choice-words", "prompt-title", "prompt-words", "error-words", "header-words", "footer-words", "table_words"),
        *("chart-words", "defined_words", "defined-value", "custom-name", "custom-value", "creator-name"),
        *("keyword-words", "described", "editor-name", "category-words"),
    ],
)
def test_whatever_a_workbook_holds_is_classified(words: str) -> None:
    assert words in EVERYTHING


EVERYTHING = read(planted()).everything


S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
PARTS: dict[str, str | bytes] = {
    "xl/threadedComments/threadedComment1.xml": "<c xmlns='urn:t'><text>thread-words</text></c>",
    "xl/persons/person.xml": "<p xmlns='urn:t'><person displayName='person-name' userId='S::p@example.com'/></p>",
    "xl/pivotCache/pivotCacheDefinition1.xml": f"<p {S}><s v='pivot-words'/><n v='5551234567'/></p>",
    "xl/connections.xml": f"<c {S}><dbPr connection='Server=db;Password=secret-words' command='query_words'/></c>",
    "xl/drawings/drawing9.xml": (
        f"<x {A}><c descr='alt-words'/><a:p><a:r><a:t>box-</a:t></a:r><a:r><a:t>words</a:t></a:r></a:p></x>"
    ),
    "xl/embeddings/inner.docx": samples.word(["embedded-words"]),
    "customXml/item1.xml": "<data>custom-xml-words</data>",
    "docProps/app.xml": "<Properties><Company>company-words</Company><Manager>manager-name</Manager></Properties>",
}


def test_parts_that_no_library_writes_are_classified() -> None:
    found = read(samples.with_parts(planted(), PARTS)).everything
    for words in (
        *("thread-words", "person-name", "p@example.com", "pivot-words", "5551234567", "Password=secret-words"),
        *("query_words", "alt-words", "box-words", "embedded-words", "custom-xml-words", "company-words"),
        "manager-name",
    ):
        assert words in found


def test_strings_are_read_inline_shared_and_unused() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        '<sheetData><row><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c t="s"><v>1</v></c>'
        '<c r="XFD1" t="str"><v>far</v></c></row></sheetData></worksheet>'
    )
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>unused-words</t></si>'
        "<si><t>shared</t></si></sst>"
    )
    book = openpyxl.Workbook()
    parsed = read(samples.with_parts(saved(book), {SHEET: sheet, "xl/sharedStrings.xml": strings}))
    assert [cell for cell in parsed.sections[0].text.split(" | ") if cell] == ["inline", "shared", "far"]
    assert len(parsed.sections[0].text) < 100
    assert "unused-words" in parsed.everything


def test_strict_workbooks_are_read_too() -> None:
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    book = openpyxl.Workbook()
    book.active.append(["strict-words"])
    package = saved(book)
    parts: dict[str, str | bytes] = {
        name: samples.part(package, name).replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", strict)
        for name in ("xl/workbook.xml", SHEET)
    }
    assert text_of(read(samples.with_parts(package, parts))) == "strict-words"


def test_a_sheet_of_many_cells_with_one_long_string_is_too_large_not_too_slow() -> None:
    row = "<row>" + '<c t="s"><v>0</v></c>' * 1_000 + "</row>"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts: dict[str, str | bytes] = {
        SHEET: f"<worksheet {main}><sheetData>{row * 20}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}><si><t>{'words ' * 2_000}</t></si></sst>",
    }
    with pytest.raises(TooLarge):
        read(samples.with_parts(saved(openpyxl.Workbook()), parts), Limits(max_output_chars=1_000_000))


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_xml_entities_are_refused(part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(UnreadableDocument, match="entities"):
        read(samples.with_parts(planted(), {part: bomb}))


def test_damaged_sheets_are_unreadable() -> None:
    with pytest.raises(UnreadableDocument, match="well-formed"):
        read(samples.with_parts(planted(), {SHEET: "<worksheet><sheetData><row>"}))


def test_pictures_give_their_metadata() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    picture = io.BytesIO(samples.png(b"tEXtComment\0picture-words"))
    book.active.add_image(Image(picture), "C3")
    assert "picture-words" in read(saved(book)).everything
