"""Office files: values where no converter looks, and values that the format cuts in pieces."""

import base64
import re
from functools import cache

import pytest

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples

NAME = "Zorblax Quillfeather"
CARD = "4929 1804 4422 0071"
KEY = "9f86d081884c7d659a2feaa0c55ad015"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
M = f'xmlns:m="{OFFICE}/math"'
LEFT, RIGHT = NAME[:9], NAME[9:]


def read(data: bytes, name: str) -> Parsed:
    return registry.read(data, name, Limits())


def found(parsed: Parsed) -> str:
    return " ".join(parsed.everything.split())


@cache
def empty() -> bytes:
    return samples.word()


def word(parts: dict[str, str | bytes] | None = None, xml: str = "") -> bytes:
    return samples.with_parts(empty(), parts or {}, xml)


def run(text: str, kind: str = "t") -> str:
    return f'<w:r><w:{kind} xml:space="preserve">{text}</w:{kind}></w:r>'


def book(sheet: str = "<sheetData/>", parts: dict[str, str] | None = None) -> bytes:
    related = '<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
    return samples.zip_file(
        {
            "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="One" r:id="r1" xmlns:r="{OFFICE}/relationships"/>'
            "</sheets></workbook>".encode(),
            "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>".encode(),
            "xl/worksheets/sheet1.xml": f"<worksheet {S}>{sheet}</worksheet>".encode(),
            **{name: content.encode() for name, content in (parts or {}).items()},
        }
    )


def cell(content: str, attributes: str = "") -> str:
    return f'<sheetData><row r="1"><c r="A1" {attributes}>{content}</c></row></sheetData>'


@pytest.mark.parametrize("value", [NAME, CARD, KEY, "+44 20 7946 0958", "555.123.4567"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("customXml/item1.xml", '<a secret="{}"/>'),
        ("customXml/item1.xml", "<!--{}--><a/>"),
        ("customXml/item1.xml", "<a/><!--{}-->"),
        ("word/webSettings.xml", f'<w:webSettings {samples.W}><w:name w:val="{{}}"/></w:webSettings>'),
        (
            "word/theme/theme1.xml",
            '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="{}"/>',
        ),
        ("word/styles.xml", f'<w:styles {samples.W}><w:style><w:aliases w:val="{{}}"/></w:style></w:styles>'),
        ("docs/plan {}.xml", "<a/>"),
    ],
)
def test_values_that_look_like_measures_are_found_in_attributes_names_and_comments(
    name: str, content: str, value: str
) -> None:
    parsed = read(word(parts={name.format(value): content.format(value)}), "a.docx")
    assert value in found(parsed)


def test_counters_and_masks_of_looks_are_no_values() -> None:
    looks = (
        '<a id="2147483660" colId="x" cnf="000000100000" inset="0.78740157499999996" box="0 0 21600 21600" l="914400"/>'
    )
    parsed = read(word(parts={"customXml/item1.xml": looks}), "a.docx")
    assert not re.search("2147483660|000000100000|7874015|21600|914400", parsed.everything)


@pytest.mark.parametrize(
    "xml",
    [
        f"<w:p><m:oMath {M}><m:r><m:t>{LEFT}</m:t></m:r><m:r><m:t>{RIGHT}</m:t></m:r></m:oMath></w:p>",
        f'<w:p><w:ins w:author="A"><w:del w:author="B">{run(NAME, "delText")}</w:del></w:ins></w:p>',
        f"<w:p>{run(LEFT, 'instrText')}{run(RIGHT, 'instrText')}</w:p>",
        f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run(LEFT)}</w:p><w:p>{run(RIGHT)}</w:p>",
        "<w:p>" + "".join(f'<w:r><w:sym w:font="Symbol" w:char="F0{ord(c):02X}"/></w:r>' for c in NAME) + "</w:p>",
        f"<w:p><w:fldData>{base64.b64encode(NAME.encode()).decode()}</w:fldData></w:p>",
    ],
)
def test_values_that_word_cuts_in_pieces_are_whole(xml: str) -> None:
    assert NAME in found(read(word(xml=xml), "a.docx"))


