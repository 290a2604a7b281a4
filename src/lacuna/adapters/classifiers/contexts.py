"""Context words near a candidate.

Guarantees: what a list of words means does not depend on how it is searched, an Aho-Corasick automaton for long lists
of plain words, else RE2. Words are looked for only as far into a text as candidates stand.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lacuna.adapters.classifiers.linear_search import LinearPattern, Subject
from lacuna.adapters.classifiers.word_scanner import WordScanner, expanded
from lacuna.adapters.classifiers.words import as_words

WordFinder = WordScanner | LinearPattern

_LONG_LIST: Final = 100
"""Words from which a context is searched by an automaton of its own kind."""


def word_finder(rule: str, alternatives: str) -> WordFinder | None:
    """What finds the words of the recogniser `rule`; None where there are none."""
    if not alternatives:
        return None
    words = expanded(alternatives) if alternatives.count("|") >= _LONG_LIST else None
    return LinearPattern(rule, as_words(alternatives)) if words is None else WordScanner(words)


@dataclass(slots=True)
class Contexts:
    """Where a recogniser's context words stand in a text, in order: those found so far, and `more`. For one thread."""

    starts: list[int]
    ends: list[int]
    more: Iterator[tuple[int, int]] = field(default_factory=lambda: iter(()))

    @classmethod
    def of(cls, finder: WordFinder | None, subject: Subject) -> "Contexts | None":
        """None for no finder."""
        if finder is None:
            return None
        if isinstance(finder, WordScanner):
            spans = finder.spans(subject.text)
            return cls(sorted(start for start, _ in spans), [end for _, end in spans])
        return cls([], [], finder.spans(subject))

    @classmethod
    def all(cls, finder: WordFinder | None, subject: Subject) -> "Contexts":
        """With nothing left to look for."""
        found = cls.of(finder, subject) or cls([], [])
        found._look(None)
        return found

    def none(self) -> bool:
        """Whether the text has no such word."""
        if not self.starts:
            self._look(0)
        return not self.starts

    def near(self, start: int, end: int, before: int, after: int) -> bool:
        """Whether a word ends at most `before` characters before `start` or starts at most `after` after `end`. The
        character that bounds a word may be the value's own."""
        if not self.starts or self.starts[-1] <= end + after:
            self._look(end + after)
        at = bisect_right(self.ends, start + 1)
        if at > 0 and self.ends[at - 1] >= start - before:
            return True
        at = bisect_left(self.starts, end - 1)
        return after > 0 and at < len(self.starts) and self.starts[at] <= end + after

    def _look(self, until: int | None) -> None:
        """Goes on until a word starts behind `until`."""
        for start, end in self.more:
            self.starts.append(start)
            self.ends.append(end)
            if until is not None and start > until:
                return
