"""PDF: pages for retrieval, and what stands on, under and beside them for classification."""

import base64
import zlib

import pytest

from lacuna.adapters.parsers import pdf
from lacuna.adapters.parsers.limits import Limits
from lacuna.domain.errors import TooLarge, UnreadableDocument
from tests.adapters.parsers import samples

LIMITS = Limits()


def test_every_page_is_a_section_with_its_number() -> None:
    parsed = pdf.read(samples.pdf(["First page.\nSecond line.", "Second page."], title="Data sheet"), "d.pdf", LIMITS)
    assert parsed.title == "Data sheet"
    assert [(section.page, section.text) for section in parsed.sections] == [
        (1, "First page.\nSecond line."),
        (2, "Second page."),
    ]
    assert "Data sheet" in parsed.everything
    assert "Second page." in parsed.everything


def test_a_pdf_without_a_title_is_named_after_its_file() -> None:
    assert pdf.read(samples.pdf(["x"]), "folder/data_sheet.pdf", LIMITS).title == "data sheet"


def test_annotations_form_fields_and_links_are_classified_only() -> None:
    box = "/Rect [10 10 90 30] /P 100 0 R"
    more = [
        f"<< /Type /Annot /Subtype /Text {box} /Contents (note-words) /T (author-words) >>",
        f"<< /Type /Annot /Subtype /Widget {box} /FT /Tx /T (field-name) /TU (field-help) /V (field-value) >>",
        f"<< /Type /Annot /Subtype /Link {box} /A << /S /URI /URI (mailto:someone@example.com) >> >>",
        f"<< /Type /Annot /Subtype /Popup {box} /Contents (popup-words) >>",
    ]
    parsed = pdf.read(samples.pdf(["Visible."], more=more, annotations=[10, 11, 12, 13]), "f.pdf", LIMITS)
    for hidden in ("note-words", "author-words", "field-name", "field-help", "field-value", "someone@example.com"):
        assert hidden in parsed.everything
    assert [section.text for section in parsed.sections] == ["Visible."]


def stream(dictionary: str, content: bytes, *, packed: bool = False) -> str:
    data = zlib.compress(content) if packed else content
    filters = "/Filter /FlateDecode" if packed else ""
    return f"<< {dictionary} {filters} /Length {len(data)} >>\nstream\n{data.decode('latin-1')}\nendstream"


def test_what_only_the_objects_hold_is_classified() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d a="xmp-attribute">xmp-words</d></x:xmpmeta>'
    inner = b"1 0 << /Alt (alternative \\(nested\\) words) /T <FEFF00770069006400650064> >>"
    more = [
        stream("/Type /Metadata /Subtype /XML", xmp, packed=True),
        stream("/Type /Metadata /Subtype /XML", xmp.replace(b"xmp-words", b"plain-xmp")),
        stream("/Type /ObjStm /N 1 /First 4", inner, packed=True),
        stream("", b"app.alert('script-words');", packed=True),
        "<< /ClientName (own-property (in brackets)) /S /JavaScript /JS (more\\055script) >>",
        stream("", b"BT /F1 12 Tf (\x01\x02 glyph-codes) Tj ET", packed=True),
        stream("/Subtype /Image /Filter /DCTDecode", b"picture-bytes"),
    ]
    parsed = pdf.read(samples.pdf(["Visible."], more=more), "f.pdf", LIMITS)
    for words in (
        *("xmp-words", "xmp-attribute", "plain-xmp", "alternative (nested) words", "wided", "script-words"),
        *("own-property (in brackets)", "more-script"),
    ):
        assert words in parsed.everything
    assert "glyph-codes" not in parsed.everything
    assert [section.text for section in parsed.sections] == ["Visible."]


def attached(content: bytes) -> bytes:
    embedded = stream("/Type /EmbeddedFile", content)
    names = "<< /Names [(plan.docx) 11 0 R] >>"
    more = [embedded, "<< /Type /Filespec /F (plan.docx) /UF (plan.docx) /EF << /F 10 0 R >> >>"]
    return samples.pdf(["Cover."], more=more).replace(
        b"/Type /Catalog ", b"/Type /Catalog /Names << /EmbeddedFiles " + names.encode() + b" >> "
    )


def test_attached_files_are_read_by_their_own_readers() -> None:
    parsed = pdf.read(attached(samples.word(["attached-words"])), "f.pdf", Limits())
    assert "attached-words" in parsed.everything
    assert "plan.docx" in parsed.everything
    with pytest.raises(UnreadableDocument, match="RAR"):
        pdf.read(attached(b"Rar!\x1a\x07\x00" + bytes(20)), "f.pdf", Limits())


def test_a_stream_that_inflates_too_far_is_refused() -> None:
    bomb = stream("/Type /ObjStm /N 1 /First 4", b"(words) " * 200_000, packed=True)
    with pytest.raises(TooLarge, match="unpacks"):
        pdf.read(samples.pdf(["x"], more=[bomb]), "f.pdf", Limits(max_inflated_bytes=1_000_000))


@pytest.mark.parametrize("noise", [b"(" * 200_000, b"<41" * 100_000, b"stream\n" * 50_000, b"\\" * 200_000])
def test_hostile_objects_end(noise: bytes) -> None:
    assert "needle" in pdf.read(samples.pdf(["needle"]) + noise, "f.pdf", Limits()).everything


