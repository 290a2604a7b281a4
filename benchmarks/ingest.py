"""Chunks a second through the whole of ingest, beside the embedder alone on the same passages in the same run.

Ingest parses in children, cuts, classifies with the heuristic layer, hashes for the fingerprint index, embeds and
writes durably to SQLite; the embedder alone gets the same passages on the same number of threads. The documents are
made up. What the embedder computes stands beside a plain matrix product in fp32, so that one sees what this machine's
cores could do at all.
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

import numpy as np

from benchmarks.report import Row
from lacuna.adapters.classifiers.fingerprint import KeyedFingerprinter
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.adapters.embeddings.minilm import SEQUENCE_LIMIT, MiniLM, open_minilm
from lacuna.adapters.embeddings.minilm_weights import DIMENSION, LAYERS
from lacuna.adapters.parsers.child_process import ChildProcessParser
from lacuna.adapters.parsers.chunker import Chunker
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.sources.folder import FolderSource
from lacuna.adapters.storage.clock import SystemClock, TimeOrderedIds
from lacuna.adapters.storage.fingerprints import SqliteFingerprints
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


ROUNDS = 8
PRODUCT = 1_536
"""Rows and columns of the matrices whose product is measured."""


@dataclass(frozen=True)
class _Round:
    """Wall-clock and processor seconds of ingest and of the embedder alone; `operations` are the embedder's."""

    chunks: int
    operations: float
    seconds: float
    busy: float
    alone_seconds: float
    alone_busy: float


def run(scale: float) -> list[Row]:
    """`scale` 1.0 ingests 200 documents of about 1,000 words."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        return asyncio.run(_run(Path(folder), max(ROUNDS, round(200 * scale))))


async def _run(folder: Path, documents: int) -> list[Row]:
    corpus = folder / "corpus"
    parts = [corpus / str(number) for number in range(ROUNDS)]
    for number, part in enumerate(parts):
        write_corpus(part, documents // ROUNDS, number)
    embedder = open_minilm(folder / "models")
    keys = FileKeyRing(folder)
    storage = await open_storage(folder, keys)
    store = await EmbeddedVectorStore.open(folder / "passages.db")
    fingerprinter = KeyedFingerprinter(keys.derived("fingerprints"), f"{keys.hmac_key_id}-derived")
    index = await SqliteFingerprints.open(folder, fingerprinter.scheme)
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
            fingerprints=index,
            fingerprinter=fingerprinter,
        )
        rounds = [await _round(ingest, parser, embedder, part) for part in parts]
        _, again, _ = await _folder(ingest, corpus)
        started = time.perf_counter()
        for _ in range(200):
            await parser.parse(b"# Title\n\nA short text.\n", "a.md")
        small = (time.perf_counter() - started) / 200
    await index.close()
    await store.close()
    await storage.close()
    unchanged = documents // ROUNDS * ROUNDS
    return [
        *_rates(rounds),
        *_arithmetic(rounds),
        Row("ingest again, unchanged", unchanged / again, "files/s", "", None),
        Row("parse a small file in a warm child", small * 1000, "ms", "", None),
    ]


def _rates(rounds: Sequence[_Round]) -> list[Row]:
    chunks = sum(one.chunks for one in rounds)
    wall = statistics.median(one.alone_seconds / one.seconds for one in rounds)
    busy = statistics.median(one.busy / one.alone_busy for one in rounds)
    of = f"median of {ROUNDS} rounds"
    return [
        Row(
            "ingest, new documents", chunks / sum(one.seconds for one in rounds), "chunks/s", "embedder alone", wall, of
        ),
        Row(
            "embedder alone", chunks / sum(r.alone_seconds for r in rounds), "chunks/s", "", None, f"{WORKERS} threads"
        ),
        Row(
            "ingest, processor time",
            sum(one.busy for one in rounds) / chunks * 1000,
            "ms/chunk",
            "embedder alone",
            busy,
            f"{of}; without parsing children",
        ),
        Row("embedder alone, processor time", sum(r.alone_busy for r in rounds) / chunks * 1000, "ms/chunk", "", None),
    ]


def _arithmetic(rounds: Sequence[_Round]) -> list[Row]:
    """What a chunk costs in multiplications and additions, and how many of them a core does in a second."""
    operations, product = sum(one.operations for one in rounds), _matrix_product()
    rate = operations / sum(one.alone_busy for one in rounds)
    chunks = sum(one.chunks for one in rounds)
    return [
        Row("operations of a chunk", operations / chunks / 1e9, "G", "", None, "multiplications and additions"),
        Row("embedder, of a core", rate / 1e9, "G/s", "fp32 matrix product", rate / product, "8-bit integers"),
        Row("fp32 matrix product, of a core", product / 1e9, "G/s", "", None, f"numpy, {PRODUCT} x {PRODUCT}"),
    ]


def _matrix_product() -> float:
    """Operations in a second of processor time, by however many threads."""
    matrix = np.random.default_rng(1).random((PRODUCT, PRODUCT), dtype=np.float32)
    rates = []
    for _ in range(8):
        busy = time.process_time()
        matrix @ matrix
        rates.append(2 * PRODUCT**3 / (time.process_time() - busy))
    return max(rates)


def _operations(tokens: int) -> int:
    """Of a text with so many tokens: products with weights (four of DIMENSION squared and two four times as large, a
    token and layer) and between tokens; two for each multiplication."""
    return 2 * LAYERS * tokens * (12 * DIMENSION**2 + 2 * tokens * DIMENSION)


async def _round(ingest: Ingest, parser: ChildProcessParser, embedder: MiniLM, folder: Path) -> _Round:
    """One part of the corpus, half of it by the embedder alone before and half after, so that a neighbour's load hits
    both alike."""
    passages = await _passages(parser, embedder, folder)
    before = await asyncio.to_thread(_embed_alone, embedder, passages[::2])
    chunks, seconds, busy = await _folder(ingest, folder)
    after = await asyncio.to_thread(_embed_alone, embedder, passages[1::2])
    assert chunks == len(passages)
    operations = sum(_operations(min(SEQUENCE_LIMIT, embedder.count_tokens(text) + 2)) for text in passages)
    return _Round(chunks, operations, seconds, busy, before[0] + after[0], before[1] + after[1])


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
    """In batches as ingest makes them, each thread its share."""
    started, busy = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WORKERS) as threads:
        size = min(EMBED_BATCH, -(-len(texts) // WORKERS))
        batches = (texts[start : start + size] for start in range(0, len(texts), size))
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
