"""The vector store in PostgreSQL with pgvector: for several machines and millions of passages.

Implements `lacuna.ports.vectors.VectorStore`. A search is one statement and a change one transaction, so what a call
did is seen by every later search anywhere, and no search sees half of it. Where a reach leaves at most EXACT passages
the vector search is exact; beyond that it goes through an index and may miss some (docs/vector-stores.md).
Leaves to others: embedding, fusing the two searches, and the second look at who may read what (usecases/search.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors import pgvector_writes as writes
from lacuna.adapters.vectors.analysis import question_terms
from lacuna.adapters.vectors.lane import Lane
from lacuna.adapters.vectors.pgvector_corpus import PgvectorCorpus
from lacuna.adapters.vectors.pgvector_database import Connection, PgvectorDatabase
from lacuna.adapters.vectors.pgvector_frequencies import Frequencies
from lacuna.adapters.vectors.pgvector_index import IndexBuilder
from lacuna.adapters.vectors.pgvector_pool import Connections
from lacuna.adapters.vectors.sparse import sparse
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

EXACT: Final = 20_000
"""Passages that are compared one by one rather than through the index."""
_WAITING: Final = 256
_WRITERS: Final = 2

T = TypeVar("T")


def grant_rights(address: str, schema: str, role: str) -> None:
    """Gives `role` what searching and changing passages takes, as the owner of the tables. Raises StorageError."""
    PgvectorDatabase(address, schema, 10.0).grant(role)


class PgvectorStore:
    """Open it with `open`. Safe to use from several tasks of one event loop."""

    def __init__(self, database: PgvectorDatabase, readers: int, exact: int, timeout_s: float) -> None:
        self._database = database
        self._exact = exact
        self._timeout_s = timeout_s
        self._read_connections = Connections(database, readers, timeout_s)
        self._write_connections = Connections(database, _WRITERS)
        self._reading = Lane("pgvector reads", readers, _WAITING)
        self._writing = Lane("pgvector writes", _WRITERS, _WAITING)
        self._frequencies = Frequencies()
        self._index = IndexBuilder(database, exact)
        self._corpora: list[PgvectorCorpus] = []

    @classmethod
    async def open(
        cls,
        address: str,
        schema: str = "lacuna_passages",
        *,
        readers: int = 4,
        busy_seconds: float = 10.0,
        timeout_s: float = 10.0,
        exact: int = EXACT,
    ) -> "PgvectorStore":
        """The store in `schema` of the database at `address`, its tables brought up to date. At most `readers`
        connections search, each for at most `timeout_s`; two more write, and wait `busy_seconds` for each other.
        `exact` is for tests. Raises StorageError."""
        database = PgvectorDatabase(address, schema, busy_seconds)
        await asyncio.to_thread(database.bring_up_to_date)
        store = cls(database, readers, exact, timeout_s)
        await store._write(writes.analyse)
        store._index.look()
        return store

    @staticmethod
    async def delete(address: str, schema: str) -> None:
        """Removes the schema with all that is in it; does nothing where there is none. Raises StorageError."""
        await asyncio.to_thread(PgvectorDatabase(address, schema, 10.0).drop)

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        items = tuple(chunks)
        await self._write(lambda connection: writes.replace(connection, document_id, fingerprint, items))
        self._index.written(len(items))

    async def remove(self, document_id: str) -> bool:
        """No search finds the text when it returns. PostgreSQL's own files hold it until VACUUM has passed."""
        return await self._write(lambda connection: writes.remove(connection, document_id))

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        await self._write(lambda connection: writes.retag(connection, document_id, tier, groups))

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        def search(connection: Connection) -> list[Scored]:
            known = reads.space(connection, fingerprint)
            if known is None:
                return []
            number, dimension = known
            if vector.shape != (dimension,):
                raise InvalidInput(f"A vector of {fingerprint} has {dimension} dimensions, not {vector.size}.")
            if self._frequencies.passages(connection, reach) > self._exact and reads.has_index(connection, number):
                found = reads.indexed(connection, number, dimension, vector, reach, limit)
                if len(found) == limit:
                    return found
            return reads.exact(connection, number, vector, reach, limit)

        return await self._read(search)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        def search(connection: Connection) -> list[Scored]:
            found = self._frequencies.weigh(connection, question_terms(text), reach)
            if not found.looked_up:
                return []
            return reads.lexical(connection, found.looked_up, sparse(found.weights), reach, limit)

        return await self._read(search)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        return await self._read(lambda connection: reads.chunks(connection, chunk_ids))

    async def document_ids(self) -> frozenset[str]:
        return await self._read(reads.document_ids)

    async def stored(self, document_id: str) -> StoredDocument | None:
        return await self._read(lambda connection: reads.stored(connection, document_id))

    async def states(self) -> dict[str, str]:
        return await self._write(reads.states)

    def corpus(self, fingerprint: str) -> PgvectorCorpus:
        self._corpora.append(PgvectorCorpus(Connections(self._database, 1, self._timeout_s), fingerprint))
        return self._corpora[-1]

    async def check(self) -> None:
        await self._read(reads.change)

    async def close(self) -> None:
        """Waits for what was accepted."""
        await self._writing.close()
        await self._reading.close()
        await self._index.close()
        for corpus in self._corpora:
            corpus.close()
        self._read_connections.close()
        self._write_connections.close()

    async def _read(self, work: Callable[[Connection], T]) -> T:
        return await self._reading.run(self._read_connections.read, work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        return await self._writing.run(self._write_connections.write, work)
