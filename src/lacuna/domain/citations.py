"""Numbers in an answer that point at passages: `[1]`, `[1, 3]`, `[2-4]`, and full-width forms of some models."""

import re
from collections.abc import Iterator
from typing import Final

MAX_MARK: Final = 200
"""Characters of the longest mark."""

MARK: Final = re.compile(
    r"[\[【［][^\S\n]*\^?(\d{1,9}(?:[^\S\n]*[,;–-][^\S\n]*\^?\d{1,9})*)[^\S\n]*(?:†[^\]】］\n]{0,80})?[\]】］]"
)
BEGINNING: Final = re.compile(r"[\[【［][\s\d,;–^-]*(?:†[^\]】］\n]{0,80})?")
"""What may still become a mark when more arrives."""

_MOST_OF_A_RANGE: Final = 100
_PART: Final = re.compile(r"\^?(\d+)(?:\s*[–-]\s*\^?(\d+))?")


def numbers_of(mark: re.Match[str]) -> tuple[int, ...]:
    """The numbers that a match of MARK names, ranges written out, each once."""
    named: dict[int, None] = {}
    for part in _PART.finditer(mark.group(1)):
        first = int(part.group(1))
        last = int(part.group(2) or first)
        inside = range(first, last + 1) if first <= last <= first + _MOST_OF_A_RANGE else (first, last)
        named.update(dict.fromkeys(inside))
    return tuple(named)


def cited(text: str) -> Iterator[int]:
    """Every number that `text` cites, in order."""
    for mark in MARK.finditer(text):
        yield from numbers_of(mark)
