"""Long word lists: what the automaton finds is what the RE2 pattern of the same list finds."""

import re2
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.recognisers import name_words
from lacuna.adapters.classifiers.word_scanner import WordScanner, expanded
from lacuna.adapters.classifiers.words import as_words

ALTERNATIVES = r"sick leave|refund(?:ed)?|prescri\w*|a&e|chequ?e|alergic[oa]|i'm|зарплат\w*|счет|ασθενης|退款|المريض"
WORDS = expanded(ALTERNATIVES) or ()
PIECES = (
    "sick leave", "Refunded", "refund", "refunds", "prescribed", "A&E", "cheque", "cheqe", "alergica", "I'm",
    "Зарплата",
    "счет", "счета", "СЧЕТ", "ασθενης", "退款", "المريض", "x", "_", "-", ".", "\n",
)  # fmt: skip


def test_groups_options_and_classes_are_written_out() -> None:
    assert expanded(r"refund(?:ed|s)?|alergic[oa]|prescri\w*") == (
        "refund", "refunded", "refunds", "alergico", "alergica", r"prescri\w*",
    )  # fmt: skip


def test_what_says_more_than_words_is_left_to_re2() -> None:
    for pattern in (r"\d+ ?mg", "a{2}", "[a-z]x", r"take\w+", "a.c", "x+"):
        assert expanded(pattern) is None


def test_the_lists_of_private_matters_are_plain() -> None:
    for words in (name_words.PRIVATE_MATTERS, name_words.OWN_TEXT, name_words.PUBLIC_LIFE, name_words.SITUATIONS):
        assert expanded(words)


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_it_finds_a_word_where_re2_does(pieces: list[str]) -> None:
    text = fold(" ".join(pieces))
    by_re2 = re2.search(as_words(ALTERNATIVES), text) is not None
    assert bool(WordScanner(WORDS).spans(text)) == by_re2


def test_spans_are_those_of_the_words_themselves() -> None:
    text = "on sick leave, refunded (退款)"
    assert {text[start:end] for start, end in WordScanner(WORDS).spans(text)} == {"sick leave", "refunded", "退款"}
