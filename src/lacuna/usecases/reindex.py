"""Move all passages into another vector store, or a fresh one of the same kind, while searches and changes go on.

Promise: from the first moment every change goes to both places, so a deletion or a right that was taken away holds in
both; the new place comes into force when it has exactly the documents, versions and rights of the old one, and in one
step for everybody; a run that was killed is finished by the next. Passages whose vectors another embedder made are
embedded anew. What is left to others: the record of which place is in force, and the locks (ports/reindexing.py).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lacuna.domain.audit import Json, Record
from lacuna.domain.chunking import embedded_text
from lacuna.domain.errors import LacunaError, StorageError
from lacuna.domain.identity import Permission, Principal
from lacuna.ports.clock import Clock
from lacuna.ports.embeddings import Embedder
from lacuna.ports.reindexing import Move, PassagePlaces
from lacuna.ports.storage import Entry, Ledger
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_IN_FLIGHT: Final = 2
_EMBEDDED_AT_ONCE: Final = 16
_ROUNDS: Final = 20
"""Comparisons before a store that never comes to agree is given up."""


@dataclass(frozen=True, slots=True)
class Reindexed:
    """`documents` in the new place, of which this run `copied` so many and `embedded` so many passages anew; `disposed`
    names the places that were deleted."""

    source: str
    target: str
    documents: int
    copied: int
    embedded: int
    resumed: bool
    disposed: tuple[str, ...]


class Reindex:
    """`grace_s` is how long a search may still be looking at the old place after the switch."""

    def __init__(
        self, places: PassagePlaces, embedder: Embedder | None, ledger: Ledger, clock: Clock, grace_s: float
    ) -> None:
        self._places = places
        self._embedder = embedder
        self._ledger = ledger
        self._clock = clock
        self._grace_s = grace_s

    async def run(
        self,
        backend: str,
        principal: Principal,
        progress: Callable[[int, int], None] = lambda done, of: None,
        role: str | None = None,
    ) -> Reindexed:
        """Raises what a store raises, and InvalidInput where a reindex into another back end is under way. `progress`
        is told how many of the documents to copy are done. `role` serves from the new place."""
        principal.require(Permission.MANAGE_DOCUMENTS)
        move = await self._places.begin(backend, role)
        facts: dict[str, Json] = {"source": move.source_name, "target": move.target_name, "resumed": move.resumed}
        await self._record("passages.reindex_started", principal, facts)
        copied = embedded = documents = 0
        for _ in range(_ROUNDS):
            anew = await self._copied(move, progress)
            copied, embedded = copied + len(anew), embedded + sum(anew)
            async with self._places.holding_all():
                if not await _differing(move):
                    documents = len(await move.target.states())
                    await self._places.switch()
                    break
        else:
            raise StorageError(
                f"{move.target_name} does not come to hold what {move.source_name} holds.",
                cure="See that no other program writes there, then repeat `lacuna reindex`.",
            )
        facts |= {
            "documents": documents,
            "copied": copied,
            "embedded_passages": embedded,
            "embedder": self._fingerprint,
        }
        await self._record("passages.reindexed", principal, facts)
        await asyncio.sleep(self._grace_s)
        disposed = await self._places.dispose()
        return Reindexed(move.source_name, move.target_name, documents, copied, embedded, move.resumed, disposed)

    async def abandon(self, principal: Principal) -> bool:
        """Gives up what is under way and deletes the new place; False if nothing was."""
        principal.require(Permission.MANAGE_DOCUMENTS)
        if not await self._places.abandon():
            return False
        await self._record("passages.reindex_abandoned", principal, {})
        await self._places.dispose()
        return True

    @property
    def _fingerprint(self) -> str:
        return "" if self._embedder is None else self._embedder.fingerprint

    async def _copied(self, move: Move, progress: Callable[[int, int], None]) -> list[int]:
        """For each document that differed, how many of its passages were embedded anew."""
        waiting = await _differing(move)
        outcomes: list[int] = []
        rest = iter(waiting)

        async def copy() -> None:
            for document_id in rest:
                outcomes.append(await self._copy(move, document_id))
                progress(len(outcomes), len(waiting))

        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(_IN_FLIGHT):
                    tasks.create_task(copy())
        except* LacunaError as failed:
            raise failed.exceptions[0] from None
        return outcomes

    async def _copy(self, move: Move, document_id: str) -> int:
        """Brings one document of the new place to the state of the old, whatever it was."""
        async with self._places.holding(document_id):
            found = await move.source.stored(document_id)
            if found is None:
                await move.target.remove(document_id)
                return 0
            fresh, embedded = await self._embedded(found)
            await move.target.replace(document_id, fresh.fingerprint, fresh.chunks)
            return embedded

    async def _embedded(self, found: StoredDocument) -> tuple[StoredDocument, int]:
        """With vectors of today's embedder, and how many were made."""
        embedder = self._embedder
        if embedder is None or found.fingerprint == embedder.fingerprint:
            return found, 0
        chunks = [item.chunk for item in found.chunks]
        texts = [embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in chunks]
        parts = [
            await asyncio.to_thread(embedder.embed, texts[start : start + _EMBEDDED_AT_ONCE])
            for start in range(0, len(texts), _EMBEDDED_AT_ONCE)
        ]
        items = tuple(IndexedChunk(chunk, row) for chunk, row in zip(chunks, np.concatenate(parts), strict=True))
        return replace(found, fingerprint=embedder.fingerprint, chunks=items), len(items)

    async def _record(self, kind: str, principal: Principal, facts: dict[str, Json]) -> None:
        record = Record(kind, self._clock.now_us(), principal.user_id, principal.via, "", facts)
        await self._ledger.append(Entry(record))


async def _differing(move: Move) -> list[str]:
    """Documents that the two places do not hold in the same version and with the same rights, in order."""
    source, target = await move.source.states(), await move.target.states()
    return sorted(name for name in source.keys() | target.keys() if source.get(name) != target.get(name))
