"""Patterns over a text in linear time: RE2, asked in the cheapest way for what is wanted.

Guarantees: matches are those of the pattern under RE2, leftmost first, none inside another; offsets are characters of
the text. Each pattern is compiled when a text first needs it, once for ASCII texts and once for all others: without the
letters of all scripts an automaton is up to seventy times smaller, and one that outgrows its memory is as many times
slower. Matches are located without groups, and the group of each different match is looked for once.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import re2

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.probes.dialect import Dialect, Untranslatable, translated
from lacuna.domain.errors import ConfigError

_ENGINE: Final[Any] = re2._re2.RE2
"""What the package `re2` wraps: a match is a list of spans in bytes, at a third of the cost of its match objects."""
_ANYWHERE: Final = _ENGINE.Anchor.UNANCHORED
_WHOLE: Final = _ENGINE.Anchor.ANCHOR_BOTH


class Subject:
    """A folded text, as RE2 reads it."""

    __slots__ = ("ascii", "raw", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw = text.encode()
        self.ascii = len(self.raw) == len(text)


class LinearPattern:
    """`pattern` (RE2 syntax, folded here) of the recogniser `rule`. Raises ConfigError when it is first used, or by
    `check`, if RE2 refuses it. Safe under threads."""

    def __init__(self, rule: str, pattern: str, group: int = 0) -> None:
        self._rule = rule
        self._pattern = fold(pattern)
        self._group = group

    def check(self) -> None:
        """Raises ConfigError for a pattern that RE2 refuses."""
        self._compiled(capturing=self._group > 0, encoded=None)

    def occurs(self, text: str) -> bool:
        """Whether the folded `text` has a match."""
        subject = Subject(text)
        engine = self._ascii if subject.ascii else self._any
        return bool(engine.Match(_ANYWHERE, subject.raw, 0, len(subject.raw))[0][0] >= 0)

    def spans(self, subject: Subject) -> Iterator[tuple[int, int]]:
        """Start and end (exclusive) of the group in each match, or of the match; without those in which the group
        takes no part."""
        raw = subject.raw
        spans = _located(self._ascii if subject.ascii else self._any, raw)
        if self._group:
            spans = self._of_group(self._ascii_groups if subject.ascii else self._any_groups, raw, spans)
        return spans if subject.ascii else _in_characters(raw, spans)

    def _of_group(self, engine: Any, raw: bytes, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        known: dict[tuple[bytes, bool, bool], tuple[int, int]] = {}
        group, length = self._group, len(raw)
        for start, end in spans:
            # A pattern can look one character beyond its match (\b, ^, $).
            key = raw[start - 1 if start else 0 : end + 1], start == 0, end == length
            place = known.get(key)
            if place is None:
                first, last = engine.Match(_WHOLE, raw, start, end)[group]
                place = known[key] = (first - start, last - start) if first >= 0 else (-1, -1)
            if place[0] >= 0:
                yield start + place[0], start + place[1]

    @cached_property
    def _any(self) -> Any:
        return self._compiled(capturing=False, encoded=None)

    @cached_property
    def _any_groups(self) -> Any:
        return self._compiled(capturing=True, encoded=None)

    @cached_property
    def _ascii(self) -> Any:
        return self._any if self._in_ascii is None else self._compiled(capturing=False, encoded=self._in_ascii)

    @cached_property
    def _ascii_groups(self) -> Any:
        return self._any_groups if self._in_ascii is None else self._compiled(capturing=True, encoded=self._in_ascii)

    @cached_property
    def _in_ascii(self) -> bytes | None:
        """The pattern without what no ASCII text has; None where it is not known how to write that."""
        try:
            return translated(self._pattern, Dialect.ASCII).encode("latin-1")
        except (Untranslatable, UnicodeEncodeError):
            return None

    def _compiled(self, *, capturing: bool, encoded: bytes | None) -> Any:
        options = re2.Options()
        options.log_errors = False
        options.never_capture = not capturing
        if encoded is not None:
            options.encoding = re2.Options.Encoding.LATIN1
        engine = _ENGINE(self._pattern.encode() if encoded is None else encoded, options)
        if not engine.ok():
            raise ConfigError(
                f"RE2 refuses a pattern of recogniser {self._rule}: {engine.error()}.",
                cure="Write it without look-around, back-references and large repetitions.",
            )
        return engine


def _located(engine: Any, raw: bytes) -> Iterator[tuple[int, int]]:
    """The matches in bytes; where a pattern matches nothing, the next byte is tried."""
    match, reached, length = engine.Match, 0, len(raw)
    while reached <= length:
        start, end = match(_ANYWHERE, raw, reached, length)[0]
        if start < 0:
            return
        yield start, end
        reached = end if end > reached else _behind(raw, reached)


def _behind(raw: bytes, place: int) -> int:
    """Where the character at `place` ends."""
    place += 1
    while place < len(raw) and raw[place] & 0xC0 == 0x80:
        place += 1
    return place


def _in_characters(raw: bytes, spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in characters for those in bytes, which must be in order and apart."""
    at = characters = 0
    for start, end in spans:
        characters += len(raw[at:start].decode())
        first = characters
        characters += len(raw[start:end].decode())
        at = end
        yield first, characters
