"""What is a telephone number or an address of a machine, and what only looks like one."""

import pytest

from lacuna.adapters.classifiers.contact_checks import (
    coordinates,
    ip_v4_unlike_version,
    ip_v6,
    phone_alone,
    phone_digits,
    phone_international,
    phone_national,
    phone_shaped,
)


@pytest.mark.parametrize("number", ["+49 151 23456789", "00420 777 759 458", "+(370) 61234567", "+44 (0)20 7946 0958"])
def test_a_number_with_country_code_counts_after_plus_or_two_noughts(number: str) -> None:
    assert phone_international(number) == len(number)


@pytest.mark.parametrize("number", ["+12 34", "0020000000000", "+999 123 456 789"])
def test_an_impossible_country_code_or_length_does_not_count(number: str) -> None:
    assert phone_international(number) == 0


@pytest.mark.parametrize(
    "text", ["2023-10-21", "21.10.2023", "20231021", "2017-2022", "1234567", "0000000", "04 08 15 16 23 42", "12345"]
)
def test_dates_spans_of_years_counts_and_draws_are_no_telephone_numbers(text: str) -> None:
    assert phone_digits(text) == 0


@pytest.mark.parametrize("text", ["0151 23456789", "(030) 901820", "080-4921-7730", "06 82 34 56 19"])
def test_a_national_number_has_a_leading_nought_and_groups(text: str) -> None:
    assert phone_national(text) == len(text)


@pytest.mark.parametrize("text", ["078-05-0000", "02110-1301", "010 011 012", "05 06 07 08 09", "0800 12"])
def test_identity_numbers_and_lists_are_no_national_numbers(text: str) -> None:
    assert phone_national(text) == 0


def test_plain_digits_need_a_word_that_speaks_of_telephones() -> None:
    assert phone_shaped("98694111") == 0
    assert phone_shaped("98 69 41 11") == 11
    assert phone_shaped("0986941112") == 10


@pytest.mark.parametrize("text", ["4012-8888-8888-1882", "1234 5678 9012", "078-05-1123", "123 456 789"])
def test_a_lone_number_grouped_like_a_card_or_identity_is_no_telephone_number(text: str) -> None:
    assert phone_alone(text) == 0


@pytest.mark.parametrize("version", ["1.2.3.4", "8.6.11.1", "2.6.0.0"])
def test_four_small_numbers_are_rather_a_version(version: str) -> None:
    assert ip_v4_unlike_version(version) == 0


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.7", "8.8.4.250"])
def test_private_and_public_addresses_count(address: str) -> None:
    assert ip_v4_unlike_version(address) == len(address)


@pytest.mark.parametrize("name", ["::/0", "a::b", "dead::beef", "fe::add", "::1"])
def test_names_of_program_parts_are_no_addresses(name: str) -> None:
    assert ip_v6(name) == 0


def test_coordinates_lie_on_the_globe() -> None:
    assert coordinates("48.20849, 16.37208")
    assert not coordinates("98.20849, 16.37208")
    assert not coordinates("0.000, 0.000")
