"""A vector store in a dictionary: every search looks at every chunk."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from lacuna.domain.errors import InvalidInput, StorageError
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored, by_documents, passages_state
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Shelf:
    """What the stores of one machine share: each document's fingerprint and chunks."""

    documents: dict[str, tuple[str, tuple[IndexedChunk, ...]]] = field(default_factory=dict)
    changes: int = 0


class InMemoryVectorStore:
    """A `VectorStore`, held to `lacuna.testing.contracts.vectors`. Two on one shelf are like two processes."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.shelf = shelf if shelf is not None else Shelf()
        self._closed = False

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        ids = [item.chunk.chunk_id for item in chunks]
        others = {
            c.chunk.chunk_id for name, (_, kept) in self.shelf.documents.items() if name != document_id for c in kept
        }
        if len(set(ids)) < len(ids) or not others.isdisjoint(ids):
            raise InvalidInput(f"A chunk of document {document_id} is stored already.")
        if any(item.chunk.document_id != document_id for item in chunks):
            raise InvalidInput(f"A chunk given for document {document_id} belongs to another document.")
        if any(item.vector is not None and not np.isfinite(item.vector).all() for item in chunks):
            raise InvalidInput(f"A vector of document {document_id} is not finite.")
        if any("\ud800" <= character <= "\udfff" for item in chunks for character in item.chunk.text):
            raise InvalidInput(f"The text of document {document_id} is no Unicode.")
        self.shelf.changes += 1
        self.shelf.documents.pop(document_id, None)
        if chunks:
            self.shelf.documents[document_id] = (fingerprint, tuple(chunks))

    async def remove(self, document_id: str) -> bool:
        self._require_open()
        self.shelf.changes += 1
        return self.shelf.documents.pop(document_id, None) is not None

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        if document_id in self.shelf.documents:
            self.shelf.changes += 1
            fingerprint, items = self.shelf.documents[document_id]
            retagged = tuple(replace(item, chunk=replace(item.chunk, tier=tier, groups=groups)) for item in items)
            self.shelf.documents[document_id] = (fingerprint, retagged)

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        found = [
            Scored(item.chunk, _cosine(vector, item.vector))
            for known, item in self._permitted(reach)
            if known == fingerprint and item.vector is not None
        ]
        return _best(found, limit)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        self._require_open()
        wanted = _words(text)
        bags = [(item.chunk, _words(_visible(item.chunk))) for _, item in self._permitted(reach)]
        weights = {
            word: math.log(1 + len(bags) / sum(word in bag for _, bag in bags)) for word in wanted & _union(bags)
        }
        found = [Scored(chunk, sum(weights.get(word, 0.0) for word in bag)) for chunk, bag in bags]
        sizes = {name: len(items) for name, (_, items) in self.shelf.documents.items()}
        return by_documents(_best([scored for scored in found if scored.score > 0], limit), sizes)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        known = {item.chunk.chunk_id: item.chunk for _, items in self.shelf.documents.values() for item in items}
        return [known[chunk_id] for chunk_id in chunk_ids if chunk_id in known]

    async def document_ids(self) -> frozenset[str]:
        return frozenset(self.shelf.documents)

    async def stored(self, document_id: str) -> StoredDocument | None:
        found = self.shelf.documents.get(document_id)
        return None if found is None else StoredDocument(*found)

    async def states(self) -> dict[str, str]:
        return {
            name: passages_state(items[0].chunk.tier, items[0].chunk.groups, [item.chunk.chunk_id for item in items])
            for name, (_, items) in self.shelf.documents.items()
        }

    def corpus(self, fingerprint: str) -> "InMemoryCorpus":
        return InMemoryCorpus(self.shelf, fingerprint)

    async def check(self) -> None:
        """A dictionary always serves."""

    async def close(self) -> None:
        """Only the shelf is kept."""
        self._closed = True

    def _require_open(self) -> None:
        if self._closed:
            raise StorageError("The store is closed.", cure="Open it again.")

    def _permitted(self, reach: Reach) -> Iterator[tuple[str, IndexedChunk]]:
        for fingerprint, items in self.shelf.documents.values():
            for item in items:
                if reach.permits(item.chunk.tier, item.chunk.groups):
                    yield fingerprint, item


class InMemoryCorpus:
    """The `CorpusLookup` of a shelf."""

    def __init__(self, shelf: Shelf, fingerprint: str) -> None:
        self._shelf = shelf
        self._fingerprint = fingerprint

    @property
    def version(self) -> str:
        return str(self._shelf.changes)

    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> list[tuple[float, Tier]]:
        found = [
            (_cosine(vector, item.vector), item.chunk.tier)
            for fingerprint, items in self._shelf.documents.values()
            for item in items
            if fingerprint == self._fingerprint and item.vector is not None
        ]
        return sorted(found, key=lambda one: -one[0])[:k]


def _cosine(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> float:
    if left.shape != right.shape:
        raise InvalidInput(f"A vector has {left.size} dimensions where {right.size} are stored.")
    return float(left @ right)


def _best(found: list[Scored], limit: int) -> list[Scored]:
    return sorted(found, key=lambda scored: (-scored.score, scored.chunk.chunk_id))[:limit]


def _visible(chunk: Chunk) -> str:
    return f"{chunk.title} {chunk.heading} {chunk.text}"


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _union(bags: list[tuple[Chunk, frozenset[str]]]) -> frozenset[str]:
    return frozenset().union(*(bag for _, bag in bags))
