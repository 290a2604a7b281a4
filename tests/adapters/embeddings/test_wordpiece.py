"""The tokenizer gives the reference's ids."""

import importlib
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.embeddings.minilm_files import TOKENIZER, ModelFiles
from lacuna.adapters.embeddings.wordpiece import WordPiece

NAMES = "[UNK] un ##aff ##able want ##want ##ed wa runn ##ing , . ! e a \u6771 \u4eac [CLS] [SEP] [ ] sep cls".split()
SMALL = WordPiece({word: number for number, word in enumerate(NAMES)})


def pieces(text: str) -> list[str]:
    return [NAMES[number] for number in SMALL.ids(text, 1_000)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unwanted running", ["un", "##want", "##ed", "runn", "##ing"]),
        ("unwantedX running", ["[UNK]", "runn", "##ing"]),
        ("UNaffable, want!", ["un", "##aff", "##able", ",", "want", "!"]),
        ("\u00e9 e\u0301 \u00c1", ["e", "e", "a"]),
        ("\u6771\u4eac", ["\u6771", "\u4eac"]),
        ("want\u00a0want\twant\u2028want", ["want"] * 4),
        ("wa\u200bnt wa\x0cnt wa\x00nt wa\ufffdnt", ["want"] * 4),
        ("[SEP] [CLS]", ["[", "sep", "]", "[", "cls", "]"]),
        ("a" * 101, ["[UNK]"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_a_text_becomes_the_longest_known_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.text())
def test_any_text_has_ids(text: str) -> None:
    assert len(SMALL.ids(text, 1_000)) == SMALL.count(text)


@given(st.text(alphabet="ewant \u6771.,", max_size=50), st.text(alphabet="ewant \u6771.,", max_size=50))
def test_a_blank_separates(left: str, right: str) -> None:
    assert SMALL.ids(f"{left} {right}", 1_000) == SMALL.ids(left, 1_000) + SMALL.ids(right, 1_000)


def test_only_as_many_ids_as_asked_for() -> None:
    assert len(SMALL.ids("want " * 1_000, 10)) == 10
    assert len(SMALL.ids("want " * 100_000, 10)) == 10


def test_the_published_examples(model_files: ModelFiles) -> None:
    """Written down from the reference tokenizer of bert-base-uncased, whose vocabulary this is."""
    tokenizer = WordPiece.from_lines(model_files.vocabulary.read_text(encoding="utf-8"))
    assert tokenizer.ids("Hello, my dog is cute", 99) == [7592, 1010, 2026, 3899, 2003, 10140]
    assert tokenizer.ids("Using a Transformer network is simple", 99) == [2478, 1037, 10938, 2121, 2897, 2003, 3722]


@pytest.mark.skipif(find_spec("tokenizers") is None, reason="the reference tokenizer is not installed")
def test_the_reference_agrees(model_files: ModelFiles) -> None:
    reference = importlib.import_module("tokenizers").Tokenizer.from_file(str(model_files.folder / TOKENIZER))
    reference.no_truncation()
    reference.no_padding()
    tokenizer = WordPiece.from_lines(model_files.vocabulary.read_text(encoding="utf-8"))
    for text in (
        "Wartung \u2013 \u00dcberdruck",
        "\u6771\u4eac API_KEY=x-1",
        "caf\u00e9\u2019s 10\u00b5m \U0001f600",
        "\u039f\u03b4\u03cc\u03c2",
    ):
        assert tokenizer.ids(text, 99) == reference.encode(text, add_special_tokens=False).ids
