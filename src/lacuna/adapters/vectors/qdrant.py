"""The vector store in Qdrant, a server or a cluster.

Implements `lacuna.ports.vectors.VectorStore`. Qdrant has no transactions: a document's head (qdrant_points.py) is the
one point that decides what counts, and every search is held against it (qdrant_searches.py). Filters are pushed down
into the search. Vector search is approximate once Qdrant has built its index; search by words is exact.

The client is imported with this module, which takes a second: the catalog loads it only when it is configured.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from qdrant_client import QdrantClient, models

from lacuna.adapters.vectors import qdrant_searches as searches
from lacuna.adapters.vectors import qdrant_writes as writes
from lacuna.adapters.vectors.analysis import question_terms
from lacuna.adapters.vectors.lane import Lane
from lacuna.adapters.vectors.qdrant_frequencies import QdrantFrequencies
from lacuna.adapters.vectors.qdrant_points import DOCUMENT, STATE, Head, chunk_of, one_of, within
from lacuna.adapters.vectors.qdrant_server import QdrantServer
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored, by_documents, passages_state
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_WAITING: Final = 256
_WRITERS: Final = 2
_EVERYTHING: Final = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)

T = TypeVar("T")


class QdrantStore:
    """Open it with `open`. Safe to use from several tasks of one event loop."""

    def __init__(self, server: QdrantServer, readers: int) -> None:
        self._server = server
        self._reading = Lane("qdrant reads", readers, _WAITING)
        self._writing = Lane("qdrant writes", _WRITERS, _WAITING)
        self._frequencies = QdrantFrequencies()

    @classmethod
    async def open(
        cls, url: str, api_key: str | None, name: str, *, readers: int = 4, replicas: int = 1, timeout_s: float = 10.0
    ) -> "QdrantStore":
        """The store in the collections `name`.*, made where they are missing. Raises StorageError."""

        client = await asyncio.to_thread(_client, url, api_key, timeout_s)
        return await cls.over(client, name, url, readers=readers, replicas=replicas)

    @classmethod
    async def over(
        cls, client: QdrantClient, name: str, where: str, *, readers: int = 4, replicas: int = 1
    ) -> "QdrantStore":
        """The store over a client. Passages that another version of Lacuna analysed in another way are analysed anew
        before it returns. Raises StorageError."""
        server = QdrantServer(client, name, replicas, where)
        await asyncio.to_thread(server.create)
        await asyncio.to_thread(writes.analyse, server)
        return cls(server, readers)

    @staticmethod
    async def delete(url: str, api_key: str | None, name: str) -> None:
        """Deletes the collections `name`.*; does nothing where there are none. Raises StorageError."""

        def drop() -> None:
            client = _client(url, api_key, 60.0)
            try:
                QdrantServer(client, name, 1, url).drop()
            finally:
                client.close()

        await asyncio.to_thread(drop)

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        items = tuple(chunks)
        await self._writing.run(writes.replace, self._server, document_id, fingerprint, items)

    async def remove(self, document_id: str) -> bool:
        """No search finds the text when it returns. Qdrant's files hold it until its optimizer has passed."""
        return await self._writing.run(writes.remove, self._server, document_id)

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        await self._writing.run(writes.retag, self._server, document_id, tier, groups)

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        def search() -> list[Scored]:
            def nearest() -> list[searches.Live]:
                return _nearest(self._server, vector, fingerprint, reach, limit)

            return searches.scored(self._server, nearest, limit)

        return await self._reading.run(search)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        def search() -> list[Scored]:
            terms = question_terms(text)
            if not len(terms.keys):
                return []
            asked = self._frequencies.weigh(self._server, terms, reach, _change(self._server))

            def found(count: int) -> list[models.ScoredPoint]:
                return self._server.nearest("words", "words", asked, within(reach), count)

            live = searches.live(self._server, found, _permits(reach), limit)
            some = [Scored(chunk_of(each.payload, each.head), each.score) for each in live if each.score > 0]
            best = sorted(some, key=lambda one: (-one.score, one.chunk.chunk_id))[:limit]
            return by_documents(best, {each.payload[DOCUMENT]: each.head.passages for each in live})

        return await self._reading.run(search)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        def read() -> list[Chunk]:
            records = self._server.scroll("words", models.Filter(must=[one_of("chunk_id", chunk_ids)]))
            payloads = [record.payload or {} for record in records]
            heads = searches.heads(self._server, (payload[DOCUMENT] for payload in payloads))
            found = {
                payload["chunk_id"]: chunk_of(payload, heads[payload[DOCUMENT]][0])
                for payload in payloads
                if payload[DOCUMENT] in heads and heads[payload[DOCUMENT]][0].version == payload["version"]
            }
            return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

        return await self._reading.run(read) if chunk_ids else []

    async def document_ids(self) -> frozenset[str]:
        return frozenset(await self.states())

    async def stored(self, document_id: str) -> StoredDocument | None:
        return await self._reading.run(_stored, self._server, document_id)

    async def states(self) -> dict[str, str]:
        def read() -> dict[str, str]:
            payloads = [record.payload or {} for record in self._server.scroll("documents", None)]
            return {
                payload[DOCUMENT]: passages_state(Tier(payload["tier"]), payload["groups"], payload["chunk_ids"])
                for payload in payloads
                if DOCUMENT in payload
            }

        return await self._reading.run(read)

    def corpus(self, fingerprint: str) -> "QdrantCorpus":
        return QdrantCorpus(self._server, fingerprint)

    async def check(self) -> None:
        await self._reading.run(_change, self._server)

    async def close(self) -> None:
        """Waits for what was accepted."""
        await self._writing.close()
        await self._reading.close()
        await asyncio.to_thread(self._server.close)


