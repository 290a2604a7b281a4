"""Check digits of national numbers: a wrong digit is noticed, and so is a date that no calendar has."""

import pytest

from lacuna.adapters.classifiers.national_checks import NATIONAL_CHECKS
from lacuna.adapters.classifiers.validators import VALIDATORS

RIGHT_AND_WRONG = {
    "finnish_hetu": ("131052-308T", "310289-211C"),
    "german_health_card": ("A123456780", "A123456781"),
    "hong_kong_id": ("G123456(A)", "G123456(B)"),
    "hungarian_taj": ("123 456 788", "123 456 789"),
    "iranian_id": ("0013542419", "0013542418"),
    "korean_rrn": ("960121-1021413", "990229-1021413"),
    "latvian_code": ("161175-19997", "310275-19997"),
    "nordic_birth_number": ("211062-5629", "310262-5629"),
    "russian_snils": ("112-233-445 95", "112-233-445 96"),
    "saudi_id": ("1101798278", "1101798279"),
    "ssn_us": ("078-05-1123", "078-05-1120"),
    "taiwanese_id": ("A123456789", "A123456788"),
}


@pytest.mark.parametrize(("name", "right", "wrong"), [(name, *pair) for name, pair in RIGHT_AND_WRONG.items()])
def test_a_right_number_counts_whole_and_a_wrong_one_not(name: str, right: str, wrong: str) -> None:
    check = NATIONAL_CHECKS[name]
    assert check(right) == len(right)
    assert check(wrong) == 0


@pytest.mark.parametrize("digits", ["11111111111", "12345678909", "98765432100"])
def test_a_text_that_is_nothing_but_a_count_or_one_digit_is_no_number(digits: str) -> None:
    assert VALIDATORS["alone.stdnum.br.cpf"](digits) == 0


def test_a_number_alone_is_otherwise_checked_like_any() -> None:
    assert VALIDATORS["alone.stdnum.br.cpf"]("39053344705") == 11
