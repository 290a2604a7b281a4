"""An index of fingerprints in a dictionary: every lookup looks at every document."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import MAX_DOCUMENTS, Hashes, Matches


@dataclass(slots=True)
class FingerprintShelf:
    """What the indexes of one machine share: scheme, tier and hashes of each document."""

    documents: dict[str, tuple[str, Tier, frozenset[int]]] = field(default_factory=dict)
    changes: int = 0


class InMemoryFingerprints:
    """A `FingerprintIndex`, held to `lacuna.testing.contracts.fingerprints`. Two on one shelf are like two
    processes."""

    def __init__(self, scheme: str = "test", shelf: FingerprintShelf | None = None) -> None:
        self.shelf = shelf if shelf is not None else FingerprintShelf()
        self._scheme = scheme

    async def replace(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        self.shelf.documents[document_id] = (self._scheme, tier, frozenset(hashes.tolist()))
        self.shelf.changes += 1

    async def add(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        scheme, known, held = self.shelf.documents.get(document_id, ("", tier, frozenset[int]()))
        if scheme == self._scheme:
            hashes = np.array(sorted(held | frozenset(hashes.tolist())), np.uint64)
            tier = max(tier, known)
        await self.replace(document_id, tier, hashes)

    async def remove(self, document_id: str) -> bool:
        self.shelf.changes += 1
        return self.shelf.documents.pop(document_id, None) is not None

    async def retag(self, document_id: str, tier: Tier) -> None:
        if document_id in self.shelf.documents:
            scheme, _, held = self.shelf.documents[document_id]
            self.shelf.documents[document_id] = (scheme, tier, held)
            self.shelf.changes += 1

    def lookup(self, hashes: Hashes) -> Matches:
        ours = [(tier, held) for scheme, tier, held in self.shelf.documents.values() if scheme == self._scheme]
        rows: list[tuple[int, int, int, int]] = []
        for position, asked in enumerate(hashes.tolist()):
            holders = [(number, tier) for number, (tier, held) in enumerate(ours) if asked in held]
            if len(holders) <= MAX_DOCUMENTS and all(tier > Tier.PUBLIC for _, tier in holders):
                rows += [(position, number, tier, len(holders)) for number, tier in holders]
        positions, documents, tiers, counts = _columns(rows)
        return Matches(
            np.array(positions, np.int64),
            np.array(documents, np.int32),
            np.array(tiers, np.int8),
            np.array(counts, np.int64),
        )

    @property
    def state(self) -> str:
        return f"{id(self.shelf)}-{self.shelf.changes}"

    async def document_ids(self) -> frozenset[str]:
        return frozenset(name for name, (scheme, _, _) in self.shelf.documents.items() if scheme == self._scheme)

    async def check(self) -> None:
        """A dictionary always serves."""

    async def close(self) -> None:
        """Nothing is held."""


def _columns(rows: Sequence[tuple[int, int, int, int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(zip(*rows, strict=True)) if rows else ((), (), (), ())
