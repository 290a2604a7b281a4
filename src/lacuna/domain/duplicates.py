"""Passages that say the same."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lacuna.domain.retrieval import Hit

_ALIKE: Final = 0.9
"""Share of all their words that two passages have in common."""
_DIGIT: Final = re.compile("[0-9]")
_BEGINNING: Final = 3
"""Words that copies are looked for by: whole texts take ten times as long."""
_HEAD: Final = 100
"""Characters that nearly always hold so many."""


@dataclass(frozen=True, slots=True)
class _Words:
    """A passage as it is compared. Numbers must be the same: forms differ in little else."""

    everything: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Words":
        words = frozenset(text.casefold().split())
        if text.isascii() and not _DIGIT.search(text):
            return cls(words, frozenset())
        return cls(words, frozenset(word for word in words if any(map(str.isdigit, word))))

    def like(self, other: "_Words") -> bool:
        smaller, larger = sorted((len(self.everything), len(other.everything)))
        if smaller < _ALIKE * larger or self.numbers != other.numbers:
            return False
        shared = len(self.everything & other.everything)
        return shared >= _ALIKE * (smaller + larger - shared)


class Distinct:
    """Texts, none of which says nearly the same as an earlier one."""

    def __init__(self) -> None:
        self._kept: list[_Words] = []

    def admits(self, text: str) -> bool:
        """Whether `text` says something new; then it is one of them."""
        words = _Words.of(text)
        if any(words.like(other) for other in self._kept):
            return False
        self._kept.append(words)
        return True


def copies(hits: Iterable[Hit]) -> dict[str, tuple[Hit, ...]]:
    """By chunk id, the hits that have word for word the same text, in order and with itself; without those of a text
    that stands alone."""
    likely: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        likely[_beginning(hit.chunk.text)].append(hit)
    same: defaultdict[str, list[Hit]] = defaultdict(list)
    for some in likely.values():
        for hit in some if len(some) > 1 else ():
            same[" ".join(hit.chunk.text.casefold().split())].append(hit)
    return {hit.chunk.chunk_id: tuple(some) for some in same.values() if len(some) > 1 for hit in some}


def _beginning(text: str) -> str:
    """The first words, folded."""
    words = text[:_HEAD].split(None, _BEGINNING)
    if len(words) <= _BEGINNING:  # the last may be cut
        words = text.split(None, _BEGINNING)
    return " ".join(words[:_BEGINNING]).casefold()
