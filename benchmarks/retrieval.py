"""The embedded vector store, the embedder, and both together as hybrid search.

Synthetic passages (benchmarks/passages.py), 10,000 and 100,000 of them at scale 1. The filtered searches see some 5 %
of them, "open" ones all.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.passages import CHUNKS_A_DOCUMENT, FILTERED, OPEN, SyntheticPassages, everyday_words
from benchmarks.report import Row, median_seconds
from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.embeddings.minilm_files import VOCABULARY, locate
from lacuna.adapters.embeddings.minilm_numpy import NumpyPass
from lacuna.adapters.embeddings.minilm_weights import Weights
from lacuna.adapters.embeddings.wordpiece import WordPiece
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.identity import Reach
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.usecases.search import Search

SIZES: Final = (10_000, 100_000)
SEARCHES: Final = 60
LIMIT: Final = 100

Floats = npt.NDArray[np.float32]


def run(scale: float) -> list[Row]:
    """Rows for the embedder, then for each size the store and the whole search."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = open_minilm(Path(folder))
        rows = list(_embedder(embedder, Path(folder)))
        for size in SIZES:
            chunks = max(CHUNKS_A_DOCUMENT, int(size * scale))
            rows += asyncio.run(_Store(Path(folder) / f"{chunks}.db", chunks, embedder).measured())
    return rows


class _Store:
    """One filled store and the searches on it."""

    def __init__(self, path: Path, size: int, embedder: MiniLM) -> None:
        self._path = path
        self._size = size
        self._embedder = embedder
        self._corpus = SyntheticPassages(everyday_words(path.parent))
        self._catalogue = InMemoryCatalogue()

    async def measured(self) -> list[Row]:
        vectors = self._corpus.vectors(self._size)
        store = await EmbeddedVectorStore.open(self._path)
        started = time.perf_counter()
        for first in range(0, self._size, CHUNKS_A_DOCUMENT):
            document, items = self._corpus.document(first, vectors[first : first + CHUNKS_A_DOCUMENT])
            await store.replace(document.document_id, self._embedder.fingerprint, items)
            await self._catalogue.put(document, ready=True)
        written = time.perf_counter() - started
        await store.close()
        started = time.perf_counter()
        store = await EmbeddedVectorStore.open(self._path)
        opened = time.perf_counter() - started
        try:
            return [
                self._row("write, durable, a document at a time", self._size / written, "chunks/s"),
                self._row("restart to ready", opened, "s"),
                *await self._searches(store, vectors),
                *await self._hybrid(store),
                await self._removal(store),
            ]
        finally:
            await store.close()

    async def _searches(self, store: EmbeddedVectorStore, vectors: Floats) -> list[Row]:
        probe = vectors[0]
        bare = median_seconds(lambda: np.argpartition(-(vectors @ probe), LIMIT - 1)[:LIMIT], 15)
        fingerprint, corpus = self._embedder.fingerprint, self._corpus
        rows = []
        for name, reach in (("filtered", FILTERED), ("open", OPEN)):

            async def dense(reach: Reach = reach) -> None:
                await store.dense(corpus.vectors(1)[0], fingerprint, reach, LIMIT)

            async def lexical(reach: Reach = reach) -> None:
                await store.lexical(corpus.question(), reach, LIMIT)

            for search, work in (("dense", dense), ("lexical", lexical)):
                median, late = await _timed(work)
                note = f"p95 {late * 1e3:.1f} ms, {LIMIT} passages read from the file"
                rows.append(self._row(f"{search}, {name}", median * 1e3, "ms", "numpy, all rows", median / bare, note))
        return rows

    async def _hybrid(self, store: EmbeddedVectorStore) -> list[Row]:
        """The use case beside its two searches and the embedder without fusion and the second look."""
        embedder, corpus = self._embedder, self._corpus
        search = Search(store, self._catalogue, embedder, embedder.count_tokens)
        rows = []
        for name, reach in (("filtered", FILTERED), ("open", OPEN)):

            async def parts(reach: Reach = reach) -> None:
                async def dense() -> None:
                    [vector] = await asyncio.to_thread(embedder.embed, [question])
                    await store.dense(vector, embedder.fingerprint, reach, LIMIT)

                question = corpus.question()
                await asyncio.gather(store.lexical(question, reach, LIMIT), dense())

            async def whole(reach: Reach = reach) -> None:
                await search.hybrid(corpus.question(), reach, 10)

            beside, _ = await _timed(parts)
            median, late = await _timed(whole)
            note = f"p95 {late * 1e3:.1f} ms"
            rows.append(self._row(f"hybrid, {name}", median * 1e3, "ms", "store + embedder", median / beside, note))
        return rows

    async def _removal(self, store: EmbeddedVectorStore) -> Row:
        started = time.perf_counter()
        await store.remove("d0")
        taken = (time.perf_counter() - started) * 1e3
        return self._row("remove a document", taken, "ms", note="text off the disk")

    def _row(
        self, name: str, value: float, unit: str, beside: str = "", ratio: float | None = None, note: str = ""
    ) -> Row:
        return Row(f"{name}, {self._size:,} chunks", value, unit, beside, ratio, note)


def _embedder(embedder: MiniLM, models_dir: Path) -> Iterator[Row]:
    files = locate(models_dir)
    assert files is not None
    tokenizer = WordPiece.from_lines((files.folder / VOCABULARY).read_text(encoding="utf-8"))
    by_numpy = MiniLM(tokenizer, NumpyPass(Weights.read(files.weights)), "fp32")
    for name, text in (("question of 12 words", "valve " * 12), ("passage of 220 tokens", "valve " * 220)):
        beside = median_seconds(partial(by_numpy.embed, [text]), 9)
        taken = median_seconds(partial(embedder.embed, [text]), 15)
        yield Row(f"embed a {name}, 8 bits", taken * 1e3, "ms", "numpy pass, fp32", taken / beside)


async def _timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Median and 95th percentile of SEARCHES calls, one at a time, in seconds."""
    await work()
    taken = []
    for _ in range(SEARCHES):
        started = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - started)
    return float(np.median(taken)), float(np.percentile(taken, 95))
