"""Chunks a second through the whole of ingest, beside the embedder alone on the same passages in the same run.

Ingest parses in children, cuts, classifies with the heuristic layer, embeds and writes durably to SQLite; the embedder
alone gets the same batches on the same number of threads. The documents are made up.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.report import Row
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.chunking import embedded_text
from lacuna.domain.classification import Classification, Question, Strategy, classify
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.prepare import EMBED_BATCH, WORKERS
from lacuna.usecases.upload import Declared

WHO = Principal("bench", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "bench", reads_all_groups=True)
WORDS = (
    "the a of to and in is for with on pump sensor gateway valve pressure limit alarm reading speed band network token "
    "service deployment customer report week measured configured replaced checked version release schedule manual"
).split()


def run(scale: float) -> list[Row]:
    """`scale` 1.0 ingests 200 documents of about 1,000 words."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_run(Path(folder), max(8, round(200 * scale))))


async def _run(folder: Path, documents: int) -> list[Row]:
    corpus = folder / "corpus"
    _write_corpus(corpus, documents)
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
            ruleset="bench",
            embedder=embedder,
            store=store,
            catalogue=storage.catalogue,
            ledger=storage.ledger,
            keys=keys,
            clock=SystemClock(),
            ids=TimeOrderedIds(),
            max_file_bytes=1 << 20,
        )
        passages = await _passages(parser, embedder, corpus)
        before = await asyncio.to_thread(_embed_alone, embedder, passages)
        chunks, seconds, busy = await _folder(ingest, corpus)
        after = await asyncio.to_thread(_embed_alone, embedder, passages)
        _, again, _ = await _folder(ingest, corpus)
        started = time.perf_counter()
        for _ in range(200):
            await parser.parse(b"# Title\n\nA short text.\n", "a.md")
        small = (time.perf_counter() - started) / 200
    await store.close()
    await storage.close()
    alone = 2 * len(passages) / (before[0] + after[0])
    alone_busy = (before[1] + after[1]) / 2 / len(passages) * 1000
    each = busy / chunks * 1000
    return [
        Row("ingest, new documents", chunks / seconds, "chunks/s", "the embedder alone", chunks / seconds / alone),
        Row(
            "ingest, processor time", each, "ms/chunk", "the embedder alone", each / alone_busy, "without the children"
        ),
        Row(
            "embedder alone, processor time", alone_busy, "ms/chunk", "", None, "does not depend on the load by others"
        ),
        Row("embedder alone", alone, "chunks/s", "", None, f"{WORKERS} threads, batches of {EMBED_BATCH}"),
        Row("ingest again, unchanged", documents / again, "files/s", "new documents", seconds / again),
        Row("parse a small file in a warm child", small * 1000, "ms", "", None),
    ]


async def _passages(parser: ChildProcessParser, embedder: MiniLM, corpus: Path) -> list[str]:
    chunk = Chunker(embedder.count_tokens)
    texts = []
    for path in sorted(corpus.iterdir()):  # noqa: ASYNC240  not measured
        parsed = await parser.parse(path.read_bytes(), path.name)
        texts += [embedded_text(parsed.title, piece.heading, piece.text) for piece in chunk(parsed)]
    return texts


async def _folder(ingest: Ingest, corpus: Path) -> tuple[int, float, float]:
    started, busy, chunks = time.perf_counter(), time.process_time(), 0
    async for outcome in ingest.folder([corpus], Declared(), WHO):
        assert outcome.error is None
        chunks += outcome.chunks
    return chunks, time.perf_counter() - started, time.process_time() - busy


def _embed_alone(embedder: MiniLM, texts: Sequence[str]) -> tuple[float, float]:
    started, busy = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WORKERS) as threads:
        batches = (texts[start : start + EMBED_BATCH] for start in range(0, len(texts), EMBED_BATCH))
        list(threads.map(embedder.embed, batches))
    return time.perf_counter() - started, time.process_time() - busy


def _write_corpus(folder: Path, documents: int) -> None:
    folder.mkdir()
    source = random.Random(7)
    for number in range(documents):
        parts = [f"# Manual {number}\n"]
        for section in range(5):
            sentences = (" ".join(source.choices(WORDS, k=12)).capitalize() + "." for _ in range(17))
            parts.append(f"## Section {section}\n\n{' '.join(sentences)}\n")
        (folder / f"manual-{number:04}.md").write_text("\n".join(parts))
