"""Folding undoes disguises one character at a time."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.folding import fold, origins

texts = st.text(st.characters(), max_size=40)


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("\uff30\uff32\uff2f\uff2a\uff25\uff23\uff34", "PROJECT"),
        ("Pr\u043ej\u0435\u0441t", "Project"),
        ("\u0391pollo", "Apollo"),
        ("A\u200bp\u00ado\u2060llo", "Apollo"),
        ("Mu\u0308ller M\u00fcller", "Muller Muller"),
        ("stra\u00dfe", "strasse"),
        ("\u0664\u0665 \uff11 \u00b2", "45 1 2"),
        ("a\u00a0b\u2013c\u2019s", "a b-c's"),
        ("\U0001d400\U0001d401", "AB"),
        ("c\x00a\x08t", "cat"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_disguise_folds_to_what_a_reader_sees(disguised: str, plain: str) -> None:
    assert fold(disguised) == plain


def test_plain_ascii_is_returned_as_it_is() -> None:
    text = "Plain text,\nwith two lines\tand a tab."
    assert fold(text) is text


@given(texts, texts)
def test_folding_is_closed_under_concatenation(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


@given(texts)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_every_folded_character_has_its_origin(text: str) -> None:
    back = origins(text)
    assert len(back) == len(fold(text)) + 1
    assert list(back) == sorted(back)
    assert all(fold(text[back[i]]).count(c) for i, c in enumerate(fold(text)))


def test_lower_case_keeps_the_length_of_every_folded_character() -> None:
    wrong = [code for code in range(0, sys.maxunicode + 1, 3) if len(fold(chr(code)).lower()) != len(fold(chr(code)))]
    assert wrong == []


@given(texts | st.text(st.sampled_from("a\ufffe\uffff\ud83d\ude00\U0001f600\ufa6c\u00df\u043e\u200b \n"), max_size=40))
def test_a_long_text_folds_as_its_characters_do(text: str) -> None:
    assert fold(text + "\u0434" * 64) == "".join(map(fold, text)) + "\u0434" * 64
