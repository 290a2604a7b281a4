"""Passages and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored
from lacuna.domain.tiers import Tier


@dataclass(frozen=True, slots=True)
class IndexedChunk:
    """A chunk with its unit vector, or None where no embedder is configured."""

    chunk: Chunk
    vector: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What `replace` was given for one document, with the rights of now."""

    fingerprint: str
    chunks: tuple[IndexedChunk, ...]


class CorpusLookup(Protocol):
    """The passages nearest to a vector over the whole corpus, whoever may read them: what they are about is evidence,
    what they say never leaves. Both are blocking, MUST be safe under threads, and MUST answer from the state that every
    `replace`, `remove` and `retag` which returned in any process has left. They raise a StorageError where the store
    cannot answer."""

    @property
    def version(self) -> str:
        """Changes whenever `nearest` could answer differently."""
        ...

    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> Sequence[tuple[float, Tier]]:
        """Cosine and present tier of the `k` nearest passages of the lookup's fingerprint, best first. Passages of a
        cosine below `at_least` may be left out; above 0, so may one in a thousand just above it."""
        ...


class VectorStore(Protocol):
    """Every search MUST filter by `reach` inside the store's own query, before ranking. What a search answers MUST NOT
    depend on chunks that `reach` does not permit: adding, changing or removing such a chunk leaves hits, their order
    and their scores as they were, to the last bit, so rarity is counted over permitted chunks only and equals are
    ordered by something of their own. What `replace`, `remove` and `retag` did MUST be visible to every later search in
    every process from the moment the call returns, and durable. Each of the three is atomic: a reader sees the old
    document or the new one, never a mixture. All chunks of a document have its tier and groups; a store MAY refuse
    others with InvalidInput."""

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        """Stores the document's chunks in place of any it had. `fingerprint` is the embedder's ("" without one)."""
        ...

    async def remove(self, document_id: str) -> bool:
        """Deletes text and vectors for good; False if there were none."""
        ...

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        """Changes who may read the document's chunks."""
        ...

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        """The nearest chunks by cosine, best first, among those of the same fingerprint that `reach` permits."""
        ...

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        """The best chunks by BM25 over the terms they share with `text`, which is data and never a query language,
        weighed by what else their documents say (`domain.retrieval.by_documents`). Stores agree on what terms are and
        what they weigh (`lacuna.adapters.vectors.analysis`)."""
        ...

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """The chunks that exist among these, in the order asked."""
        ...

    async def document_ids(self) -> frozenset[str]:
        """Every document that has chunks."""
        ...

    async def stored(self, document_id: str) -> StoredDocument | None:
        """Everything about one document, to be put into another store; its chunks in the order given."""
        ...

    async def states(self) -> dict[str, str]:
        """`domain.retrieval.passages_state` of every document that has chunks, all of one moment."""
        ...

    def corpus(self, fingerprint: str) -> CorpusLookup:
        """The lookup for vectors of one embedder. It may be used until the store is closed."""
        ...

    async def check(self) -> None:
        """Raises a StorageError if the store cannot serve."""
        ...

    async def close(self) -> None: ...
