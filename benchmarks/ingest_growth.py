"""What many passages cost: memory while they are taken in, a run over what did not change, and the next start.

Everything is as in the product but for the embedder, which looks vectors up: computing 100,000 takes a quarter of an
hour and none of what is measured here. Documents are made up.
"""

import asyncio
import os
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

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
from lacuna.domain.synchronising import Deletions
from lacuna.ports.embeddings import Vectors
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


def run(scale: float) -> list[Row]:
    """`scale` 1.0 takes in 10,000 documents with 100,000 passages."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_run(Path(folder), max(80, round(10_000 * scale))))


async def _run(folder: Path, documents: int) -> list[Row]:
    write_corpus(folder / "corpus", documents, 1)
    empty = await _start(folder / "empty")
    passages, early, late, seconds = await _taken_in(folder, documents)
    again = await _start(folder / "data")
    grown = (late[1] - early[1]) / (late[0] - early[0])
    return [
        Row("memory of a passage taken in", grown / 1024, "KB", "its vector", grown / (4 * DIMENSION), "resident"),
        Row("memory at the end", late[1] / 1e6, "MB", "", None, f"{passages:,} passages"),
        Row("synchronise again, unchanged", documents / seconds, "files/s", "", None),
        Row(f"start with {passages:,} passages", again, "s", "an empty store", again / empty, "modules imported"),
    ]


async def _taken_in(folder: Path, documents: int) -> tuple[int, tuple[int, int], tuple[int, int], float]:
    """Passages; passages and resident bytes after a fifth and at the end; seconds of a second run."""
    data = folder / "data"
    data.mkdir()
    keys = FileKeyRing(data)
    storage = await open_storage(data, keys)
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
        runs = FolderSourceRuns(folder)
        synchronise = Synchronise(ingest, storage.source_items, runs, storage.catalogue, storage.ledger, SystemClock())
        passages, early = 0, (0, 0)
        source = FolderSource([folder / "corpus"])
        done = 0
        async for outcome in synchronise.run(source, Declared(), WHO, Deletions()):
            assert outcome.error is None
            passages, done = passages + outcome.chunks, done + 1
            if done == documents // 5:
                early = (passages, _resident())
        late = (passages, _resident())
        started = time.perf_counter()
        async for outcome in synchronise.run(source, Declared(), WHO, Deletions()):
            assert outcome.status == "unchanged"
        seconds = time.perf_counter() - started
    await index.close()
    await store.close()
    await storage.close()
    return passages, early, late, seconds


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
