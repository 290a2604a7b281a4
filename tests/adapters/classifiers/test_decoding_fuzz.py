"""The decoder under hostile input: bounded work, valid spans, no failure."""

import base64
import gzip
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.classifiers.decoding import TRIGGERS, Readings, substitution
from lacuna.adapters.classifiers.decoding.readings import DECODERS, GROWTH, MAX_READINGS, SPARE
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_set import PatternSet

TRIGGER_SET = PatternSet((), TRIGGERS)
LENGTH = 20_000
GUESSES = (*substitution.LEET, *substitution.OTHER_LEET, *substitution.MIXED)
CERTAIN_READINGS = 3


def exhausted(text: str) -> tuple[Readings, int]:
    """All readings of `text`, whatever they trigger, and their number."""
    every = Readings(text)
    count = 0
    for reading in every:
        count += 1
        every.expand(reading, range(len(TRIGGERS)))
    return every, count


def nested(encode: Callable[[str], str]) -> str:
    text = "hello world "
    while len(text) < LENGTH:
        text = encode(text)
    return text[:LENGTH]


UNITS = (
    "a.a.a.",
    "12-12-",
    "1 ",
    "a b ",
    "a\n",
    "a1",
    "%25",
    "%41",
    "%",
    "&amp;",
    "&#38;#38;",
    "&#x",
    "&",
    "\\",
    "\\\\u0041",
    "\\N{",
    "=3D",
    "=\n",
    "YWJj",
    "41",
    "0x41 ",
    "01000001 ",
    "65 ",
    "a at b dot ",
    " at ",
    "[.]",
    "one ",
    "double ",
    "\u4e00",
    "xn--",
    "-",
    "_",
    " ",
    "\n",
    "\u200b",
    "\U000e0041",
    "\u202e",
    "a\u05e1",
    "gur ",
    "H4sI",
)


@pytest.mark.parametrize("unit", UNITS)
def test_the_readings_of_a_repeated_pattern_stay_within_their_bound(unit: str) -> None:
    text = (unit * LENGTH)[:LENGTH]
    every, count = exhausted(text)
    assert count <= MAX_READINGS
    assert every.characters <= (GROWTH + CERTAIN_READINGS) * LENGTH + SPARE


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b32encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: text.replace("&", "&amp;") + "&amp;",
        lambda text: text.replace("%", "%25") + "%25",
        lambda text: text.replace("\\", "\\\\") + "\\u0041",
        lambda text: "".join(f"&#{ord(c)};" for c in text),
    ],
    ids=["base64", "base32", "hexadecimal", "ampersand", "percent", "backslash", "references"],
)
def test_encodings_nested_beyond_the_depth_stay_within_the_bound(encode: Callable[[str], str]) -> None:
    every, count = exhausted(nested(encode))
    assert count <= MAX_READINGS
    assert every.characters <= (GROWTH + CERTAIN_READINGS) * LENGTH + SPARE


def test_a_compressed_bomb_unpacks_to_a_bounded_text() -> None:
    bomb = base64.b64encode(gzip.compress(b"a" * 5_000_000, mtime=0)).decode()
    every, _ = exhausted(bomb)
    assert every.characters <= 100 * len(bomb)


tokens = st.sampled_from(
    [*UNITS, "jo@mail.example", "Quill", "4711", "=", ";", "(", ")", "{", "}", "@", ".", "\r\n", "\0"]
)
texts = st.lists(tokens | st.text(st.characters(), max_size=4), max_size=30).map("".join)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_every_character_of_every_reading_has_its_place_in_the_original(text: str) -> None:
    every = Readings(text)
    for reading in every:
        every.expand(reading, range(len(TRIGGERS)))
        view = reading.view
        for at in range(0, len(view.text), 1 + len(view.text) // 20):
            start, end = view.locate(at, at + 1)
            assert 0 <= start < end <= len(text)
        if view.text:
            start, end = view.locate(0, len(view.text))
            assert 0 <= start < end <= len(text)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_where_a_decoder_finds_something_its_trigger_fires(text: str) -> None:
    folded = fold(text)
    fired = TRIGGER_SET.find(folded)[1]
    certain = [number for number, decoder in enumerate(DECODERS) if decoder not in GUESSES]
    silent = [number for number in certain if number not in fired and [*DECODERS[number].pieces(folded)]]
    assert silent == []
