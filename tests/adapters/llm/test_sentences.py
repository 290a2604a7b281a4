"""Passages to units: what a sentence, an item, a row is, and what it stands under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.llm.sentences import MAX_UNIT_CHARS, Kind, plain, split_sentences, units


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "It costs 3.50 euros. More at www.example.com today.",
            ["It costs 3.50 euros.", "More at www.example.com today."],
        ),
        ("Ask Dr. Weber, e.g. by mail. She knows.", ["Ask Dr. Weber, e.g. by mail.", "She knows."]),
        (
            "Am 3. März, z. B. morgens, ca. 5 bar. Danach nicht.",
            ["Am 3. März, z. B. morgens, ca. 5 bar.", "Danach nicht."],
        ),
        ("Founded in 1998. Sold in 2004.", ["Founded in 1998.", "Sold in 2004."]),
        ("She said “stop.” Then she left.", ["She said “stop.”", "Then she left."]),
        ("J. R. Smith wrote it. Nobody read it…", ["J. R. Smith wrote it.", "Nobody read it…"]),
        ("泵已启动。转速为2900！为什么？", ["泵已启动。", "转速为2900！", "为什么？"]),
        ("यह पंप है। यह तेज़ है।", ["यह पंप है।", "यह तेज़ है।"]),
        ("ما هذا؟ هذه مضخة.", ["ما هذا؟", "هذه مضخة."]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_end_them(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Bold** and _thin_ and `code` and *em*", "Bold and thin and code and em"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("[the page](https://a.example/x) ![an image](i.png)", "the page an image"),
        ("Known since 1998.[12][3, 4] Really[^1].", "Known since 1998. Really."),
        ("a<br>b <b>c</b> &amp; <!-- hidden --> d", "a b c & d"),
        ("run `move <gateway> slow`, if a < b > c", "run move <gateway> slow, if a < b > c"),
    ],
)
def test_markup_goes_and_words_stay(text: str, shown: str) -> None:
    assert plain(text) == shown


MANUAL = """\
# Pump P2

The pump runs at 2,900 revolutions per minute. It weighs 14 kg and needs
no oil, whatever the old manual of this page, or the one before it, may
still say about it.

## Starting

To start the pump:

1. Open the valve.
2. Press **Start**
   for two seconds.

- Never run it dry.

| Model | Power | Price |
|---|---|---|
| P2-S | 2 kW | 900 |
| P2-L | 4 kW | |

What if it leaks?

Close the valve and call service.

**Winter.** Drain the water.

**Weight:** 14 kg

```
pumpctl start --now
```
"""


def test_layout_is_read() -> None:
    found = {unit.text: unit for unit in units(MANUAL)}
    assert found["The pump runs at 2,900 revolutions per minute."].context == "Pump P2"
    wrapped = (
        "It weighs 14 kg and needs no oil, whatever the old manual of this page, or the one before it, may still say "
        "about it."
    )
    assert found[wrapped].kind is Kind.SENTENCE
    item = found["Press Start for two seconds."]
    assert item.kind is Kind.ITEM
    assert item.context == "Starting To start the pump:"
    assert found["Model: P2-S; Power: 2 kW; Price: 900"].kind is Kind.ROW
    assert "Model: P2-L; Power: 4 kW" in found
    assert found["Close the valve and call service."].asked == "What if it leaks?"
    assert "Winter" in found["Drain the water."].context
    assert "Weight: 14 kg" in found
    assert found["pumpctl start --now"].kind is Kind.CODE
    assert not any(unit.text.startswith(("#", "|", "What if")) for unit in found.values())


def test_lines_of_a_data_sheet_and_of_a_csv_file_stay_apart() -> None:
    sheet = (
        "Battery life with a reading every ten minutes 4.2 years\n"
        "Frequency range of the axis that points upwards, at room temperature, 0.5 Hz to 6 kHz\n"
        "Pump P2: data sheet - page 1 of 2\n"
        "name,purpose of the service and its data,team\n"
        "export,CSV and Parquet exports of the day,product team\n"
    )
    assert [unit.text for unit in units(sheet)] == [line for line in sheet.splitlines() if "page 1" not in line]


def test_a_list_is_also_one_unit_with_its_introduction() -> None:
    [whole] = [unit for unit in units("To start:\n\n- Open it.\n- Press it.\n") if unit.kind is Kind.LIST]
    assert whole.text == "To start:\n- Open it.\n- Press it."
    assert whole.members == {0, 1, 2}


def test_a_fence_that_is_never_closed_takes_the_rest() -> None:
    assert [unit.text for unit in units("Text.\n\n```\ncode\nmore")] == ["Text.", "code\nmore"]


pieces = st.lists(
    st.sampled_from(
        [
            "# ",
            "- ",
            "1. ",
            "| a | b |",
            "|---|---|",
            "```",
            "\n",
            "\n\n",
            "Word. ",
            "word ",
            "?",
            ":",
            "**B.** ",
            "> ",
            "\t",
            "===",
        ]
    )
    | st.text(max_size=8),
    max_size=60,
)


@given(pieces)
def test_any_text_gives_bounded_units_with_words(parts: list[str]) -> None:
    text = "".join(parts)
    found = units(text)
    assert units(text) == found
    for unit in found:
        assert 0 < len(unit.text) <= MAX_UNIT_CHARS
        assert any(character.isalnum() for character in unit.text)
        assert unit.members


@pytest.mark.parametrize(
    "hostile", ["[" * 20_000, "*" * 20_000, "<" * 20_000, "_a" * 10_000, "| " * 10_000, "a. " * 7_000]
)
def test_hostile_repetition_is_read_to_its_end(hostile: str) -> None:
    units(hostile)
