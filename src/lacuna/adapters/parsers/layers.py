"""Texts in a text: what marks, folded lines, terminal codes and packed attachments keep apart or hide.

A reader of a text file adds what it hides to `everything`: files in `data:` URLs and between uuencode's lines, words
that markup cuts in two, and the lines of calendars and contacts as they were before they were folded.
"""

import binascii
import re
from typing import Final

from lacuna.adapters.parsers.embedded import add_data_urls, add_inline
from lacuna.adapters.parsers.limits import Collector, Limits

_TAG: Final = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,2000}>")
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\-_])")
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_UUENCODED: Final = re.compile(r"^begin [0-7]{3,4} (.{1,255})\n((?:[ -`]{1,64}\n)+)end\b", re.MULTILINE)
_MARKED: Final = re.compile(r"\w(?:\*{1,3}|`+) ?\w|\w (?:\*{1,3}|`+)\w")
_MARKS: Final = re.compile(r"[*`]+")


def add_hidden(text: str, limits: Limits, found: Collector) -> None:
    """Adds what a text holds besides its letters as they stand."""
    if "data:" in text:
        add_data_urls(text, limits, found)
    if "\nend" in text:
        _add_uuencoded(text, limits, found)
    if "\x1b" in text:
        found.add(without_codes(text))
    if "</" in text:
        found.add(without_tags(text))


def without_tags(text: str) -> str:
    """The text with its markup left out, so that a word stays whole that a tag cuts in two."""
    return _TAG.sub("", text)


def without_codes(text: str) -> str:
    """The text without what only tells a terminal how to show it (ECMA-48)."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def unfolded(text: str) -> str:
    """A calendar or contact (RFC 5545, RFC 6350) with its lines whole; other texts as they are."""
    return _FOLD.sub("", text) if text.lstrip("\ufeff\n ")[:7].upper() == "BEGIN:V" else text


def without_emphasis(text: str) -> str:
    """The lines of a Markdown text in which a mark cuts a word in two, without such marks."""
    return "\n".join(_MARKS.sub("", line) for line in text.split("\n") if _MARKED.search(line))


def _add_uuencoded(text: str, limits: Limits, found: Collector) -> None:
    for packed in _UUENCODED.finditer(text):
        data = bytearray()
        for line in packed.group(2).splitlines():
            try:
                data += binascii.a2b_uu(line)
            except (binascii.Error, ValueError):
                break
        add_inline(bytes(data), packed.group(1), limits, found)
