"""What each decoder reads, where, and what it leaves alone."""

import base64
import gzip
import uuid
import zlib
from hashlib import sha256

import pytest

from lacuna.adapters.classifiers.decoding import MAX_DEPTH, TRIGGERS, Readings, base64_text
from lacuna.adapters.classifiers.pattern_set import PatternSet

TRIGGER_SET = PatternSet((), TRIGGERS)
VALUE = "Quill Harbor 4711"


def readings(text: str) -> list[str]:
    """Every reading of `text` but the first."""
    every = Readings(text)
    found: list[str] = []
    for reading in every:
        found.append(reading.view.text)
        every.expand(reading, TRIGGER_SET.find(reading.view.text)[1])
    return found[1:]


def each(pattern: str) -> str:
    return "".join(pattern.format(ord(c)) for c in VALUE)


@pytest.mark.parametrize(
    "encoded",
    [
        each("&#{};"),
        each("&#{:07d};"),
        each("&#x{:X};"),
        each("&#{}") + " ",
        each("&amp;amp;#{};"),
        each("%{:02X}"),
        each("%2525{:02x}"),
        each("={:02X}"),
        "Quill Har=\nbor 4711",
        each("\\x{:02x}"),
        each("\\u{:04x}"),
        each("\\\\u{:04x}"),
        each("\\u{{{:x}}}"),
        each("\\U{:08x}"),
        each("%u{:04x}"),
        each("\\{:03o}"),
        each("\\{:06x}"),
        each("U+{:04X} ").strip(),
        "\\N{LATIN CAPITAL LETTER Q}uill Harbor 4711",
        base64.b64encode(VALUE.encode()).decode(),
        base64.b64encode(VALUE.encode()).decode().rstrip("="),
        base64.b64encode(VALUE.encode()).decode()[::-1].replace("=", ""),
        base64.b64encode(VALUE.encode("utf-16-le")).decode(),
        base64.b64encode(gzip.compress(VALUE.encode(), mtime=0)).decode(),
        base64.b64encode(zlib.compress(VALUE.encode())).decode(),
        base64.b32encode(VALUE.encode()).decode(),
        VALUE.encode().hex(),
        "0x" + VALUE.encode().hex(),
        VALUE.encode().hex(" "),
        VALUE.encode().hex(":"),
        each("0x{:02x}, ").rstrip(", "),
        each("{:08b} ").strip(),
        each("{} ").strip(),
        each("{}, ").rstrip(", "),
        " ".join(VALUE),
        "  ".join(VALUE),
        ".".join(VALUE),
        "-".join(VALUE),
        " * ".join(VALUE),
        "\u2605".join(VALUE),
        "\n".join(VALUE),
        "Quill Har\nbor 4711",
        "Quill Har-\r\n> bor 4711",
        "Qu1ll H4rb0r 4711",
    ],
)
def test_a_disguised_text_has_a_reading_as_it_was(encoded: str) -> None:
    assert any(VALUE.lower() in reading.lower() for reading in readings(f"for {encoded} now"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jo dot doe at mail dot example", "jo.doe@mail.example"),
        ("jo (at) mail (dot) example", "jo@mail.example"),
        ("jo[.]doe[@]mail[.]example", "jo.doe@mail.example"),
        ("jo arroba correo punto example", "jo@correo.example"),
        ("jo arobase courriel point example", "jo@courriel.example"),
        ("jo chiocciola posta punto example", "jo@posta.example"),
        ("jo underscore doe at mail dot example", "jo_doe@mail.example"),
        ("jo\\_doe\\@mail\\.example", "jo_doe@mail.example"),
        ("jo @ mail . example", "jo@mail.example"),
        ("hxxps://host.example", "https://host.example"),
        ("four one double one 2 three", "411123"),
        ("vier eins eins eins", "4111"),
        ("quatre un un un zéro", "41110"),
        ("один два три четыре", "1234"),
        ("plus four nine one five one", "+49151"),
        ("one two three - four five - six", "123-45-6"),
        ("四一一一二", "41112"),
        ("(4711)", "(4711)"),
        ("4711|0815|4711", "4711-0815-4711"),
        ("xn--mnchen-3ya.example", "munchen.example"),
        ("5OO5 l2l", "5005 121"),
        ("p\u2376ssw\u05e1rd", "password"),
        ("cnffjbeq sbe gur obk", "password for the box"),
        ("drowssap terces", "secret password"),
        ("\u202etxet", "text"),
        ("\U000e0068\U000e0069\U000e0064\U000e0065", "hide"),
        ("\U0001f600\U000e0158\U000e0159\U000e0154\U000e0155", "hide"),
    ],
)
def test_a_spelling_has_a_reading_with_its_signs(written: str, meant: str) -> None:
    assert any(meant in reading for reading in [written, *readings(written)])


DIGEST = sha256(b"a").hexdigest()


@pytest.mark.parametrize(
    "harmless",
    [
        f"commit {DIGEST[:40]}",
        f"sha256:{DIGEST}",
        f"request {uuid.UUID(DIGEST[:32])}",
        "available at example.org",
        "this may at some point be removed",
        "look at the dot in the corner",
        "one or two of the three",
        "data:image/png;base64," + base64.b64encode(bytes(range(90, 250)) * 3).decode(),
        "password",
        "The quick brown fox jumps over the lazy dog.",
        "e.g. this, i.e. that, U.S. and U.K.",
        "50% of 100%, 3+4=7, a/b",
        "\U0001f44d\ufe0f and \u2764\ufe0f",
        "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u3053\u3093\u306b\u3061\u306f",
    ],
)
def test_text_that_only_looks_encoded_is_read_as_it_stands(harmless: str) -> None:
    certain = Readings(harmless)
    for reading in certain:
        assert reading.depth == 0 or reading.guessed
        certain.expand(reading, TRIGGER_SET.find(reading.view.text)[1])


def test_names_and_codes_of_common_texts_are_no_base64() -> None:
    assert [base64_text(word) for word in ("Internationalization", "getElementById", DIGEST)] == [None, None, None]


def test_disguises_inside_each_other_are_undone_to_the_depth_promised() -> None:
    text = VALUE
    for _ in range(MAX_DEPTH):
        text = base64.b64encode(text.encode()).decode()
    assert any(VALUE in reading for reading in readings(text))


def test_a_span_covers_the_encoded_run_and_no_more() -> None:
    encoded = base64.b64encode(VALUE.encode()).decode()
    text = f"caf\u00e9 {encoded} \U0001f600"
    every = Readings(text)
    for reading in every:
        every.expand(reading, TRIGGER_SET.find(reading.view.text)[1])
        at = reading.view.text.find(VALUE)
        if at >= 0:
            start, end = reading.view.locate(at, at + len(VALUE))
            assert text[start:end] == encoded
            return
    raise AssertionError(f"not read: {encoded}")


def test_a_backwards_reading_points_to_where_the_text_stands() -> None:
    text = "see drowssap here"
    every = Readings(text)
    for reading in every:
        every.expand(reading, TRIGGER_SET.find(reading.view.text)[1])
        at = reading.view.text.find("password")
        if at >= 0:
            assert reading.view.locate(at, at + 8) == (4, 12)
            return
    raise AssertionError("not read backwards")


def test_a_derived_reading_keeps_only_the_surroundings_of_what_changed() -> None:
    encoded = base64.b64encode(VALUE.encode()).decode()
    filler = "some plain words that hide nothing at all " * 500
    found = [reading for reading in readings(f"{filler}{encoded} {filler}") if VALUE in reading]
    assert found
    assert len(found[0]) < 1_000
