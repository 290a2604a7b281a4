"""Which documents hold a hash, in memory: sorted arrays, twelve bytes for each hash of a document.

Each change appends a small sorted segment and marks what it replaces as dead; `merge` joins segments of like size
(the logarithmic method of Bentley and Saxe, 1980), so their number stays small and a posting is copied a few times.
Guarantees one consistent answer for each call; not safe under threads, except that `merge` may run beside everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import MAX_DOCUMENTS, Hashes, Matches

_DEAD: Final = -1
_GROWTH: Final = 8
"""Segments are left alone once the next larger one is this many times as big as all smaller ones together."""

CROWDED: Final = 8
"""Segments from which merging pays."""

Slots = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Postings sorted by hash: `slots[i]` holds `hashes[i]`."""

    hashes: Hashes
    slots: Slots


class Postings:
    """See the module. Documents are known by a number that is new for each version."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._slots: dict[int, int] = {}
        self._tiers = np.zeros(64, np.int8)
        self._used = 0

    def __len__(self) -> int:
        """How many segments there are."""
        return len(self._segments)

    def load(self, documents: Sequence[tuple[int, Tier, Hashes]]) -> None:
        """Adds many documents at once, in one segment."""
        slots = [np.full(hashes.size, self._slot(document, tier), np.int32) for document, tier, hashes in documents]
        if slots:
            self._append(_sorted(np.concatenate([hashes for _, _, hashes in documents]), np.concatenate(slots)))

    def put(self, document: int, tier: Tier, hashes: Hashes) -> None:
        """Adds a document, or takes over its tier where it is known. `hashes` are sorted."""
        if document in self._slots:
            self._tiers[self._slots[document]] = tier
        else:
            self._append(Segment(hashes, np.full(hashes.size, self._slot(document, tier), np.int32)))

    def drop(self, document: int) -> None:
        """From now on nothing matches the document."""
        slot = self._slots.pop(document, None)
        if slot is not None:
            self._tiers[slot] = _DEAD

    def lookup(self, asked: Hashes) -> Matches:
        """See `lacuna.ports.fingerprints.FingerprintIndex.lookup`."""
        found = [part for segment in self._segments if (part := _found(segment, asked)) is not None]
        if not found:
            return _NOTHING
        positions = np.concatenate([positions for positions, _ in found])
        slots = np.concatenate([slots for _, slots in found])
        tiers = self._tiers[slots]
        alive = tiers != _DEAD
        holders = np.bincount(positions[alive], minlength=asked.size)
        telling = holders <= MAX_DOCUMENTS
        telling[positions[tiers == Tier.PUBLIC]] = False
        kept = alive & telling[positions]
        return Matches(positions[kept], slots[kept], tiers[kept], holders[positions[kept]])

    def crowd(self) -> list[Segment]:
        """The segments that are worth merging now, or none."""
        if len(self._segments) < CROWDED:
            return []
        by_size = sorted(self._segments, key=lambda segment: segment.hashes.size)
        total, count = 0, 0
        for segment in by_size:
            if count > 1 and segment.hashes.size > _GROWTH * total:
                break
            total += segment.hashes.size
            count += 1
        return by_size[:count]

    def merge(self, crowd: Sequence[Segment]) -> Segment:
        """One segment for several, without what is dead."""
        hashes = np.concatenate([segment.hashes for segment in crowd])
        slots = np.concatenate([segment.slots for segment in crowd])
        alive = self._tiers[slots] != _DEAD
        return _sorted(hashes[alive], slots[alive])

    def swap(self, crowd: Sequence[Segment], merged: Segment) -> None:
        """Puts `merged` in place of what it was made from."""
        gone = {id(segment) for segment in crowd}
        self._segments = [merged, *(segment for segment in self._segments if id(segment) not in gone)]

    def _append(self, segment: Segment) -> None:
        if segment.hashes.size:
            self._segments.append(segment)

    def _slot(self, document: int, tier: Tier) -> int:
        slot = self._used
        if slot == self._tiers.size:
            self._tiers = np.concatenate([self._tiers, np.zeros_like(self._tiers)])
        self._tiers[slot] = tier
        self._slots[document] = slot
        self._used += 1
        return slot


_NOTHING: Final = Matches(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, np.int64))


def _found(segment: Segment, asked: Hashes) -> tuple[npt.NDArray[np.int64], Slots] | None:
    """Positions in `asked` and the slots that hold the hash there."""
    hashes = segment.hashes
    begins = hashes.searchsorted(asked)
    hits = np.flatnonzero(hashes[np.minimum(begins, hashes.size - 1)] == asked)
    if not hits.size:
        return None
    begins = begins[hits]
    counts = hashes.searchsorted(asked[hits], "right") - begins
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(hits, counts), segment.slots[np.repeat(begins, counts) + offsets]


def _sorted(hashes: Hashes, slots: Slots) -> Segment:
    order = np.argsort(hashes, kind="stable")
    return Segment(hashes[order], slots[order])
