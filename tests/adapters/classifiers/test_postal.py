"""Where mail arrives, and where a sentence merely has a number in it."""

import pytest

from lacuna.adapters.classifiers.postal import stated_address, street, street_and_town, street_number_first


@pytest.mark.parametrize(
    "text",
    [
        "17 Elmbrook Rise",
        "Flat 3, Tower House",
        "Luis Vidal 303 Of. 491, Catemu",
        "г. Тула, Лесная 5",
        "青森県箭坪3-7-8",
        "兰州街12号",
        "Jantárová 40",
        "H.No. 94, Dayal Zila",
    ],
)
def test_a_number_beside_a_name_is_an_address_once_it_is_announced(text: str) -> None:
    assert stated_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.2.3.4",
        "0x7fff5694",
        "http://host.example/Page 12",
        "sea level since 2019",
        "Berlin seit 2019",
        "20 dollars a day",
        "(socket.AF_INET, 0)",
        "南美洲，一直住到2002年",
    ],
)
def test_machines_years_and_amounts_are_no_address(text: str) -> None:
    assert stated_address(text) == 0


@pytest.mark.parametrize("text", ["Stellplatz 12", "Bahnsteig 4", "Landstraße 2019", "Umweg 3"])
def test_common_nouns_and_years_are_no_street(text: str) -> None:
    assert street(text) == 0


@pytest.mark.parametrize("text", ["March 12, 2345 Berlin", "Table 3, 1024 Rows", "Am Markt 3, 2019 Berlin"])
def test_dates_tables_and_years_are_no_town(text: str) -> None:
    assert street_and_town(text) == 0


def test_a_year_before_a_comma_is_no_house_number() -> None:
    assert street_number_first("1997, Ida G. Lane") == 0
    assert street_number_first("1997 Ida Lane")