def test_a_word_file_whose_body_has_another_name_is_read_as_one() -> None:
    start = f'<Relationship Id="r1" Type="{OFFICE}/relationships/officeDocument" Target="word/document2.xml"/>'
    body = f"<w:document {samples.W}><w:body><w:p>{run(LEFT)}{run(RIGHT)}</w:p></w:body></w:document>"
    parsed = read(
        samples.zip_file(
            {
                "[Content_Types].xml": b"<Types/>",
                "_rels/.rels": f"<Relationships>{start}</Relationships>".encode(),
                "word/document2.xml": body.encode(),
            }
        ),
        "a.docx",
    )
    assert parsed.media_type.endswith("wordprocessingml.document")
    assert [section.text for section in parsed.sections] == [NAME]


@pytest.mark.parametrize(
    "sheet",
    [
        cell(f"<is><t>{NAME}</t></is>"),
        cell(f"<v>{NAME}</v>", 't="inlineStr"'),
        cell(f"<v>1</v><extLst><ext>{NAME}</ext></extLst>"),
        cell("<is><t>" + "".join(f"_x{ord(c):04X}_" for c in NAME) + "</t></is>", 't="inlineStr"'),
        cell(f"<is><r><t>{LEFT}</t></r><rPh><t>reading</t></rPh><r><t>{RIGHT}</t></r></is>", 't="inlineStr"'),
        f'<sheetData><row r="1" note="{NAME}"><!-- none --></row></sheetData>',
        f'<sheetData><row r="1"><!-- {NAME} --></row></sheetData>',
    ],
)
def test_everything_in_a_row_is_found(sheet: str) -> None:
    assert NAME in found(read(book(sheet), "a.xlsx"))


def test_line_ends_that_excel_escapes_end_a_value() -> None:
    parsed = read(book(cell("<is><t>123-45-6789_x000D_\nnext</t></is>", 't="inlineStr"')), "a.xlsx")
    assert parsed.sections[0].text == "123-45-6789 next"


def test_texts_in_number_formats_are_shown_with_the_number() -> None:
    styles = (
        f'<styleSheet {S}><numFmts><numFmt numFmtId="164" formatCode="&quot;Badge &quot;0000"/>'
        '<numFmt numFmtId="165" formatCode="000\\-00\\-0000"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
    )
    cells = '<sheetData><row r="1"><c r="A1" s="1"><v>42</v></c><c r="B1" s="2"><v>12345678</v></c></row></sheetData>'
    assert read(book(cells, {"xl/styles.xml": styles}), "a.xlsx").sections[0].text == "Badge 0042 | 012-34-5678"


def test_queries_of_a_workbook_are_unpacked() -> None:
    package = samples.zip_file({"Formulas/Section1.m": f'Source = "{NAME}"'.encode()})
    packed = base64.b64encode(bytes(4) + len(package).to_bytes(4, "little") + package + bytes(12)).decode()
    parsed = read(book(parts={"customXml/item1.xml": f"<DataMashup>{packed}</DataMashup>"}), "a.xlsx")
    assert NAME in found(parsed)


def test_a_drawing_that_is_not_well_formed_is_read_all_the_same() -> None:
    drawing = (
        f'<xml xmlns:v="urn:v"><v:textbox><div><font>{LEFT}</font><font>{RIGHT}</font><br></div></v:textbox></xml>'
    )
    assert NAME in found(read(book(parts={"xl/drawings/vmlDrawing1.vml": drawing}), "a.xlsx"))


def test_macros_of_opendocument_declare_a_document_type_and_are_read() -> None:
    module = f'<!DOCTYPE script:module PUBLIC "-//x//DTD y//EN" "module.dtd"><m xmlns:script="s">{NAME}</m>'
    package = samples.zip_file({"content.xml": b"<a/>", "Basic/Standard/One.xml": module.encode()})
    assert NAME in found(read(package, "a.odt"))


def test_pictures_within_a_flat_part_go_to_their_reader() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    picture = base64.b64encode(samples.png(b"tEXtComment\0" + NAME.encode())).decode()
    content = f'<o:c xmlns:o="{office}"><o:binary-data>{picture}</o:binary-data></o:c>'
    assert NAME in found(read(samples.zip_file({"content.xml": content.encode()}), "a.odt"))