def test_text_outside_the_page_is_classified_only() -> None:
    parsed = pdf.read(samples.pdf([") Tj 2000 0 Td (far-away) Tj -2000 0 Td (Visible."]), "f.pdf", LIMITS)
    assert "far-away" in parsed.everything
    assert "far-away" not in parsed.sections[0].text


def test_words_cut_at_a_line_end_are_whole() -> None:
    parsed = pdf.read(samples.pdf(["the Lantern\\255\nfish plan"]), "f.pdf", LIMITS)
    assert "Lanternfish" in parsed.everything


def test_an_encrypted_pdf_is_unreadable_with_a_cure() -> None:
    protected = samples.pdf(["x"]).replace(
        b"/Info 4 0 R",
        b"/Info 4 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
        + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
    )  # fmt: skip
    with pytest.raises(UnreadableDocument, match="encrypted") as refused:
        pdf.read(protected, "f.pdf", LIMITS)
    assert "password" in refused.value.cure


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 20, samples.pdf(["x" * 50])[:120]])
def test_a_damaged_pdf_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        pdf.read(data, "f.pdf", LIMITS)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(TooLarge, match="characters"):
        pdf.read(samples.pdf(["a long page of words " * 20]), "f.pdf", Limits(max_output_chars=50))


HIDDEN = "Zorblax Quillfeather"


def made(content: str | bytes, dictionary: str = "", *, packed: bool = True) -> str:
    data = content if isinstance(content, bytes) else content.encode("latin-1")
    data = zlib.compress(data) if packed else data
    filters = "/Filter /FlateDecode" if packed else ""
    return f"<< /Length {len(data)} {filters} {dictionary} >>\nstream\n{data.decode('latin-1')}\nendstream"


PAINTED = f"BT /F1 12 Tf 2 2 Td ({HIDDEN}) Tj ET"
FORM = "/Type /XObject /Subtype /Form /BBox [0 0 400 99] /Resources << /Font << /F1 3 0 R >> >>"
ATTACHED = "<< /Type /Filespec /F (a.zip) /EF << /F 12 0 R >> >>"
ARCHIVE = samples.zip_file({"a.txt": HIDDEN.encode()})


@pytest.mark.parametrize(
    ("more", "annotations"),
    [
        (["<< /Type /Annot /Subtype /Stamp /Rect [0 0 400 99] /AP << /N 11 0 R >> >>", made(PAINTED, FORM)], [10]),
        ([made(PAINTED, FORM)], []),
        (["<< /Type /Page /Contents 11 0 R >>", made(PAINTED)], []),
        ([made(f"/Figure << /Alt ({HIDDEN}) >> BDC BT ET EMC")], []),
        ([f"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /RC (<p><b>Zorb</b>{HIDDEN[4:]}</p>) >>"], [10]),
        (["<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS 11 0 R >>", ATTACHED, made(ARCHIVE)], [10]),
        ([ATTACHED, "1", made(ARCHIVE, "/Type /EmbeddedFile")], []),
        ([made(f"<x:meta xmlns:x='x'>{HIDDEN}</x:meta>".encode("utf-16"))], []),
        ([made(f'var a = "endstream"; var b = "{HIDDEN}"', packed=False)], []),
        ([made(f'app.alert("{HIDDEN}")', f"/Junk ({'x' * 5_000})")], []),
        ([f"<< /A 1 % ((( {HIDDEN}\n>>"], []),
        (["<< /A 1 % (((\n/B (" + HIDDEN + ") >>"], []),
        ([f"<< /V /{HIDDEN.replace(' ', '#20')} >>"], []),
        ([made(b"\xff\xd8\xff\xfe\0\x16" + HIDDEN.encode() + b"\xff\xd9", "/Subtype /Image", packed=False)], []),
        ([made(base64.a85encode(f'f("{HIDDEN}")'.encode()) + b"~>", "/Filter /ASCII85Decode", packed=False)], []),
    ],
)
def test_what_no_page_shows_is_found(more: list[str], annotations: list[int]) -> None:
    data = samples.pdf(["Plain words."], more=more, annotations=annotations)
    assert HIDDEN in " ".join(pdf.read(data, "a.pdf", Limits()).everything.split())


def test_pages_of_earlier_versions_are_found() -> None:
    first = samples.pdf([HIDDEN])
    clean = made("BT /F1 12 Tf 72 720 Td (Nothing) Tj ET", packed=False)
    entry = f"101 0 obj\n{clean}\nendobj\n"
    before = first.rfind(b"xref", 0, first.rfind(b"startxref"))
    table = f"xref\n101 1\n{len(first):010d} 00000 n \ntrailer\n<< /Size 102 /Root 1 0 R /Prev {before} >>"
    second = first + f"{entry}{table}\nstartxref\n{len(first) + len(entry)}\n%%EOF\n".encode("latin-1")
    parsed = pdf.read(second, "a.pdf", Limits())
    assert [section.text for section in parsed.sections] == ["Nothing"]
    assert HIDDEN in parsed.everything


@pytest.mark.parametrize("outside", [HIDDEN.encode(), ARCHIVE])
def test_what_stands_behind_the_end_is_found(outside: bytes) -> None:
    assert HIDDEN in pdf.read(samples.pdf(["Plain words."]) + outside, "a.pdf", Limits()).everything


def test_codes_of_fonts_are_no_text() -> None:
    gibberish = made("BT /F9 12 Tf (!\"#$ %&'*+ ,-./) Tj <0012003400560078> Tj ET", FORM)
    parsed = pdf.read(samples.pdf(["Plain words."], more=[gibberish]), "a.pdf", Limits())
    assert parsed.everything == "Plain words."
