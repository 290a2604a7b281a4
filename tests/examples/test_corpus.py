"""The sample corpus: its binary files are what their sources say, and nothing in it could be taken for real."""

import json
import re
import subprocess
import sys
from pathlib import Path

import docx
import pypdfium2
import pytest

from examples.authoring.docx import write_docx
from examples.authoring.markup import read_source
from examples.authoring.pdf import write_pdf
from examples.build_corpus import built
from lacuna.config import Loaded, load
from lacuna.domain.tiers import Tier

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CORPUS = EXAMPLES / "corpus"
SOURCES = EXAMPLES / "sources"
QUESTIONS = [json.loads(line) for line in (EXAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]

MADE = [target.as_posix() for target, _ in built(SOURCES)]
TEXTS = [
    path
    for folder in (CORPUS, SOURCES)
    for path in sorted(folder.rglob("*"))
    if path.suffix in {".md", ".txt", ".html", ".csv"}
]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(environ={"LACUNA_CONFIG_PATH": str(EXAMPLES / "config")}, cwd=ROOT)


def words(text: str) -> str:
    """Text without the differences that layout makes."""
    return "".join(re.findall(r"\w", text))


@pytest.mark.parametrize(("target", "content"), list(built(SOURCES)), ids=MADE)
def test_committed_file_equals_what_its_source_builds(target: Path, content: bytes) -> None:
    assert (CORPUS / target).read_bytes() == content


def test_every_binary_file_has_a_source() -> None:
    binary = [path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.suffix in {".pdf", ".docx"}]
    assert sorted(binary) == sorted(MADE)


def test_check_command_says_that_nothing_differs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.build_corpus", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "DIFFERENT" not in done.stdout


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith(".pdf")])
def test_another_reader_finds_every_word_of_a_pdf_in_order(name: str) -> None:
    source = read_source((SOURCES / f"{name}.txt").read_text(encoding="utf-8"))
    with pypdfium2.PdfDocument(CORPUS / name) as document:
        pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    found = words("\n".join(re.sub(r".* - page \d+ of \d+\s*$", "", page) for page in pages))
    for block in source.blocks:
        for text in (block.text, *(cell for row in block.rows for cell in row if cell.count(" ") < 2)):
            assert words(text) in found


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith(".docx")])
def test_another_reader_finds_body_header_and_comments_of_a_docx(name: str) -> None:
    source = read_source((SOURCES / f"{name}.txt").read_text(encoding="utf-8"))
    document = docx.Document(str(CORPUS / name))
    body = words("\n".join(paragraph.text for paragraph in document.paragraphs))
    for block in source.blocks:
        assert words(re.sub(r"\[[\^>]\d+]", "", block.text)) in body
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert cells == [cell for block in source.blocks for row in block.rows for cell in row]
    assert document.sections[0].header.paragraphs[0].text == source.properties["header"]
    assert [(c.author, c.text) for c in document.comments] == list(source.comments.values())


def test_pages_break_where_the_text_no_longer_fits() -> None:
    text = "title: Long\nauthor: Nobody\n\n" + "\n\n".join(f"Paragraph {n} (in brackets)." for n in range(200))
    with pypdfium2.PdfDocument(write_pdf(read_source(text))) as document:
        everything = "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
        assert len(document) > 1
    assert all(f"Paragraph {n} (in brackets)." in everything for n in range(200))


def test_markup_characters_in_a_source_stay_text(tmp_path: Path) -> None:
    head = 'title: A & B\nauthor: "C" <D>\nheader: E & F\n'
    text = f'{head}\n# 1 < 2\n\nTom & Jerry[^1] <b>not bold</b>\n\n[^1]: "x" & <y>\n'
    path = tmp_path / "odd.docx"
    path.write_bytes(write_docx(read_source(text)))
    document = docx.Document(str(path))
    assert [p.text for p in document.paragraphs] == ["1 < 2", "Tom & Jerry <b>not bold</b>"]
    assert document.core_properties.author == '"C" <D>'


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_addresses_and_numbers_are_reserved_for_fiction(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert all(domain.endswith(".example") for domain in re.findall(r"[\w.]+@([\w.]+)", text))
    phones = re.findall(r"\+\d[\d -]{8,}", text)
    assert all(re.match(r"\+1 202-555-01\d\d|\+44 20 7946 0\d\d\d", phone) for phone in phones)
    assert not re.search(r"https?://(?!gateway\.local|web03\.lanternfish\.corp\.tessavik\.example)", text)


def test_sample_configuration_loads_without_warning(loaded: Loaded) -> None:
    assert loaded.warnings == ()
    assert not loaded.settings.web_search.enabled


def test_public_files_name_neither_projects_nor_customers_but_for_the_forgotten_comment(loaded: Loaded) -> None:
    secret = [
        name.casefold()
        for term in (*loaded.terms.projects, *loaded.terms.customers)
        for name in ((term,) if isinstance(term, str) else term.spellings)
    ]
    public = [path for path in TEXTS if "public" in path.parts]
    naming = {
        path.name for path in public if any(name in path.read_text(encoding="utf-8").casefold() for name in secret)
    }
    assert naming == {"webinar-vibration-basics.html"}


def test_every_document_is_asked_about_and_every_question_names_one() -> None:
    documents = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()}
    assert len(QUESTIONS) >= 30
    assert len({row["question"] for row in QUESTIONS}) == len(QUESTIONS)
    assert {row["document"] for row in QUESTIONS} == documents
    assert {Tier.parse(row["tier"]) for row in QUESTIONS} == set(Tier)
