"""What many passages cost: memory while they are taken in, a run over what did not change, and the next start.

Everything is as in the product but for the embedder, which looks vectors up: computing 100,000 takes half an hour and
none of what is measured here. The same documents are taken in twice: with the embedded store and the fingerprint index,
which keep an index of every passage in memory, and with a store elsewhere and no such index, which shows what ingest
itself takes. Documents are made up.
"""

import asyncio
import os
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ingest import WHO, write_corpus
from benchmarks.report import Row
from lacuna.adapters.classifiers.fingerprint import KeyedFingerprinter
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.sources.folder import FolderSource
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.fingerprints import SqliteFingerprints
from lacuna.adapters.storage.folder_lock import FolderSourceRuns
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.classification import Classification, Question, Strategy, classify
from lacuna.domain.retrieval import Chunk
from lacuna.domain.synchronising import Deletions
from lacuna.ports.embeddings import Vectors
from lacuna.ports.vectors import IndexedChunk
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.synchronise import Synchronise
from lacuna.usecases.upload import Declared
from lacuna.wiring.build import open_application

DIMENSION = 384


class LookedUp:
    """An `Embedder` of a few hundred vectors."""

    local, fingerprint, dimension = True, "looked-up", DIMENSION

    def __init__(self) -> None:
        vectors = np.random.default_rng(1).standard_normal((997, DIMENSION)).astype(np.float32)
        self._vectors: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows: Vectors = self._vectors[[zlib.crc32(text.encode()) % len(self._vectors) for text in texts]]
        return rows


class Elsewhere:
    """What ingest asks of a `VectorStore`, answered by one that keeps nothing here."""

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        self._last = chunks[-1].chunk

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        return [self._last]

    async def close(self) -> None:
        pass


@dataclass(frozen=True)
class _Grown:
    """Passages, and resident bytes after half of them and at the end."""

    early: tuple[int, int]
    late: tuple[int, int]
    again_s: float

    @property
    def each(self) -> float:
        """Bytes a passage."""
        return (self.late[1] - self.early[1]) / (self.late[0] - self.early[0])


def run(scale: float) -> list[Row]:
    """`scale` 1.0 takes in 10,000 documents with 100,000 passages."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_run(Path(folder), max(80, round(10_000 * scale))))


async def _run(folder: Path, documents: int) -> list[Row]:
    write_corpus(folder / "corpus", documents, 1)
    empty = await _start(folder / "empty")
    itself = await _taken_in(folder, "elsewhere", documents)
    grown = await _taken_in(folder, "data", documents)
    again = await _start(folder / "data")
    passages = grown.late[0]
    return [
        Row(
            "memory of a passage, store elsewhere",
            itself.each / 1024,
            "KB",
            "embedded store",
            itself.each / grown.each,
            f"resident; at the end {itself.late[1] / 1e6:.0f} MB",
        ),
        Row(
            "memory of a passage, embedded store",
            grown.each / 1024,
            "KB",
            "its vector",
            grown.each / (4 * DIMENSION),
            "with fingerprints",
        ),
        Row("memory at the end", grown.late[1] / 1e6, "MB", "", None, f"{passages:,} passages"),
        Row("synchronise again, unchanged", documents / grown.again_s, "files/s", "", None),
        Row(f"start with {passages:,} passages", again, "s", "an empty store", again / empty, "modules imported"),
    ]


async def _taken_in(folder: Path, name: str, documents: int) -> _Grown:
    data = folder / name
    data.mkdir()
    keys = FileKeyRing(data)
    storage = await open_storage(data, keys)
    store: Any = Elsewhere()
    fingerprinter = index = None
    if name != "elsewhere":
        store = await EmbeddedVectorStore.open(data / "passages.db")
        fingerprinter = KeyedFingerprinter(keys.derived("fingerprints"), f"{keys.hmac_key_id}-derived")
        index = await SqliteFingerprints.open(data, fingerprinter.scheme)
    layer = HeuristicLayer(TermSet(projects=("Lanternfish",)))

    def classified(text: str) -> Classification:
        return classify(text, [layer.examine(Question(text))], Strategy.BALANCED, "bench")

    async with ChildProcessParser() as parser:
        ingest = Ingest(
            parser=parser,
            chunk=Chunker(),
            classify=classified,
            ruleset=lambda: "bench",
            strategy=Strategy.BALANCED,
            embedder=LookedUp(),
            store=store,
            catalogue=storage.catalogue,
            items=storage.source_items,
            ledger=storage.ledger,
            keys=keys,
            clock=SystemClock(),
            ids=TimeOrderedIds(),
            max_file_bytes=1 << 20,
            fingerprints=index,
            fingerprinter=fingerprinter,
        )
        runs = FolderSourceRuns(data)
        synchronise = Synchronise(ingest, storage.source_items, runs, storage.catalogue, storage.ledger, SystemClock())
        passages, early = 0, (0, 0)
        source = FolderSource([folder / "corpus"])
        done = 0
        async for outcome in synchronise.run(source, Declared(), WHO, Deletions()):
            assert outcome.error is None
            passages, done = passages + outcome.chunks, done + 1
            if done == documents // 2:
                early = (passages, _resident())
        late = (passages, _resident())
        started = time.perf_counter()
        async for outcome in synchronise.run(source, Declared(), WHO, Deletions()):
            assert outcome.status == "unchanged"
        seconds = time.perf_counter() - started
    if index is not None:
        await index.close()
    await store.close()
    await storage.close()
    return _Grown(early, late, seconds)


async def _start(data: Path) -> float:
    """Seconds until an application on this data folder is ready; the second time, as the first builds the model."""
    seconds = 0.0
    for _ in range(2):
        started = time.perf_counter()
        async with open_application({"storage.data_path": str(data)}, passages_needed=False):
            seconds = time.perf_counter() - started
    return seconds


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
