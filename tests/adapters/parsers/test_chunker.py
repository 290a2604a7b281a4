"""Pieces: bounded, exact, within their sections."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.parsers.chunker import Chunker, estimate_tokens
from lacuna.adapters.parsers.layout import sections_of
from lacuna.domain.chunking import embedded_text, joined
from lacuna.ports.parsers import Parsed, Section

SENTENCE = "The pump runs at a fixed speed, and nobody has changed the limit since. "


def parsed(*sections: Section) -> Parsed:
    return Parsed("T", "text/plain", sections_of(sections, 10_000_000), "")


words = st.lists(st.sampled_from(["pump", "a.", "limit\n", "\n\n", "x" * 40, "数据库", "1,5;", " "]), max_size=400).map(
    " ".join
)


@given(st.lists(st.builds(Section, words, st.sampled_from(["", "A", "B"]), st.sampled_from([None, 1, 2])), max_size=5))
def test_pieces_are_exact_bounded_and_lose_nothing(sections: list[Section]) -> None:
    document = parsed(*sections)
    text = joined(section.text for section in document.sections)
    pieces = Chunker()(document)
    covered = set[int]()
    for piece in pieces:
        assert piece.text == text[piece.start : piece.end]
        assert estimate_tokens(piece.text) <= 220
        covered.update(range(piece.start, piece.end))
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)
    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)


def test_neighbours_share_whole_sentences() -> None:
    pieces = Chunker()(parsed(Section(SENTENCE * 100)))
    assert len(pieces) > 5
    for before, after in pairwise(pieces):
        shared = before.end - after.start
        assert 0 < shared <= 0.25 * len(before.text)
        assert after.text.startswith("The pump")
        assert before.text.endswith(".")


def test_small_sections_join_and_large_ones_stay_apart() -> None:
    small, large = "Two words.", SENTENCE * 6
    pieces = Chunker()(parsed(Section(small, "Title"), Section(large, "One"), Section(large, "Two")))
    assert [(piece.heading, piece.text.count("pump")) for piece in pieces] == [("One", 6), ("Two", 6)]
    assert pieces[0].text.startswith("Two words.")


def test_a_title_or_heading_is_never_a_piece_of_its_own() -> None:
    pieces = Chunker()(parsed(Section("# Guide", "Guide"), Section("## Install\n\n" + SENTENCE * 14, "Install")))
    assert len(pieces) == 2
    assert pieces[0].text.startswith("# Guide\n\n## Install\n\nThe pump")
    assert {piece.heading for piece in pieces} == {"Install"}


def test_pages_never_share_a_piece() -> None:
    pieces = Chunker()(parsed(Section("One.", page=1), Section("Two.", page=2)))
    assert [(piece.page, piece.text) for piece in pieces] == [(1, "One."), (2, "Two.")]


rows = st.lists(st.tuples(words, st.sampled_from(["12", "x" * 30, "数据库"])), min_size=1, max_size=40)


def as_table(cells: list[tuple[str, str]], markdown: bool) -> str:
    lines = [" | ".join(" ".join(cell.split()) or "-" for cell in row) for row in [("Part", "Price"), *cells]]
    if markdown:
        lines[1:1] = ["---|---"]
    return "\n".join(lines)


@given(rows, st.booleans(), words, words)
def test_tables_are_cut_between_rows_and_say_their_header_again(
    cells: list[tuple[str, str]], markdown: bool, before: str, after: str
) -> None:
    table = as_table(cells, markdown)
    if markdown:
        document = parsed(Section(f"{before}\n\n{table}\n\n{after}", "H"))
    else:
        document = parsed(Section(before, "H"), Section(table, "H", table=True), Section(after, "H"))
    text = joined(section.text for section in document.sections)
    header = "Part | Price\n---|---" if markdown else "Part | Price"
    covered = set[int]()
    for piece in Chunker()(document):
        assert piece.text in (text[piece.start : piece.end], f"{header}\n{text[piece.start : piece.end]}")
        assert estimate_tokens(piece.text) <= 220
        covered.update(range(piece.start, piece.end))
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)


@pytest.mark.parametrize("markdown", [True, False])
def test_a_table_that_fits_is_kept_whole_and_a_long_one_has_its_header_in_each_piece(markdown: bool) -> None:
    small = as_table([(f"pump {n}", "12 EUR") for n in range(8)], markdown)
    pieces = Chunker()(parsed(Section(SENTENCE * 13), Section(small, table=not markdown), Section(SENTENCE * 13)))
    assert any(small in piece.text for piece in pieces)
    large = as_table([(f"pump {n}", "12 EUR") for n in range(200)], markdown)
    pieces = Chunker()(parsed(Section(large, "Prices", table=not markdown)))
    assert len(pieces) > 5
    assert all(piece.text.startswith("Part | Price\n") for piece in pieces)
    lines = [line for piece in pieces for line in piece.text.split("\n") if line.startswith("pump")]
    assert lines == [f"pump {n} | 12 EUR" for n in range(200)]


def test_a_header_that_would_fill_the_piece_is_not_said_again() -> None:
    header = " | ".join(f"column {n}" for n in range(60))
    pieces = Chunker()(parsed(Section(header + "\n" + "\n".join("1 | 2" for _ in range(200)), table=True)))
    assert sum("column 3 " in piece.text for piece in pieces) == 1


def test_title_and_heading_leave_room_for_themselves() -> None:
    heading = "A very long heading that says much about what stands below it and never seems to end at all"
    document = replace(parsed(Section(SENTENCE * 60, heading)), title="The title of a report with many words in it")
    for piece in Chunker()(document):
        assert estimate_tokens(embedded_text(document.title, piece.heading, piece.text)) <= 256
    assert max(estimate_tokens(piece.text) for piece in Chunker()(replace(document, title="t " * 300))) > 80


def test_text_without_spaces_is_cut() -> None:
    assert len(Chunker()(parsed(Section("数据库服务器的配置" * 200)))) > 5
    assert len(Chunker()(parsed(Section("x" * 20_000)))) > 5


def test_no_text_gives_no_pieces() -> None:
    assert Chunker()(parsed(Section(" \n "))) == []


def test_the_title_and_heading_are_embedded_once() -> None:
    assert embedded_text("Guide", "Install", "Run it.") == "Guide. Install. Run it."
    assert embedded_text("Guide", "Guide", "Run it.") == "Guide. Run it."
    assert embedded_text("Guide", "Install", "## Install\n\nRun it.") == "Guide. ## Install\n\nRun it."
    assert embedded_text("", "", "Run it.") == "Run it."
