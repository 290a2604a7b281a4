"""How rare the terms of a question are among the passages that the asker may read.

Counted within the reach alone, so a score tells nothing about passages beyond it. In a small reach every term is
counted at every question. In a large one a sample of the permitted documents, chosen by a hash of their numbers, says
how common the common terms are, and the others, which are cheap to count, are counted; both are remembered for a
minute. A stale count changes how words are weighed against each other for a moment, never what is found.
"""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.analysis import Terms, rarity
from lacuna.adapters.vectors.pgvector_database import Connection
from lacuna.domain.identity import Reach

POSTINGS: Final = 10_000
"""Passages that one question scores by words: those with its rarest terms."""
SMALL: Final = 2_000
"""Passages of a reach in which every term is counted."""
_SECONDS: Final = 60.0
_REMEMBERED: Final = 10_000
_SURE: Final = 4
"""Passages of a sample that have to have a term before the sample is believed about it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The terms to look up, and what each term of the question weighs."""

    looked_up: Sequence[int]
    weights: dict[int, float]


class Frequencies:
    """Safe under threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._known: dict[Hashable, tuple[float, Any]] = {}

    def passages(self, connection: Connection, reach: Reach) -> int:
        """How many a reach leaves; of many, as of a moment ago."""
        count: int = self._remembered(reach, lambda: reads.permitted(connection, reach), lambda count: count > SMALL)
        return count

    def weigh(self, connection: Connection, question: Terms, reach: Reach) -> Weighed:
        """None is left out where all the terms' passages together are in POSTINGS."""
        of = self.passages(connection, reach)
        asked = dict(zip(question.keys.tolist(), question.weights.tolist(), strict=True))
        if of <= SMALL:
            counts = reads.having(connection, list(asked), reach, SMALL)
        else:
            counts = self._of_many(connection, list(asked), reach, of)
        weights = {term: weight * rarity(min(counts[term], of), of) for term, weight in asked.items() if counts[term]}
        total, looked_up = 0, list[int]()
        for term in sorted(weights, key=lambda term: (counts[term], term)):
            total += counts[term]
            if looked_up and total > POSTINGS:
                break
            looked_up.append(term)
        return Weighed(looked_up, weights)

    def _of_many(self, connection: Connection, terms: Sequence[int], reach: Reach, of: int) -> dict[int, int]:
        size, sampled = self._remembered((reach, "sample"), lambda: reads.sample(connection, reach))
        counts = {term: sampled[term] * of // size for term in terms if sampled[term] >= _SURE}
        unsure = [term for term in terms if term not in counts]
        known = {term: self._noted((reach, term)) for term in unsure}
        missing = [term for term in unsure if known[term] is None]
        for term, count in reads.having(connection, missing, reach, of).items() if missing else ():
            known[term] = self._note((reach, term), count)
        return counts | {term: count or 0 for term, count in known.items()}

    def _remembered(
        self, key: Hashable, count: Callable[[], Any], lasting: Callable[[Any], bool] = lambda _: True
    ) -> Any:
        noted = self._noted(key)
        if noted is not None:
            return noted
        found = count()
        return self._note(key, found) if lasting(found) else found

    def _noted(self, key: Hashable) -> Any:
        with self._lock:
            at, value = self._known.get(key, (0.0, None))
        return value if value is not None and self._now() - at < _SECONDS else None

    def _note(self, key: Hashable, value: Any) -> Any:
        with self._lock:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = (self._now(), value)
        return value
