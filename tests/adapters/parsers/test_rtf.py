"""RTF: the document's text for retrieval, every destination for classification."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.parsers import rtf as reader
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed
from tests.adapters.parsers import samples


def read(source: str) -> Parsed:
    return reader.read(source.encode("latin-1"), "letter.rtf", Limits())


def text_of(parsed: Parsed) -> str:
    return "\n".join(section.text for section in parsed.sections)


HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 M;}}"
    r"{\colortbl;\red0\green0\blue0;}{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s9 own-style-words;}}"
)


def test_text_is_retrieved_by_headings_and_tables() -> None:
    parsed = read(
        HEAD + r"{\info{\title Harbour plan}{\author author-name}}"
        r"\pard\s1 First\par\pard\plain Body \b w\b0 ords.\par Second line\par"
        r"\trowd\pard\intbl Part\cell Price\cell\row\trowd\intbl Pump\cell 12 EUR\cell\row\pard After.\par"
        r"\pard\outlinelevel0 Second\par\pard More.}"
    )
    assert parsed.title == "Harbour plan"
    assert [(section.heading, section.text, section.table) for section in parsed.sections] == [
        ("First", "First\n\nBody words.\n\nSecond line", False),
        ("First", "Part | Price\nPump | 12 EUR", True),
        ("First", "After.", False),
        ("Second", "Second\n\nMore.", False),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"K\'f6ln \emdash\~x\_y", "Köln —\u00a0x\u2011y"),
        (r"\u1055?\u1088?\u-10179?\u-8704?", "Пр\U0001f600"),
        (r"{\uc2\u1055 ??\uc0\u1088 x}", "Прx"),
        (r"{\f1 \'cf\'f0}", "Пр"),
        (r"{\f2 \'83\'65}", "テ"),
        (r"a\{b\}c\\d", "a{b}c\\d"),
        ("split\r\nline", "splitline"),
        (r"pump{\*\unknown aside}house", "pumphouse"),
    ],
)
def test_characters_are_decoded(source: str, text: str) -> None:
    assert text_of(read(HEAD + source + "}")) == text


def test_whatever_stands_beside_the_text_is_classified() -> None:
    package = b"\2\0label.txt\0C:\\path-words\0\0\0\3\0" + struct.pack("<I", 4) + b"C:t\0"
    package += struct.pack("<I", 12) + b"packed-words"
    name = struct.pack("<I", 8) + b"Package\0"
    object_data = struct.pack("<II", 0x501, 2) + name + bytes(8) + struct.pack("<I", len(package)) + package
    parsed = read(
        HEAD + r"{\info{\author author-name}{\keywords keyword-words}{\doccomm info-comment}}"
        r"{\*\userprops{\propname property-name}\proptype30{\staticval property-value}}"
        r"{\header header-words\par}{\footerf footer-words\par}"
        r"\pard Visible{\footnote note-words\par} text.{\v hidden-words}"
        r"{\deleted deleted-words}{\*\annotation comment-words\par}{\*\atnauthor comment-author}"
        r'{\field{\*\fldinst HYPERLINK "mailto:link@example.com"}{\fldrslt link-text}}'
        r"{\*\bkmkstart bookmark-words}{\*\docvar {variable-name}{variable-words}}"
        + r"{\object\objemb{\*\objclass Package}{\*\objdata " + object_data.hex() + r"}{\result result-words}}"
        + r"{\pict\pngblip " + samples.png(b"tEXtComment\0picture-words").hex() + r"}\par}"
    )  # fmt: skip
    text = text_of(parsed)
    assert "Visible text.link-text" in text
    assert "note-words" in text
    for words in (
        *("author-name", "keyword-words", "info-comment", "property-name", "property-value", "header-words"),
        *("footer-words", "hidden-words", "deleted-words", "comment-words", "comment-author", "link@example.com"),
        *("bookmark-words", "variable-name", "variable-words", "packed-words", "label.txt", "picture-words"),
        *("own-style-words", "result-words"),
    ):
        assert words in parsed.everything
        assert words not in text


def test_binary_data_cannot_hide_what_follows() -> None:
    assert "after-words" in text_of(read(HEAD + "{\\pict\\bin4 }}{\\after}after-words}"))


@pytest.mark.parametrize("source", ["{" * 50_000 + "deep-words", "deep-words" + "}" * 50_000, r"{\*\x " * 20_000 + "w"])
def test_groups_may_be_nested_and_unbalanced(source: str) -> None:
    assert source.strip("{}")[-1] in read(HEAD + source).everything


@given(st.lists(st.sampled_from(["{", "}", r"\par ", r"\u1 ?", r"\v ", r"{\*\x ", r"\'e4", "needle ", r"\cell "])))
def test_no_group_soup_hides_a_word(soup: list[str]) -> None:
    found = read(HEAD + "".join(soup)).everything
    assert "needle" in found or "needle " not in soup
