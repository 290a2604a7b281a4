"""Patterns of overrides: the engine and the fake, and what only the engine does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.override_patterns import MAX_PLACES, OverridePatterns
from lacuna.adapters.classifiers.pattern_syntax import UnusablePattern
from lacuna.testing.contracts.patterns import PatternsContract
from lacuna.testing.fakes.patterns import RegexPatterns


class TestOverridePatterns(PatternsContract):
    @pytest.fixture
    def compiled(self) -> type[OverridePatterns]:
        return OverridePatterns


class TestRegexPatterns(PatternsContract):
    @pytest.fixture
    def compiled(self) -> type[RegexPatterns]:
        return RegexPatterns


@given(st.text(alphabet="ab h\u0435eron机\ud800\n", max_size=30))
def test_one_pass_finds_what_each_pattern_by_itself_finds(text: str) -> None:
    wanted = ["heron", "a+b", "机", "(?i)HER", "n$"]
    together = OverridePatterns(wanted)
    alone = {n for n, pattern in enumerate(wanted) if list(OverridePatterns([pattern]).matching(text))}
    assert set(together.matching(text)) == alone
    for number in range(len(wanted)):
        assert all(0 <= start <= end <= len(text) for start, end in together.spans(number, text))


def test_disguised_spellings_match_and_have_no_place() -> None:
    patterns = OverridePatterns(["heron"])
    for text in ("a h\u0435ron", "a he\u200bron", "a \uff48\uff45\uff52\uff4f\uff4e"):
        assert list(patterns.matching(text)) == [0]
        assert list(patterns.spans(0, text)) == []


def test_too_many_states_for_one_pass_are_searched_one_by_one() -> None:
    wide = [f"(?i)[a-z]{{{n}}}x.*y[^b]{{40}}z{n}" for n in range(1, 60)]
    patterns = OverridePatterns([*wide, "heron"])
    text = "ab c" * 5_000 + " heron"
    assert list(patterns.matching(text)) == [len(wide)]


@pytest.mark.parametrize("pattern", ["", "(", "a(?=b)", "a*", ".", r"\w", "[a-z]+", "e", r"(?s).+|heron", "\ud800x"])
def test_what_cannot_be_a_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UnusablePattern):
        OverridePatterns([pattern])


def test_a_pattern_with_an_optional_end_is_looked_up_in_some_places_only() -> None:
    """Each place reads on to the end of the line: all of them would be quadratic."""
    places = OverridePatterns(["x(.*y)?"]).spans(0, "x" * 10_000)
    assert list(places) == [(n, n + 1) for n in range(MAX_PLACES)]


def test_patterns_that_are_too_much_for_one_set_are_searched_for_one_by_one() -> None:
    patterns = [rf"(foo|bar|baz{n}){{1,30}}[a-z]{{1,30}}x\p{{L}}{{1,10}}" for n in range(60)]
    assert list(OverridePatterns(patterns).matching("baz7abxé")) == [7]
