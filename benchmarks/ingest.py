"""Chunks a second through the whole of ingest, beside the embedder alone on the same passages in the same run.

Ingest parses in children, cuts, classifies with the heuristic layer, embeds and writes durably to SQLite; the embedder
alone gets the same batches on the same number of threads. The documents are made up.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.sources.folder import FolderSource
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.chunking import embedded_text
from lacuna.domain.classification import Classification, Question, Strategy, classify
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.prepare import EMBED_BATCH, WORKERS
from lacuna.usecases.take_in import TakeIn
from lacuna.usecases.upload import Declared

WHO = Principal("bench", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "bench", reads_all_groups=True)
WORDS = (
    "the a of to and in is for with on pump sensor gateway valve pressure limit alarm reading speed band network token "
    "service deployment customer report week measured configured replaced checked version release schedule manual"
).split()


ROUNDS = 4


@dataclass(frozen=True)
class _Round:
    """Wall-clock and processor seconds of ingest and of the embedder alone."""

    chunks: int
    seconds: float
    busy: float
    alone_seconds: float
    alone_busy: float


def run(scale: float) -> list[Row]:
    """`scale` 1.0 ingests 200 documents of about 1,000 words."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_run(Path(folder), max(8, round(200 * scale))))


async def _run(folder: Path, documents: int) -> list[Row]:
    corpus = folder / "corpus"
    parts = [corpus / str(number) for number in range(ROUNDS)]
    for number, part in enumerate(parts):
        write_corpus(part, documents // ROUNDS, number)
    embedder = open_minilm(folder / "models")
    keys = FileKeyRing(folder)
    storage = await open_storage(folder, keys)
    store = await EmbeddedVectorStore.open(folder / "passages.db")
    layer = HeuristicLayer(TermSet(projects=("Lanternfish",), customers=("Aldbrook Water",)))

    def classified(text: str) -> Classification:
        return classify(text, [layer.examine(Question(text))], Strategy.BALANCED, "bench")

    async with ChildProcessParser() as parser:
        ingest = Ingest(
            parser=parser,
            chunk=Chunker(embedder.count_tokens),
            classify=classified,
            ruleset=lambda: "bench",
            strategy=Strategy.BALANCED,
            embedder=embedder,
            store=store,
            catalogue=storage.catalogue,
            items=storage.source_items,
            ledger=storage.ledger,
            keys=keys,
            clock=SystemClock(),
            ids=TimeOrderedIds(),
            max_file_bytes=1 << 20,
        )
        rounds = [await _round(ingest, parser, embedder, part) for part in parts]
        _, again, _ = await _folder(ingest, corpus)
        started = time.perf_counter()
        for _ in range(200):
            await parser.parse(b"# Title\n\nA short text.\n", "a.md")
        small = (time.perf_counter() - started) / 200
    await store.close()
    await storage.close()
    chunks = sum(one.chunks for one in rounds)
    seconds = sum(one.seconds for one in rounds)
    each, alone_each = (
        sum(busy) / chunks * 1000 for busy in zip(*((r.busy, r.alone_busy) for r in rounds), strict=True)
    )
    ratio = statistics.median(one.alone_seconds / one.seconds for one in rounds)
    alone = chunks / sum(one.alone_seconds for one in rounds)
    return [
        Row(
            "ingest, new documents", chunks / seconds, "chunks/s", "embedder alone", ratio, f"median of {ROUNDS} rounds"
        ),
        Row("embedder alone", alone, "chunks/s", "", None, f"{WORKERS} threads, batches of {EMBED_BATCH}"),
        Row(
            "ingest, processor time", each, "ms/chunk", "embedder alone", each / alone_each, "without parsing children"
        ),
        Row("embedder alone, processor time", alone_each, "ms/chunk", "", None),
        Row("ingest again, unchanged", documents / again, "files/s", "new documents", seconds / again),
        Row("parse a small file in a warm child", small * 1000, "ms", "", None),
    ]


async def _round(ingest: Ingest, parser: ChildProcessParser, embedder: MiniLM, folder: Path) -> _Round:
    """One part of the corpus, the embedder alone before and after, so that a neighbour's load hits both alike."""
    passages = await _passages(parser, embedder, folder)
    before = await asyncio.to_thread(_embed_alone, embedder, passages)
    chunks, seconds, busy = await _folder(ingest, folder)
    after = await asyncio.to_thread(_embed_alone, embedder, passages)
    assert chunks == len(passages)
    return _Round(chunks, seconds, busy, (before[0] + after[0]) / 2, (before[1] + after[1]) / 2)


async def _passages(parser: ChildProcessParser, embedder: MiniLM, corpus: Path) -> list[str]:
    chunk = Chunker(embedder.count_tokens)
    texts = []
    for path in sorted(corpus.iterdir()):  # noqa: ASYNC240  not measured
        parsed = await parser.parse(path.read_bytes(), path.name)
        texts += [embedded_text(parsed.title, piece.heading, piece.text) for piece in chunk(parsed)]
    return texts


async def _folder(ingest: Ingest, corpus: Path) -> tuple[int, float, float]:
    started, busy, chunks = time.perf_counter(), time.process_time(), 0
    async for outcome in TakeIn(ingest).run(FolderSource([corpus]), Declared(), WHO):
        assert outcome.error is None
        chunks += outcome.chunks
    return chunks, time.perf_counter() - started, time.process_time() - busy


def _embed_alone(embedder: MiniLM, texts: Sequence[str]) -> tuple[float, float]:
    started, busy = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WORKERS) as threads:
        batches = (texts[start : start + EMBED_BATCH] for start in range(0, len(texts), EMBED_BATCH))
        list(threads.map(embedder.embed, batches))
    return time.perf_counter() - started, time.process_time() - busy


def write_corpus(folder: Path, documents: int, seed: int) -> None:
    folder.mkdir(parents=True)
    source = random.Random(seed)
    for number in range(documents):
        parts = [f"# Manual {number}\n"]
        for section in range(5):
            sentences = (" ".join(source.choices(WORDS, k=12)).capitalize() + "." for _ in range(17))
            parts.append(f"## Section {section}\n\n{' '.join(sentences)}\n")
        (folder / f"manual-{number:04}.md").write_text("\n".join(parts))
