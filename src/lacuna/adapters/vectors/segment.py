"""A part of the lexical index: for each term, the passages that hold it. Three bytes a posting, sorted by term.

Only the audiences of a segment's rows ever change. A search looks up all terms at once and keeps the postings of
permitted rows; what it costs depends on the number of postings, hardly on the number of terms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.database import RANGE
from lacuna.adapters.vectors.matrix import AudienceNumbers, Filter, Ints

Keys = npt.NDArray[np.uint32]
Steps = npt.NDArray[np.uint8]
"""Weights of terms in passages, in multiples of `analysis.STEP`."""
RowNumbers = npt.NDArray[np.uint16]

_POSTING: Final = np.dtype([("step", "<u2"), ("row", "<u2"), ("key", "<u4")])
"""Seen as one number of 64 bits, postings sort by term, then by row."""
Packed = npt.NDArray[np.void]
"""Of `_POSTING`, in any order."""

MOST_ROWS: Final = RANGE
"""A row's number fits into two bytes, and a merge of so many takes a fraction of a second."""
NOBODY: Final = 0
"""The audience of a row that is gone: no filter lets it through."""


@dataclass(frozen=True, slots=True)
class Passages:
    """What each of some passages holds: equally long `chunks` and `audiences`, one of each a passage, and in any order
    equally long `rows` (numbers of passages), `keys` and `steps`."""

    chunks: Ints
    audiences: AudienceNumbers
    rows: npt.NDArray[np.uint32]
    keys: Keys
    steps: Steps

    def __len__(self) -> int:
        return len(self.chunks)

    def part(self, first: int, past: int) -> "Passages":
        some = (self.rows >= first) & (self.rows < past)
        return Passages(
            self.chunks[first:past],
            self.audiences[first:past],
            self.rows[some] - np.uint32(first),
            self.keys[some],
            self.steps[some],
        )

    @classmethod
    def joined(cls, many: Sequence["Passages"]) -> "Passages":
        """One after the other."""
        offsets = np.concatenate(([0], np.cumsum([len(some) for some in many]))).astype(np.uint32)
        return cls(
            np.concatenate([some.chunks for some in many]),
            np.concatenate([some.audiences for some in many]),
            np.concatenate([some.rows + offset for some, offset in zip(many, offsets, strict=False)]),
            np.concatenate([some.keys for some in many]),
            np.concatenate([some.steps for some in many]),
        )


class Place(NamedTuple):
    """Rows of a document in a segment."""

    document: int
    first: int
    past: int


class Found(NamedTuple):
    """Postings in permitted rows, term after term: `counts` of each term. `passages` counts all permitted rows."""

    counts: Ints
    rows: RowNumbers
    steps: Steps
    passages: int


@dataclass(frozen=True, slots=True)
class Index:
    """Inverted lists: `rows` and `steps` from `starts[n]` to `starts[n + 1]` belong to term `keys[n]`; rows ascend."""

    keys: Keys
    starts: Ints
    rows: RowNumbers
    steps: Steps

    @classmethod
    def of(cls, postings: Packed) -> "Index":
        """Sorts `postings` in place."""
        postings.view("<u8").sort()
        keys = postings["key"]
        firsts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        starts = np.concatenate(([0], firsts, [len(keys)])) if len(keys) else np.zeros(1, dtype=np.int64)
        return cls(keys[starts[:-1]], starts, postings["row"].copy(), postings["step"].astype(np.uint8))

    @classmethod
    def of_passages(cls, passages: Passages) -> "Index":
        return cls.of(pack(passages.keys, passages.rows, passages.steps))

    def packed(self) -> Packed:
        return pack(np.repeat(self.keys, np.diff(self.starts)), self.rows, self.steps)

    def lookup(self, keys: Keys, seen: Filter) -> Found:
        """The postings of terms `keys` in the rows that may be seen."""
        counts = np.zeros(len(keys), dtype=np.int64)
        passages = int(np.count_nonzero(seen))
        places = np.searchsorted(self.keys, keys)
        there = np.flatnonzero(places < len(self.keys))
        there = there[self.keys[places[there]] == keys[there]]
        if not len(there) or not passages:
            return Found(counts, self.rows[:0], self.steps[:0], passages)
        starts, stops = self.starts[places[there]], self.starts[places[there] + 1]
        slices = [slice(*bounds) for bounds in zip(starts.tolist(), stops.tolist(), strict=True)]
        rows = np.concatenate([self.rows[some] for some in slices])
        if passages == len(seen):
            counts[there] = stops - starts
            return Found(counts, rows, np.concatenate([self.steps[some] for some in slices]), passages)
        kept = np.flatnonzero(seen.take(rows))
        # Where each term's postings begin and end among all that were looked at, and among those that are kept.
        past = np.cumsum(stops - starts)
        counts[there] = np.diff(np.searchsorted(kept, past), prepend=0)
        shifts = np.repeat(stops - past, counts[there])
        return Found(counts, rows.take(kept), self.steps.take(kept + shifts), passages)