class QdrantCorpus:
    """The `CorpusLookup` of the store. Safe under threads. Raises StorageError."""

    def __init__(self, server: QdrantServer, fingerprint: str) -> None:
        self._server = server
        self._fingerprint = fingerprint

    @property
    def version(self) -> str:
        return f"{self._server.where}.{_change(self._server)}"

    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> list[tuple[float, Tier]]:
        """Raises InvalidInput where the vector has not the length of the stored."""
        found = _nearest(self._server, vector, self._fingerprint, _EVERYTHING, k)
        return sorted(((each.score, each.head.tier) for each in found), key=lambda one: -one[0])[:k]


def _client(url: str, api_key: str | None, timeout_s: float) -> QdrantClient:
    # The key goes as a header: given by its own name it would be warned of where there is no TLS, and inside a cluster
    # there often is none. The check of versions would ask the server before anything is wanted of it.
    headers = {} if api_key is None else {"api-key": api_key}
    # Passages of every tier go this way, so no proxy variable of the environment turns them elsewhere.
    return QdrantClient(
        url=url,
        metadata=headers,
        timeout=max(1, round(timeout_s)),
        check_compatibility=False,
        trust_env=False,
        verify=ssl.create_default_context(),
    )


def _nearest(
    server: QdrantServer, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int
) -> list[searches.Live]:
    kind, of_embedder = f"dense_{vector.size}", one_of("fingerprint", [fingerprint])
    if not server.has(kind):
        lengths = [each for each in server.kinds() if each.startswith("dense_")]
        if any(server.count(each, models.Filter(must=[of_embedder])) for each in lengths):
            raise InvalidInput(f"A vector of {fingerprint} has another length than {vector.size}.")
        return []
    asked = vector.tolist()

    def found(count: int) -> list[models.ScoredPoint]:
        return server.nearest(kind, "dense", asked, within(reach, of_embedder), count)

    return searches.live(server, found, _permits(reach), limit)


def _permits(reach: Reach) -> Callable[[Head], bool]:
    return lambda head: reach.permits(head.tier, head.groups)


def _change(server: QdrantServer) -> str:
    record = server.get("documents", [STATE]).get(STATE)
    return "" if record is None else str((record.payload or {})["change"])


def _stored(server: QdrantServer, document_id: str) -> StoredDocument | None:
    head = _head(server, document_id)
    while head is not None:
        stored = _version(server, document_id, head)
        now = _head(server, document_id)
        if now == head:
            return stored
        head = now  # it was replaced or given other rights in between
    return None


def _head(server: QdrantServer, document_id: str) -> Head | None:
    return searches.heads(server, [document_id]).get(document_id, (None, 0))[0]


def _version(server: QdrantServer, document_id: str, head: Head) -> StoredDocument:
    which = models.Filter(must=[one_of(DOCUMENT, [document_id])])
    records = [r for r in server.scroll("words", which) if (r.payload or {})["version"] == head.version]
    records.sort(key=lambda record: (record.payload or {})["number"])
    ids = [str(record.id) for record in records]
    vectors = server.get(f"dense_{head.dimension}", ids, vectors=True) if head.dimension else {}
    items = []
    for record in records:
        found = vectors.get(str(record.id))
        floats = found.vector["dense"] if found is not None and isinstance(found.vector, dict) else None
        vector = None if floats is None else np.array(floats, dtype=np.float32)
        items.append(IndexedChunk(chunk_of(record.payload or {}, head), vector))
    return StoredDocument(head.fingerprint, tuple(items))
