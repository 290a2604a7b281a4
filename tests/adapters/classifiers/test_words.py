"""Context words stand alone in scripts that part words, and anywhere in those that do not."""

import pytest
import re2

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.words import as_words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("tax|phone", "my PHONE: 1"),
        ("tax", "the tax_id"),
        ("tax", "TAX9"),
        ("телефон|тел\\.", "Телефон: 1"),
        ("договор", "ДОГОВОР 7"),
        ("секретно", "совершенно секретно"),
        ("τηλέφωνο", "ΤΗΛΈΦΩΝΟ 21"),
        ("電話|住所", "私の電話は"),
        ("הטלפון|כתובת", "והטלפון"),
        ("전화", "전화번호"),
        ("a(?:b|c)|[|]x", "ac"),
    ],
)
def test_finds_a_word_of_any_script_and_case(words: str, text: str) -> None:
    assert re2.compile(as_words(words)).search(fold(text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("tax", "syntax"),
        ("tax", "taxi"),
        ("инн", "длинный"),
        ("тел", "тело"),
        ("Αρ", "Αρης"),
        ("секретно", "несекретно"),
    ],
)
def test_leaves_a_word_inside_another_alone(words: str, text: str) -> None:
    assert not re2.compile(as_words(words)).search(fold(text))