@dataclass(frozen=True, slots=True)
class Part:
    """A segment at one moment."""

    index: Index
    chunks: Ints
    audiences: AudienceNumbers

    def lookup(self, keys: Keys, permitted: Filter) -> Found:
        return self.index.lookup(keys, permitted.take(self.audiences))


class Segment:
    """Not safe under threads: its owner holds a lock; a `Part` needs none."""

    def __init__(self, places: Sequence[Place], chunks: Ints, audiences: AudienceNumbers, index: Index) -> None:
        self.places = places
        self.dead = 0
        self._chunks = chunks
        self._audiences = audiences
        self._index = index
        self._part: Part | None = None

    def __len__(self) -> int:
        return len(self._chunks)

    @classmethod
    def of(cls, documents: Sequence[tuple[int, int]], passages: Passages) -> "Segment":
        """`documents` says how many of the passages each has, in order. Raises ValueError for more than MOST_ROWS."""
        if len(passages) > MOST_ROWS:
            raise ValueError(f"{len(passages)} passages do not fit into a segment of {MOST_ROWS}.")
        return cls(places_of(documents), passages.chunks, passages.audiences.copy(), Index.of_passages(passages))

    @classmethod
    def merged(cls, segments: Sequence["Segment"]) -> "Segment":
        """The living rows of several, in order."""
        counts: list[tuple[int, int]] = []
        chunks, audiences, postings = [], [], []
        offset = 0
        for segment in segments:
            alive = segment._audiences != NOBODY
            numbers = np.cumsum(alive) - 1 + offset
            kept = segment._index.packed()[alive[segment._index.rows]]
            kept["row"] = numbers[kept["row"]]
            postings.append(kept)
            chunks.append(segment._chunks[alive])
            audiences.append(segment._audiences[alive])
            counts += [(place.document, int(alive[place.first : place.past].sum())) for place in segment.places]
            offset += int(alive.sum())
        places = places_of([(document, count) for document, count in counts if count])
        return cls(places, np.concatenate(chunks), np.concatenate(audiences), Index.of(np.concatenate(postings)))

    def part(self) -> Part:
        if self._part is None:
            # Searches read an older copy while rows are dropped.
            self._part = Part(self._index, self._chunks, self._audiences.copy())
        return self._part

    def drop(self, place: Place) -> None:
        self._audiences[place.first : place.past] = NOBODY
        self.dead += place.past - place.first
        self._part = None


def places_of(counts: Sequence[tuple[int, int]]) -> list[Place]:
    """Of documents with so many rows each, one after the other."""
    places, first = [], 0
    for document, count in counts:
        places.append(Place(document, first, first + count))
        first += count
    return places


def pack(keys: Keys, rows: npt.NDArray[np.uint16] | npt.NDArray[np.uint32], steps: Steps) -> Packed:
    packed = np.empty(len(keys), dtype=_POSTING)
    packed["key"], packed["row"], packed["step"] = keys, rows, steps
    return packed
