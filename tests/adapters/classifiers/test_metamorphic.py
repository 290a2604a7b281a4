"""No disguise, and no disguise of a disguise, lowers a tier; none raises the tier of harmless text."""

import base64
import codecs
import gzip
import html
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.domain.classification import Finding, Question, Strategy, classify
from lacuna.domain.tiers import Tier

Disguise = Callable[[str], str]

LAYER = HeuristicLayer(TermSet(projects=("blue_heron", "Zephyrine"), internal_terms=("margin ladder",)))
LOOK_ALIKES = str.maketrans(
    "aeopcxABEKMOT", "\u0430\u0435\u043e\u0440\u0441\u0445\u0410\u0412\u0415\u041a\u041c\u041e\u0422"
)


def each(pattern: str) -> Disguise:
    return lambda text: "".join(pattern.format(ord(c)) for c in text)


def octets(pattern: str) -> Disguise:
    return lambda text: "".join(pattern.format(octet) for octet in text.encode())


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITINGS: dict[str, Disguise] = {
    "full width": full_width,
    "look-alikes": lambda text: text.translate(LOOK_ALIKES),
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "combining": lambda text: "".join(c + "\u0301" if c.isalpha() else c for c in text),
}
ENCODINGS: dict[str, Disguise] = {
    "references": each("&#{};"),
    "hexadecimal references": each("&#x{:x};"),
    "escaped references": each("&amp;#{};"),
    "percent": octets("%{:02X}"),
    "percent twice": octets("%25{:02x}"),
    "quoted-printable": octets("={:02X}"),
    "byte escapes": octets("\\x{:02x}"),
    "octal escapes": octets("\\{:03o}"),
    "unicode escapes": lambda text: (
        text.encode("unicode-escape").decode() if not text.isascii() else each("\\u{:04x}")(text)
    ),
    "brace escapes": each("\\u{{{:x}}}"),
    "base64": base64_of,
    "base64 unpadded": lambda text: base64_of(text).rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal with prefix": lambda text: "0x" + text.encode().hex(),
    "hexadecimal apart": lambda text: text.encode().hex(" "),
}
LAYOUTS: dict[str, Disguise] = {
    "spaced": " ".join,
    "dotted": ".".join,
    "hyphenated": "-".join,
    "starred": "*".join,
}
SENSITIVE = (
    "jo.doe@mail-host.org",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "Blue Heron",
    "zephyrine",
    "margin ladder",
)
KEY_LIKE = frozenset(
    map(ENCODINGS.__getitem__, ("base32", "base64 of gzip", "hexadecimal with prefix", "hexadecimal apart"))
)
"""Encodings whose outcome has the shape of a seed, a sealed token, a wallet address or a list of numbers, whatever it
encodes. Compressed text that was encoded before is as random as a key, and counts as one where it stands alone."""

HARMLESS = ("the river runs north", "derby", "Where was it filmed?", "5 of 12 apples", "Internet", "red and green")
FRAMES = ("{}", "Please send {} before Friday", "Bitte {} pr\u00fcfen, danke!", "x = {}\n")


def findings(text: str) -> tuple[Finding, ...]:
    return LAYER.examine(Question(text)).findings


def tier(text: str) -> Tier:
    return classify(text, [LAYER.examine(Question(text))], Strategy.AGGRESSIVE, LAYER.version).tier


writings = st.sampled_from(sorted(WRITINGS)).map(WRITINGS.__getitem__)
encodings = st.sampled_from(sorted(ENCODINGS)).map(ENCODINGS.__getitem__)
layouts = st.sampled_from(sorted(LAYOUTS)).map(LAYOUTS.__getitem__)
compositions = (
    st.tuples(encodings, encodings)
    | st.tuples(encodings, encodings, encodings)
    | st.tuples(writings, encodings)
    | st.tuples(writings, encodings, encodings)
    | st.tuples(layouts, encodings)
    | st.tuples(encodings, layouts)
    | st.tuples(layouts, encodings, encodings)
)


def composed(text: str, disguises: tuple[Disguise, ...]) -> str:
    for disguise in disguises:
        text = disguise(text)
    return text


@pytest.mark.parametrize("disguise", [*WRITINGS.values(), *ENCODINGS.values(), *LAYOUTS.values()])
@pytest.mark.parametrize("value", SENSITIVE)
def test_a_disguise_never_lowers_the_tier(value: str, disguise: Disguise) -> None:
    for frame in FRAMES[:3]:
        assert tier(frame.format(disguise(value))) >= tier(frame.format(value))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SENSITIVE), st.sampled_from(FRAMES[:3]), compositions)
def test_disguises_of_disguises_never_lower_the_tier(value: str, frame: str, disguises: tuple[Disguise, ...]) -> None:
    assert tier(frame.format(composed(value, disguises))) >= tier(frame.format(value))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SENSITIVE), compositions)
def test_disguising_the_whole_question_never_lowers_the_tier(value: str, disguises: tuple[Disguise, ...]) -> None:
    question = f"Please send {value} before Friday"
    assert tier(composed(question, disguises)) >= tier(question)


def test_a_long_encoded_harmless_text_raises_nothing() -> None:
    text = "The river runs north and meets the sea behind the old harbour. " * 5
    assert tier(base64_of(base64_of(text))) is Tier.PUBLIC


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(HARMLESS), st.sampled_from(FRAMES), compositions.filter(lambda c: not KEY_LIKE.intersection(c)))
def test_disguising_harmless_text_raises_nothing(text: str, frame: str, disguises: tuple[Disguise, ...]) -> None:
    assert tier(frame.format(composed(text, disguises))) is Tier.PUBLIC


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(SENSITIVE), st.tuples(encodings) | st.tuples(writings, encodings))
def test_the_span_of_a_finding_lies_in_the_disguised_value(value: str, disguises: tuple[Disguise, ...]) -> None:
    disguised = composed(value, disguises)
    text = f"Please send {disguised} before Friday"
    begin, end = text.index(disguised), text.index(disguised) + len(disguised)
    found = findings(text)
    assert found
    for finding in found:
        assert finding.start is not None
        assert finding.end is not None
        assert begin <= finding.start < finding.end <= end


@pytest.mark.parametrize(
    "text",
    [
        "What is the release date of Oyhr Ureba?",
        codecs.encode("Please write to jo.doe@mail-host.org about the password", "rot13"),
        "Status of Blu3 H3r0n and B1ue H3ron",
        "Status of z3phyr1n3",
        "the noreH eulB password"[::-1],
        "Is \uff3a\u0435phyrin\u0435 late?",
        "card four one one one, one one one one, one one one one, one one one one",
        "Karte vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
        "jo dot doe at mail-host dot org",
        "jo.doe [at] mail-host [dot] org",
        "jo punto doe arroba mail-host punto org",
    ],
)
def test_values_in_other_words_are_found(text: str) -> None:
    assert tier(text) is Tier.PROPRIETARY


@pytest.mark.parametrize("text", ["green sbe terra", "He won 5 to 3 in 2021", "utf8, sha256, x86 and h264 are names"])
def test_words_that_other_words_are_disguises_of_are_left_alone(text: str) -> None:
    assert findings(text) == ()


def test_html_of_a_whole_page_is_read() -> None:
    assert tier(html.escape("<p>jo.doe&#64;mail-host.org</p>")) is Tier.PROPRIETARY
