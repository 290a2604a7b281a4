"""Shingles and winnowing: what a text's hashes are, and the guarantee that a shared run shares a hash."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.fingerprints import UNIT, WINDOW, WORDS, selected, shingles, winnowed

_WORDS = st.lists(st.sampled_from([f"word{number}" for number in range(400)]), max_size=60)
_RUNS = st.lists(st.integers(0, 2_000), min_size=WINDOW * 3 + WORDS - 1, max_size=40, unique=True)


def keyed(shingle: bytes) -> bytes:
    return hashlib.blake2b(shingle, digest_size=8).digest()


def pieces(text: str) -> list[str]:
    """The characters of each shingle."""
    found = shingles(text, keyed)
    return [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]


def test_a_shingle_is_four_words_whatever_stands_between_them() -> None:
    assert pieces("One, two\nthree-four (five)") == ["One, two\nthree-four", "two\nthree-four (five"]
    assert shingles("One, two\nthree-four (five)", keyed).hashes == shingles("one two three four five", keyed).hashes


@pytest.mark.parametrize("text", ["", " ", "one two three", "...", "中文"])
def test_a_short_text_has_none(text: str) -> None:
    assert shingles(text, keyed).hashes == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "压力传感器故障检查表",
            "压力传感器故障检",
        ),
        ("あいうえお" * 4, ("あいうえお" * 4)[:16]),
        ("two 压力传感器故 words", "two 压力传感器故"),
        (
            "परियोजना का बजट कितना है",
            "परियोजना का बजट कितना",
        ),
    ],
    ids=["eight ideographs", "sixteen kana", "a mixture", "vowel signs do not part a word"],
)
def test_scripts_without_blanks_count_characters(text: str, first: str) -> None:
    assert pieces(text)[0] == first


@given(words=_WORDS)
def test_words_among_other_scripts_are_cut_as_alone(words: list[str]) -> None:
    alone = shingles(" ".join(words), keyed)
    before = shingles("中 " + " ".join(words), keyed)
    assert list(before.hashes)[-len(alone.hashes) :] == list(alone.hashes) or not alone.hashes


@given(words=_WORDS)
def test_offsets_measure_the_text_before_each_shingle(words: list[str]) -> None:
    found = shingles(" ".join(words), keyed)
    assert list(found.offsets) == [UNIT * number for number in range(max(0, len(words) - WORDS + 1))]


@given(shared=_RUNS, left=_WORDS, right=_WORDS, before=_WORDS, after=_WORDS)
def test_a_shared_run_shares_a_hash_for_every_window_in_it(
    shared: list[int], left: list[str], right: list[str], before: list[str], after: list[str]
) -> None:
    run = [f"run{number}x" for number in shared]
    document = selected(" ".join([*left, *run, *right]), keyed)
    question = shingles(" ".join([*before, *run, *after]), keyed)
    assert len(document.intersection(question.hashes)) >= (len(run) - WORDS + 1) // WINDOW


@given(hashes=st.lists(st.binary(min_size=8, max_size=8), max_size=60))
def test_winnowing_chooses_from_every_window_and_nothing_else(hashes: list[bytes]) -> None:
    chosen = winnowed(hashes)
    assert chosen <= set(hashes)
    windows = [hashes[start : start + WINDOW] for start in range(len(hashes) - WINDOW + 1)] or [hashes]
    assert chosen == {min(window) for window in windows if window}


def test_numbers_alone_stand_for_no_document() -> None:
    assert selected("2.0.1 2.0.2 2.0.3 2026-11-23 10:00", keyed) == frozenset()
    assert selected("invoice 2041 net 18400 EUR", keyed)
