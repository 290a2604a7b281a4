"""Passages that say the same are shown once, and none that says something else is lost."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.duplicates import without_duplicates
from lacuna.domain.retrieval import Hit
from lacuna.domain.tiers import Tier
from lacuna.testing.passages import passage

LONG = " ".join(f"word{chr(97 + n)}" for n in range(26))


def hit(chunk_id: str, text: str, tier: Tier = Tier.PUBLIC) -> Hit:
    return Hit(passage(chunk_id, text, tier=tier).chunk, 0.5)


def shown(*hits: Hit) -> list[str]:
    return [one.chunk.chunk_id for one in without_duplicates(hits)]


def test_a_copy_and_a_near_copy_are_left_out() -> None:
    assert shown(hit("a", LONG), hit("b", f"  {LONG.upper()}"), hit("c", f"{LONG} more"), hit("d", "else")) == [
        "a",
        "d",
    ]


def test_forms_that_differ_in_a_number_are_not_copies() -> None:
    assert shown(hit("a", f"{LONG} 17.5"), hit("b", f"{LONG} 18.5")) == ["a", "b"]


def test_of_copies_the_one_of_the_lowest_tier_is_shown_in_the_best_ones_place() -> None:
    hits = [hit("secret", LONG, Tier.PROPRIETARY), hit("other", "something else"), hit("open", LONG)]
    assert shown(*hits) == ["open", "other"]


def test_a_near_copy_of_a_lower_tier_does_not_take_the_place_of_the_better_one() -> None:
    assert shown(hit("secret", LONG, Tier.PROPRIETARY), hit("open", f"{LONG} more")) == ["secret"]


@given(st.lists(st.text(alphabet="ab1 ", max_size=4)))
def test_every_set_of_few_words_is_still_shown_once(texts: list[str]) -> None:
    found = list(without_duplicates(hit(f"c{n}", text) for n, text in enumerate(texts)))
    assert {frozenset(one.chunk.text.split()) for one in found} == {frozenset(text.split()) for text in texts}
    assert len(found) == len({frozenset(text.split()) for text in texts})
