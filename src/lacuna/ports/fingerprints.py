"""Fingerprints of documents, by which pasted fragments are recognised."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from lacuna.domain.tiers import Tier

Hashes = npt.NDArray[np.uint64]
"""Keyed hashes of shingles, one dimension. They reveal no text without the key."""

MAX_DOCUMENTS: Final = 100
"""A hash that more documents hold is boilerplate and matches nothing."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Parallel columns, one row for each pair of an asked hash and a protected document that holds it, in no order.
    `positions` are indexes into the hashes asked, `documents` numbers that mean something within this answer only,
    `tiers` those of the documents, `holders` how many documents hold the hash."""

    positions: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    tiers: npt.NDArray[np.int8]
    holders: npt.NDArray[np.int64]


class Fingerprinter(Protocol):
    """MUST be safe to call from several threads at once and MUST NOT keep text."""

    @property
    def scheme(self) -> str:
        """Names algorithm and key. Hashes of different schemes have nothing in common."""
        ...

    def select(self, texts: Sequence[str]) -> Hashes:
        """The hashes that stand for a document with these texts: distinct, sorted."""
        ...


class FingerprintIndex(Protocol):
    """What `replace`, `add`, `remove` and `retag` did MUST be visible to every later lookup in every process from the
    moment the call returns, and durable; each is atomic. An index serves the fingerprints of one scheme; what it holds
    of another does not exist for its reads."""

    async def replace(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        """Stores the document's hashes in place of any it had."""
        ...

    async def add(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        """Joins hashes and tier to what the document has; the same as `replace` where it has nothing."""
        ...

    async def remove(self, document_id: str) -> bool:
        """Deletes the document's hashes; False if there were none."""
        ...

    async def retag(self, document_id: str, tier: Tier) -> None:
        """Changes the document's tier; does nothing for one that is not there."""
        ...

    def lookup(self, hashes: Hashes) -> Matches:
        """Who holds these hashes. Left out: hashes that a PUBLIC document holds too, and those of more than
        `MAX_DOCUMENTS` documents. Blocking, tens of microseconds; safe to call from several threads at once. Raises a
        StorageError rather than answer from an old state; what other processes did counts a millisecond later."""
        ...

    @property
    def state(self) -> str:
        """Changes whenever `lookup` could answer differently, and is unlike that of any other index, also of one that
        was here before. Raises a StorageError."""
        ...

    async def document_ids(self) -> frozenset[str]:
        """Every document that was fingerprinted, those too short to have a hash included."""
        ...

    async def check(self) -> None:
        """Raises a StorageError if the index cannot serve."""
        ...

    async def close(self) -> None: ...
