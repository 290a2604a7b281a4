"""How passages and questions become weighted terms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.vectors.analysis import (
    GRAMS,
    LARGEST,
    MAX_WORDS,
    STEP,
    Terms,
    passage_terms,
    question_terms,
    rarity,
    words,
)


def stems(terms: Terms) -> set[int]:
    return {int(key) for key in terms.keys if key >= GRAMS}


def grams(terms: Terms) -> set[int]:
    return {int(key) for key in terms.keys if key < GRAMS}


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Which valves leak?", "If the valve is leaking, then it is to be replaced by the team."),
        ("Wie werden die Ventile gewartet?", "Das Ventil muss jedes Jahr von einem Monteur gewartet werden."),
        ("Как работают насосы?", "Насос работает от сети и не требует ухода."),
        ("¿Cuáles son las bombas de la planta?", "La bomba de la planta se revisa cada año por el técnico."),
        ("キーの保守", "この機械の保守は毎月行います。"),
        ("阀门维护", "泵和阀门的维护手册"),
        ("متى تعمل المضخات", "المضخة تعمل في المصنع من الصباح"),
    ],
    ids=["en", "de", "ru", "es", "ja", "zh", "ar"],
)
def test_other_forms_of_a_word_share_its_stem(question: str, passage: str) -> None:
    assert stems(question_terms(question)) & stems(passage_terms("", "", passage))


def test_a_keyword_of_no_plain_language_finds_every_language() -> None:
    keyword = question_terms("valves")
    assert stems(keyword) & stems(passage_terms("", "", "The valve is at the end of the line."))
    assert stems(keyword) & stems(passage_terms("", "", "valves valves"))


def test_a_typing_error_and_a_compound_share_grams() -> None:
    passage = passage_terms("", "", "Der Wartungsvertrag ist mit der Firma nicht verlängert.")
    assert len(grams(question_terms("Wartungsvertag")) & grams(passage)) >= 8
    assert len(grams(question_terms("Vertrag")) & grams(passage)) >= 3


def test_function_words_and_numbers_have_no_grams() -> None:
    assert grams(question_terms("what is the 12345")) == set()


def test_case_accents_and_compatibility_forms_do_not_count() -> None:
    assert words("Überprüfung ﬁn Ｖａｌｖｅ ΆΝΘΡΩΠΟΣ") == ["uberprufung", "fin", "valve", "ανθρωποσ"]


def test_signs_that_belong_to_letters_stay() -> None:
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert words("ガス") == ["ガス"]


def test_names_in_code_fall_into_their_words() -> None:
    assert words("project_apollo token-refresh a.b") == ["project", "apollo", "token", "refresh", "a", "b"]


def test_unspaced_scripts_become_pairs() -> None:
    assert words("API東京都") == ["api", "東京", "京都"]


def test_unspaced_letters_become_threes_with_their_vowels_and_tones() -> None:
    assert words("ที่นี่ API") == ["ที่", "ี่น", "่นี", "นี่", "api"]
    assert words("ไป") == ["ไป"]
    assert grams(question_terms("ยา")) & grams(passage_terms("", "", "กินยาหลังอาหาร"))


def test_title_and_heading_weigh_more_than_text() -> None:
    def weight(terms: Terms) -> float:
        (key,) = stems(terms) & stems(question_terms("torque of what"))
        return float(terms.weights[terms.keys == key][0])

    text = "see the table below for all the others"
    in_text = weight(passage_terms("", "", f"torque {text}"))
    in_heading = weight(passage_terms("", "torque", text))
    in_title = weight(passage_terms("torque", "", text))
    assert in_text < in_heading < in_title


def test_a_word_in_a_short_passage_weighs_more() -> None:
    short, long = passage_terms("", "", "valve"), passage_terms("", "", "valve " + "other words here " * 90)
    key = min(stems(question_terms("valve")) & stems(short) & stems(long))
    assert short.weights[short.keys == key] > long.weights[long.keys == key]


def test_what_a_question_repeats_counts_more_but_not_without_end() -> None:
    def weight(question: str) -> float:
        terms = question_terms(question)
        return float(terms.weights[np.isin(terms.keys, passage_terms("", "", "valve").keys)].max())

    once = weight("how is the valve set")
    assert once < weight("how is the valve set, and which valve leaks") < weight("valve " * 1_000) < 9 * once
    asked = question_terms("the seal of the valve of the pump")
    assert asked.weights.max() == 1


def test_a_question_has_a_limit() -> None:
    asked = question_terms(" ".join(str(10_000 + n) for n in range(10 * MAX_WORDS)))
    assert len(asked.keys) == MAX_WORDS


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_rarer_terms_count_more_and_none_counts_nothing(one: int, other: int) -> None:
    of = max(one, other)
    assert rarity(min(one, other), of) >= rarity(max(one, other), of) > 0


@given(st.text(), st.text(), st.text())
def test_any_text_gives_terms_in_their_bounds(title: str, heading: str, text: str) -> None:
    for terms in (passage_terms(title, heading, text), question_terms(text)):
        assert len(terms.keys) == len(terms.weights)
        assert (np.diff(terms.keys.astype(np.int64)) > 0).all()
        assert (terms.keys < 2**31).all()
        assert ((terms.weights > 0) & (terms.weights <= np.float32(LARGEST))).all()
    steps = passage_terms(title, heading, text).weights / np.float32(STEP)
    assert (np.abs(steps - np.rint(steps)) < 1e-3).all()


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_a_passage_has_the_words_of_the_question_that_quotes_it(text: str) -> None:
    asked = question_terms(text)
    assert set(asked.keys.tolist()) <= set(passage_terms("", "", text).keys.tolist())
