"""Passages that say the same are recognised, and none that says something else is taken for one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.duplicates import Distinct, copies
from lacuna.domain.retrieval import Hit
from lacuna.testing.passages import passage

LONG = " ".join(f"word{chr(97 + n)}" for n in range(26))


def admitted(texts: Sequence[str]) -> list[str]:
    distinct = Distinct()
    return [text for text in texts if distinct.admits(text)]


def test_a_copy_and_a_near_copy_are_left_out() -> None:
    assert admitted([LONG, f"  {LONG.upper()}", f"{LONG} more", "else"]) == [LONG, "else"]


def test_forms_that_differ_in_a_number_are_not_copies() -> None:
    assert admitted([f"{LONG} 17.5", f"{LONG} 18.5"]) == [f"{LONG} 17.5", f"{LONG} 18.5"]


@given(st.lists(st.text(alphabet="ab1 ", max_size=4)))
def test_every_set_of_few_words_is_admitted_once(texts: list[str]) -> None:
    found = admitted(texts)
    assert {frozenset(text.split()) for text in found} == {frozenset(text.split()) for text in texts}
    assert len(found) == len({frozenset(text.split()) for text in texts})


@given(st.lists(st.text(alphabet="aAb \n", max_size=12)))
def test_copies_are_those_with_the_same_words_in_the_same_order_whatever_their_case(texts: list[str]) -> None:
    hits = [Hit(passage(f"c{n}", text).chunk, 0.5) for n, text in enumerate(texts)]
    found = copies(hits)
    for hit in hits:
        same = [other for other in hits if other.chunk.text.lower().split() == hit.chunk.text.lower().split()]
        assert list(found.get(hit.chunk.chunk_id, (hit,))) == same


@pytest.mark.parametrize("text", [LONG, "", "one"])
def test_a_text_that_stands_alone_has_no_copies(text: str) -> None:
    assert copies([Hit(passage("a", text).chunk, 0.5), Hit(passage("b", f"{text} more").chunk, 0.5)]) == {}
