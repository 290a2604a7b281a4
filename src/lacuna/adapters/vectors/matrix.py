"""The vectors in memory: exact nearest neighbours among the chunks that an audience filter leaves.

A `Matrix` is changed under its owner's lock and hands out immutable `Snapshot`s, so searches run without one. Changes
are incremental: rows are appended (room grows by half), rows of changed documents become dead (audience 0, which no
filter lets through), and when a quarter is dead the rest moves together. Filtering comes first, ranking second.

Scoring is `np.vecdot`: a matrix product would spread over threads that the searches beside it need, and was measured
slower even alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.signs import FEWEST_DIMENSIONS, Signs, candidates, signs, words

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
AudienceNumbers = npt.NDArray[np.int32]
Filter = npt.NDArray[np.bool_]
"""Indexed by audience: whether its chunks may be seen. Entry 0 is False."""

_NOBODY: Final = 0
_FIRST_ROOM: Final = 256
_DEAD_SHARE: Final = 0.25
_GATHER_SHARE: Final = 0.2
"""Up to this share of rows, copying them before scoring is faster than scoring all."""
_LOOKED_AT: Final = 1_024
"""Rows that are scored without asking their signs first."""
_BLOCK: Final = 256
"""Rows copied at once: few enough to stay in the processor's second-level cache."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The vectors of one document: equally long `chunks`, `audiences` and `vectors`."""

    chunks: Ints
    audiences: AudienceNumbers
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The matrix at one moment."""

    vectors: Floats
    signs: Signs
    chunks: Ints
    audiences: AudienceNumbers

    def nearest(self, vector: Floats, permitted: Filter, limit: int) -> list[tuple[int, float]]:
        """Chunk and cosine of the nearest permitted rows, best first, equals by chunk."""
        rows, scores = self._best(vector, np.flatnonzero(permitted.take(self.audiences)), limit)
        return list(zip(self.chunks[rows].tolist(), scores.tolist(), strict=True))

    def around(self, vector: Floats, permitted: Filter, limit: int, at_least: float) -> list[tuple[int, float]]:
        """Audience and cosine of the nearest permitted rows, best first; those below `at_least` may be missing, and
        then also, hardly ever, one a little above (signs.py)."""
        few = len(self.audiences) <= _LOOKED_AT
        if few or at_least <= 0 or len(vector) < FEWEST_DIMENSIONS:
            rows, scores = self._best(vector, np.flatnonzero(permitted.take(self.audiences)), limit)
        else:
            likely = candidates(self.signs, vector, at_least, _LOOKED_AT)
            rows, scores = self._best(vector, likely[permitted[self.audiences[likely]]], limit)
        return list(zip(self.audiences[rows].tolist(), scores.tolist(), strict=True))

    def _best(self, vector: Floats, rows: Ints, limit: int) -> tuple[Ints, Floats]:
        if not len(rows) or limit < 1:
            return rows[:0], np.empty(0, dtype=np.float32)
        scores = self._scores(vector, rows)
        order = best_first(scores, self.chunks[rows], limit)
        return rows[order], scores[order]

    def _scores(self, vector: Floats, rows: Ints) -> Floats:
        if len(rows) > _GATHER_SHARE * len(self.audiences):
            everything: Floats = np.vecdot(self.vectors, vector)
            return everything[rows]
        scores = np.empty(len(rows), dtype=np.float32)
        block = np.empty((min(_BLOCK, len(rows)), len(vector)), dtype=np.float32)
        for first in range(0, len(rows), _BLOCK):
            some = rows[first : first + _BLOCK]
            copied = block[: len(some)]
            np.take(self.vectors, some, axis=0, out=copied, mode="clip")  # other modes buffer `out`
            np.vecdot(copied, vector, out=scores[first : first + len(some)])
        return scores


def best_first(scores: Floats | npt.NDArray[np.float64], chunks: Ints, limit: int) -> Ints:
    """The order of the `limit` best, equals by chunk: which of several equals is the last one in depends on nothing
    but themselves."""
    if len(scores) <= limit:
        return np.lexsort((chunks, -scores))
    least = -np.partition(-scores, limit - 1)[limit - 1]
    among = np.flatnonzero(scores >= least)
    order: Ints = among[np.lexsort((chunks[among], -scores[among]))][:limit]
    return order


class Matrix:
    """The rows of one space. Not safe under threads: its owner holds a lock; snapshots need none."""

    def __init__(self, dimension: int, room: int = _FIRST_ROOM) -> None:
        self._vectors = np.empty((room, dimension), dtype=np.float32)
        self._signs = np.empty((words(dimension), room), dtype=np.uint64)
        self._chunks = np.empty(room, dtype=np.int64)
        self._audiences = np.empty(room, dtype=np.int32)
        self._used = 0
        self._dead = 0
        self._places: dict[int, tuple[int, int]] = {}
        self._snapshot: Snapshot | None = None

    @property
    def dimension(self) -> int:
        return int(self._vectors.shape[1])

    def snapshot(self) -> Snapshot:
        if self._snapshot is None:
            used = self._used
            # Only audiences of rows that a snapshot shows ever change, so only they are copied.
            self._snapshot = Snapshot(
                self._vectors[:used], self._signs[:, :used], self._chunks[:used], self._audiences[:used].copy()
            )
        return self._snapshot

    def put(self, document: int, rows: Rows) -> None:
        """The document's rows in place of any it had."""
        self.drop(document)
        self._append([(document, len(rows.chunks))], rows)

    def load(self, documents: Sequence[tuple[int, int]], rows: Rows) -> None:
        """Rows of documents that are not there yet: `documents` says how many each has, in order. A document that ended
        the last block may go on in this one."""
        self._append(documents, rows)

    def _append(self, documents: Sequence[tuple[int, int]], rows: Rows) -> None:
        count = len(rows.chunks)
        if self._used + count > len(self._chunks):
            self._move(room=max(self._used + count, self._used + self._used // 2))
        first, past = self._used, self._used + count
        self._vectors[first:past] = rows.vectors
        self._signs[:, first:past] = signs(rows.vectors)
        self._chunks[first:past] = rows.chunks
        self._audiences[first:past] = rows.audiences
        for document, size in documents:
            begun, _ = self._places.get(document, (first, first))
            self._places[document] = (begun, first + size)
            first += size
        self._used = past
        self._snapshot = None

    def drop(self, document: int) -> None:
        """Does nothing for a document without rows."""
        place = self._places.pop(document, None)
        if place is None:
            return
        first, past = place
        self._audiences[first:past] = _NOBODY
        self._dead += past - first
        self._snapshot = None
        if self._dead > _FIRST_ROOM and self._dead > _DEAD_SHARE * self._used:
            self._move(room=len(self._chunks))

    def _move(self, room: int) -> None:
        """Living rows into new arrays: older snapshots keep the old ones."""
        kept: Sequence[tuple[int, tuple[int, int]]] = list(self._places.items())
        rows = np.concatenate([np.arange(*place) for _, place in kept]) if kept else np.empty(0, dtype=np.int64)
        vectors = np.empty((room, self._vectors.shape[1]), dtype=np.float32)
        bits = np.empty((len(self._signs), room), dtype=np.uint64)
        chunks, audiences = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)
        np.take(self._vectors, rows, axis=0, out=vectors[: len(rows)])
        bits[:, : len(rows)] = self._signs[:, rows]
        chunks[: len(rows)], audiences[: len(rows)] = self._chunks[rows], self._audiences[rows]
        self._vectors, self._signs, self._chunks, self._audiences = vectors, bits, chunks, audiences
        self._used, self._dead, first = len(rows), 0, 0
        for document, (start, stop) in kept:
            self._places[document] = (first, first + stop - start)
            first += stop - start
