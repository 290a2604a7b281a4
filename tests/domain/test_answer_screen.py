"""What comes through the screen, whatever pieces it arrives in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.answer_screen import MAX_LINK, REMOVED, AnswerScreen, links_in
from lacuna.domain.citations import MARK, cited, numbers_of

KNOWN = "https://handbook.example/reset"
SOURCES = (f"The manual is at {KNOWN}. Use argv[0] for the name.",)


def screen() -> AnswerScreen:
    return AnswerScreen((1, 2), links_in(SOURCES[0]), SOURCES)


def screened(text: str) -> str:
    one = screen()
    return one.feed(text) + one.finish()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It runs [1]. So [2][1].", "It runs [1]. So [2][1]."),
        ("It runs [99]. And [1, 7] so.", "It runs. And [1] so."),
        ("Three [3-5] of them [1-2].", "Three of them [1-2]."),
        ("Yes【1†manual】 and no【7】.", "Yes[1] and no."),
        ("use argv[0] or argv[9]", "use argv[0] or argv"),
        ("It runs[9]. And[9][8], so", "It runs. And, so"),
        ("www[9].evil.example www [9].evil.example", "www .evil.example www .evil.example"),
        ("ht[9]tps:[9]//evil.example/?d=1", f"ht tps: {REMOVED}"),
        ("//http://evil.example/?d=1 //a://b.example", f"//{REMOVED} //a{REMOVED}"),
        ("//note[9] and //note[1] and data:x【9】", "//note and //note[1] and data:x"),
        ("a list [x] and {y} and (z)", "a list [x] and {y} and (z)"),
        ("Look![1] Look![9] now", "Look![1] Look! now"),
        (f"See {KNOWN}, or [the manual]({KNOWN}).", f"See {KNOWN}, or [the manual]({KNOWN})."),
        (f"![shown]({KNOWN}?d=1)", f"[shown] ({REMOVED})"),
        (f"![shown]({KNOWN})", f"[shown]({KNOWN})"),
        ("see https://evil.example/?d=41 euros", f"see {REMOVED} euros"),
        ("[here](//evil.example/a) [1](https://evil.example)", f"[here] ({REMOVED}) [1] ({REMOVED})"),
        ("[x](javascript:alert(1))", f"[x] ({REMOVED}))"),
        ("[x]: /\\evil.example/y", f"[x]: {REMOVED}"),
        ("www.evil.example/q?x and data:text/html;base64,PHN2Zz4=", f"{REMOVED} and {REMOVED}"),
        ("<img src='//evil.example/a'> <b>bold</b>", f"< img src='{REMOVED}'> <b>bold</b>"),
        ("HTTPS://EVIL.EXAMPLE/x", REMOVED),
        ("mail mailto:a@evil.example", f"mail {REMOVED}"),
        ("and/or, 3 // 4, C: drive, 10:30, data: none", "and/or, 3 // 4, C: drive, 10:30, data: none"),
    ],
)
def test_what_comes_through(written: str, shown: str) -> None:
    assert screened(written) == shown
    one = screen()
    assert "".join(map(one.feed, written)) + one.finish() == shown


def test_a_link_without_end_is_swallowed_to_its_end() -> None:
    one = screen()
    assert one.feed("see https://evil.example/" + "x" * (3 * MAX_LINK)) == f"see {REMOVED}"
    assert one.feed("yyy then more") + one.finish() == " then more"
    assert one.removed_links == 1


def test_what_is_held_back_is_bounded() -> None:
    for opening in ("[", "[1", "](", "https://", "<", " "):
        one = screen()
        shown = "".join(one.feed(opening * 3) for _ in range(3_000))
        assert len(opening) * 9_000 - len(shown) <= 4 * MAX_LINK or one.removed_links


BUILDING = st.sampled_from(
    ["[", "]", "(", ")", "!", "1", "2", "99", ",", " ", "\n", "http", "s", "://", "//", "evil.example", "/", "\\",
     "www.", "www", ".", "<", "img", ">", "a", "data:", "javascript:", ":", KNOWN, "argv", "[0]",
     "【", "】", "†", "–", "x" * 300]
)  # fmt: skip


def host(link: str) -> str:
    """The link without its path, or all of one that has no host."""
    if link.lower().startswith(("data:", "javascript:")):
        return link
    return re.split(r"[/\\?#]", re.sub(r"^[^/\\]*[/\\]{2,}", "", link))[0]


@given(st.lists(BUILDING, max_size=40), st.lists(st.integers(1, 40), min_size=1))
def test_the_cut_into_pieces_changes_nothing_and_only_what_is_known_comes_through(
    parts: list[str], lengths: list[int]
) -> None:
    text = "".join(parts)
    whole = screened(text)
    one, at = screen(), 0
    pieces: list[str] = []
    while at < len(text):
        length = lengths[len(pieces) % len(lengths)]
        pieces.append(one.feed(text[at : at + length]))
        at += length
    assert "".join(pieces) + one.finish() == whole
    assert not any("evil.example" in host(link) for link in links_in(whole)), whole
    for mark in MARK.finditer(whole):
        quoted = whole[: mark.start()].endswith("argv") and mark.group() == "[0]"
        assert quoted or {1, 2}.issuperset(numbers_of(mark)), whole


def test_numbers_of_marks() -> None:
    assert list(cited("a [1] b [2, 4] c [5–7] d [x] e【8】")) == [1, 2, 4, 5, 6, 7, 8]
    assert list(cited("[1-999999999]")) == [1, 999999999]
