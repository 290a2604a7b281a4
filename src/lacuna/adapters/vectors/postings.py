"""The lexical index in memory, kept as segments.

A `Postings` is changed under its owner's lock and hands out immutable `LexicalSnapshot`s, so searches run without one.
New passages gather in a small segment that is built anew when a search wants it; eight segments of a size are merged
into one (O'Neil et al. 1996, "The log-structured merge-tree"), and one whose rows are dead by a quarter is cleaned.

Only permitted rows are counted and scored, and a row's score is summed in the order of the terms, so that it is the
same to the last bit whatever else is stored.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.analysis import STEP, Terms, rarity
from lacuna.adapters.vectors.matrix import Filter, Ints, best_first
from lacuna.adapters.vectors.segment import MOST_ROWS, Part, Passages, Place, Segment

Floats64 = npt.NDArray[np.float64]

Block = tuple[Sequence[tuple[int, int]], Passages]
"""Documents with how many of the passages each has, and the passages, at most MOST_ROWS."""

_TAIL: Final = 256
"""Passages that gather before their segment is closed."""
_FAN: Final = 8
_AHEAD: Final = 1
"""Blocks that wait while one is built, some 60 MB each."""
MOST_POSTINGS: Final = 1_500_000
"""Permitted postings that one search scores. Beyond it the commonest terms are left out."""


@dataclass(frozen=True, slots=True)
class LexicalSnapshot:
    """The index at one moment."""

    parts: tuple[Part, ...]

    def best(
        self, question: Terms, permitted: Filter, limit: int, most: int = MOST_POSTINGS
    ) -> list[tuple[int, float]]:
        """Chunk and score of the best permitted rows that share a term, best first, equals by chunk."""
        if not self.parts or limit < 1:
            return []
        found = [part.lookup(question.keys, permitted) for part in self.parts]
        holding: Ints = np.sum([one.counts for one in found], axis=0)
        weights = _weights(question, holding, sum(one.passages for one in found))
        weights[_left_out(holding, most)] = 0
        chunks: list[Ints] = []
        scores: list[Floats64] = []
        for part, one in zip(self.parts, found, strict=True):
            shares = one.steps * np.repeat(weights, one.counts)
            totals: Floats64 = np.bincount(one.rows, weights=shares).astype(np.float64, copy=False)
            scored = np.flatnonzero(totals > 0)
            chunks.append(part.chunks[scored])
            scores.append(totals[scored])
        numbers, values = np.concatenate(chunks), np.concatenate(scores)
        order = best_first(values, numbers, limit)
        return list(zip(numbers[order].tolist(), values[order].tolist(), strict=True))


class Postings:
    """Not safe under threads: its owner holds a lock; snapshots need none."""

    def __init__(self, tail: int = _TAIL, fan: int = _FAN) -> None:
        self._tail_rows = tail
        self._fan = fan
        self._segments: list[Segment] = []
        self._gathered: dict[int, Passages] = {}
        self._tail: Segment | None = None
        self._places: dict[int, list[tuple[Segment, Place]]] = {}
        self._snapshot: LexicalSnapshot | None = None

    def snapshot(self) -> LexicalSnapshot:
        if self._snapshot is None:
            if self._tail is None and self._gathered:
                self._tail = self._of_gathered()
            segments = self._segments if self._tail is None else [*self._segments, self._tail]
            self._snapshot = LexicalSnapshot(tuple(segment.part() for segment in segments))
        return self._snapshot

    def put(self, document: int, passages: Passages) -> None:
        """The document's passages in place of any it had."""
        self.drop(document)
        for first in range(0, len(passages), MOST_ROWS):
            part = passages if len(passages) <= MOST_ROWS else passages.part(first, first + MOST_ROWS)
            self._gather(document, part)

    def drop(self, document: int) -> None:
        """Does nothing for a document without passages."""
        self._snapshot = None
        if self._gathered.pop(document, None) is not None:
            self._tail = None
        for segment, place in self._places.pop(document, ()):
            segment.drop(place)
            if segment.dead > len(segment) // 4:
                self._replace([segment])

    def add(self, segment: Segment) -> None:
        """Many documents at once, none of whose rows are there."""
        self._add(segment)
        self._snapshot = None

    def load(self, blocks: Iterable[Block]) -> None:
        """Adds many documents, none of which is there; each block becomes a segment, while the next is read."""
        with ThreadPoolExecutor(1, thread_name_prefix="lexical index") as building:
            waiting: deque[Future[Segment]] = deque()
            for block in blocks:
                waiting.append(building.submit(Segment.of, *block))
                if len(waiting) > _AHEAD:
                    self._add(waiting.popleft().result())
            for segment in waiting:
                self._add(segment.result())
        self._snapshot = None

    def _gather(self, document: int, passages: Passages) -> None:
        if sum(map(len, self._gathered.values())) + len(passages) > MOST_ROWS:
            self._close_tail()
        self._gathered[document] = passages
        self._tail = None
        if sum(map(len, self._gathered.values())) >= self._tail_rows:
            self._close_tail()

    def _of_gathered(self) -> Segment:
        counts = [(document, len(passages)) for document, passages in self._gathered.items()]
        return Segment.of(counts, Passages.joined(list(self._gathered.values())))

    def _close_tail(self) -> None:
        if self._gathered:
            self._add(self._of_gathered())
        self._gathered, self._tail = {}, None
        size = 2 * self._tail_rows
        while size < MOST_ROWS:
            alike = [segment for segment in self._segments if len(segment) <= size]
            if len(alike) >= self._fan and sum(map(len, alike)) <= MOST_ROWS:
                self._replace(alike)
            size *= self._fan

    def _replace(self, old: list[Segment]) -> None:
        """By one with their living rows."""
        for segment in old:
            self._segments.remove(segment)
            for place in segment.places:
                kept = [found for found in self._places.get(place.document, ()) if found[0] is not segment]
                self._places[place.document] = kept
        if any(segment.dead < len(segment) for segment in old):
            self._add(Segment.merged(old))

    def _add(self, segment: Segment) -> None:
        self._segments.append(segment)
        for place in segment.places:
            self._places.setdefault(place.document, []).append((segment, place))


def _weights(question: Terms, holding: Ints, passages: int) -> Floats64:
    rarities = np.array([rarity(held, passages) for held in holding.tolist()], dtype=np.float64)
    return rarities * question.weights.astype(np.float64) * STEP


def _left_out(holding: Ints, most: int) -> Ints:
    """The commonest terms, where all together would cost too much; never the rarest."""
    order = np.argsort(holding, kind="stable")
    too_many = np.cumsum(holding[order]) > most
    too_many[np.count_nonzero(holding == 0) :][:1] = False
    return order[too_many]
