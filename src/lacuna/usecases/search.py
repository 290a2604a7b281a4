"""Find the passages that answer a question, among those the asker may read.

Two searches run at once, by meaning and by words; their scores are fused. The store filters by reach in its own query;
the catalogue, which knows the rights of the moment, is asked again afterwards, and the narrower of the two holds.
Passages that say the same are shown once, and a reranker of the house, where there is one, orders the best anew. With
the embedder failing the words decide alone, with the reranker failing the order stays, and the answer says so; with the
store failing there is no answer.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lacuna.domain.chunking import embedded_text
from lacuna.domain.duplicates import Distinct, copies
from lacuna.domain.errors import InvalidInput, LacunaError
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Document, Hit, Scored, dense_weight, fuse, reordered
from lacuna.domain.tiers import Tier, join
from lacuna.ports.embeddings import Embedder, Vectors
from lacuna.ports.reranker import Reranker
from lacuna.ports.storage import Catalogue
from lacuna.ports.vectors import VectorStore

MAX_TOP_K: Final = 200
_LEAST_DEPTH: Final = 100
_DEPTH_PER_HIT: Final = 4
_SPARE: Final = 10
"""Passages that the catalogue is asked about beyond those wanted: some may be copies, or out of reach by now."""
_MEASURED: Final = 4_096
"""Characters of a question that decide how the two searches are weighed."""


@dataclass(frozen=True, slots=True)
class Found:
    """`hits`, best first; `degraded` names the parts that failed and were done without."""

    hits: tuple[Hit, ...]
    degraded: tuple[str, ...] = ()


_Both = tuple[list[Scored], tuple[list[Scored], tuple[str, ...]]]
"""By words; by meaning, and which parts failed."""
_Embedding = asyncio.Future[Vectors]
Begun = asyncio.Task[_Both]
"""Searches under way."""


class Search:
    """Without an embedder it searches by words alone; that is a configuration, not a degradation. `count_tokens` counts
    in the embedder's tokens. `reranked` passages are given to the reranker, or as many as are asked for."""

    def __init__(
        self,
        store: VectorStore,
        catalogue: Catalogue,
        embedder: Embedder | None,
        count_tokens: Callable[[str], int] | None = None,
        reranker: Reranker | None = None,
        reranked: int = 30,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._embedder = embedder
        self._count_tokens = count_tokens
        self._reranker = reranker
        self._reranked = reranked

    def begin(self, text: str, reach: Reach, top_k: int) -> Begun:
        """Starts both searches for `hybrid`, which shows what they find; whoever does not ask for it cancels them. The
        question is being embedded when it returns: a task would begin only after what the caller does next."""
        begun = asyncio.create_task(self._both(text, reach, _depth(top_k), self._embedding(text)))
        begun.add_done_callback(_looked_at)
        return begun

    async def hybrid(self, text: str, reach: Reach, top_k: int, begun: Begun | None = None) -> Found:
        """The best `top_k` passages that `reach` permits; `begun` was begun for the same. Raises InvalidInput where
        `top_k` is not in 1 to MAX_TOP_K, and what the store or the catalogue raises."""
        if not 1 <= top_k <= MAX_TOP_K:
            raise InvalidInput(f"top_k is {top_k}.", cure=f"Ask for 1 to {MAX_TOP_K} passages.")
        if begun is None:
            begun = self.begin(text, reach, top_k)
        weight = self._weight(text[:_MEASURED])  # while the searches run
        by_words, (dense, degraded) = await begun
        fused = fuse(dense, by_words, 2 * _depth(top_k), weight)
        if self._reranker is None:
            return Found(await self._shown(fused, reach, top_k), degraded)
        best = await self._shown(fused, reach, max(top_k, self._reranked))
        ordered, failed_too = await self._ordered(self._reranker, text, best)
        return Found(ordered[:top_k], (*degraded, *failed_too))

    async def tier_now(self, hits: Sequence[Hit]) -> Tier:
        """The join of the tiers that the hits' documents have by now; PROPRIETARY where one is gone."""
        wanted = sorted({hit.chunk.document_id for hit in hits})
        documents = await self._catalogue.many(wanted)
        return join(documents[name].tier if name in documents else Tier.PROPRIETARY for name in wanted)

    async def still(self, hits: Sequence[Hit], reach: Reach, tier: Tier) -> bool:
        """Whether every hit's document is still there, within `reach`, and at most `tier`."""
        wanted = sorted({hit.chunk.document_id for hit in hits})
        documents = await self._catalogue.many(wanted) if wanted else {}
        return all(
            name in documents
            and documents[name].tier <= tier
            and reach.permits(documents[name].tier, documents[name].groups)
            for name in wanted
        )

    async def _both(self, text: str, reach: Reach, depth: int, embedding: _Embedding | None) -> _Both:
        try:
            async with asyncio.TaskGroup() as searches:
                by_words = searches.create_task(self._store.lexical(text, reach, depth))
                by_meaning = searches.create_task(self._dense(embedding, reach, depth))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return by_words.result(), by_meaning.result()

    def _weight(self, text: str) -> float:
        words = text.split()
        if self._count_tokens is None:
            return dense_weight(len(words), len(words), 0)
        return dense_weight(len(words), self._count_tokens(text), sum(map(len, words)))

    def _embedding(self, text: str) -> _Embedding | None:
        if self._embedder is None:
            return None
        embedding = asyncio.get_running_loop().run_in_executor(None, self._embedder.embed, [text])
        embedding.add_done_callback(_looked_at)
        return embedding

    async def _dense(
        self, embedding: _Embedding | None, reach: Reach, depth: int
    ) -> tuple[list[Scored], tuple[str, ...]]:
        if self._embedder is None or embedding is None:
            return [], ()
        try:
            vectors = await embedding
        except LacunaError:
            return [], ("embedder",)
        return await self._store.dense(vectors[0], self._embedder.fingerprint, reach, depth), ()

    async def _shown(self, hits: Sequence[Hit], reach: Reach, wanted: int) -> tuple[Hit, ...]:
        """The best `wanted` whose documents the catalogue shows and `reach` permits now, with the narrower rights, each
        text once. Of copies that of the lowest tier is shown, in the best one's place: what everybody may read raises
        no answer."""
        same, distinct, shown = copies(hits), Distinct(), list[Hit]()
        documents: dict[str, Document | None] = {}
        for start in range(0, len(hits), wanted + _SPARE):
            some = hits[start : start + wanted + _SPARE]
            asked = [copy for hit in some for copy in same.get(hit.chunk.chunk_id, (hit,))]
            names = {hit.chunk.document_id for hit in asked} - documents.keys()
            found = await self._catalogue.many(sorted(names))
            documents |= {name: found.get(name) for name in names}
            for hit in some:
                if (checked := _checked(hit, documents, reach)) is None or not distinct.admits(hit.chunk.text):
                    continue
                versions = (_checked(copy, documents, reach) for copy in same.get(hit.chunk.chunk_id, ()))
                lowest = min((each for each in versions if each is not None), key=_tier, default=checked)
                shown.append(replace(checked, chunk=lowest.chunk))
                if len(shown) == wanted:
                    return tuple(shown)
        return tuple(shown)

    async def _ordered(
        self, reranker: Reranker, text: str, hits: tuple[Hit, ...]
    ) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
        """The hits by the reranker's scores, scaled to [0, 1]; as they were where it fails."""
        texts = [embedded_text(hit.chunk.title, hit.chunk.heading, hit.chunk.text) for hit in hits]
        try:
            scores = await reranker.scores(text, texts)
        except LacunaError:
            return hits, ("reranker",)
        return reordered(hits, scores), ()


def _checked(hit: Hit, documents: Mapping[str, Document | None], reach: Reach) -> Hit | None:
    document = documents[hit.chunk.document_id]
    if document is None:
        return None
    tier, groups = max(document.tier, hit.chunk.tier), document.groups & hit.chunk.groups
    if not reach.permits(tier, groups):
        return None
    return replace(hit, chunk=replace(hit.chunk, tier=tier, groups=groups))


def _tier(hit: Hit) -> Tier:
    return hit.chunk.tier


def _depth(top_k: int) -> int:
    return max(_LEAST_DEPTH, _DEPTH_PER_HIT * top_k)


def _looked_at(begun: asyncio.Future[Any]) -> None:
    """A failure of what nobody asked the result of is none."""
    if not begun.cancelled():
        begun.exception()
