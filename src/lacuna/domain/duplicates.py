"""Passages that say the same: which of them are shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.retrieval import Hit

_ALIKE: Final = 0.9
"""Share of all their words that two passages have in common."""


@dataclass(frozen=True, slots=True)
class _Words:
    """A passage as it is compared. Numbers must be the same: forms differ in little else."""

    everything: frozenset[str]
    numbers: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Words":
        words = frozenset(text.casefold().split())
        return cls(words, frozenset(word for word in words if any(map(str.isdigit, word))))

    def like(self, other: "_Words") -> bool:
        smaller, larger = sorted((len(self.everything), len(other.everything)))
        if smaller < _ALIKE * larger or self.numbers != other.numbers:
            return False
        shared = len(self.everything & other.everything)
        return shared >= _ALIKE * (smaller + larger - shared)


def without_duplicates(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits, best first, without those that say nearly the same as a better one. Of word for word the same text in
    several of `hits`, the copy of the lowest tier is shown, in the best one's place: what everybody may read raises no
    answer. Looks at as many as are taken, and at all of them for copies."""
    found = list(hits)
    lowest: dict[str, Hit] = {}
    for hit in found:
        best = lowest.setdefault(_plain(hit), hit)
        if hit.chunk.tier < best.chunk.tier:
            lowest[_plain(hit)] = hit
    kept: list[_Words] = []
    for hit in found:
        words = _Words.of(hit.chunk.text)
        if not any(words.like(other) for other in kept):
            kept.append(words)
            yield replace(hit, chunk=lowest[_plain(hit)].chunk)


def _plain(hit: Hit) -> str:
    return " ".join(hit.chunk.text.casefold().split())
