"""Pieces: bounded, exact, within their sections."""

from itertools import pairwise

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
