"""`POST /search` through a real server over 100,000 passages (at scale 1), beside the bare store with the embedder.

The passages are those of `benchmarks/passages.py`; the asker of "filtered" reads some 5 % of them, the one of "open"
all. The server's store and catalogue are filled directly. Each question is asked of the server, of the use case in this
process, and of the store and the embedder alone, in turns, so that a busy machine is as busy for all three. Recall is
the share of the ten nearest permitted passages by plain numpy that a search by meaning returns.
"""

import asyncio
import http.client
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.calls import post
from benchmarks.http_classify import worker_server
from benchmarks.passages import CHUNKS_A_DOCUMENT, FILTERED, OPEN, SyntheticPassages, everyday_words
from benchmarks.report import Row
from benchmarks.retrieval import LIMIT
from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.tiers import Tier
from lacuna.usecases.search import Search

KEY: Final = "k" * 40
PASSAGES: Final = 100_000
SEARCHES: Final = 200
WARM: Final = 10
"""Searches before those that count."""
TOP: Final = 10
STARTS: Final = 6
PROBES: Final = 50
REACHES: Final = {"filtered": FILTERED, "open": OPEN}


def run(scale: float) -> list[Row]:
    """Rows for both reaches, recall, and the start."""
    passages = max(1_000, int(PASSAGES * scale))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir(mode=0o700)
        asyncio.run(filled(folder / "data", SyntheticPassages(everyday_words(folder)), open_minilm(folder), passages))
        return measured(folder, max(30, int(SEARCHES * scale)))


def measured(folder: Path, searches: int) -> list[Row]:
    """Rows of a folder whose `data` was `filled`."""
    corpus = SyntheticPassages(everyday_words(folder), seed=1)
    starts = []
    for _ in range(STARTS):
        started = time.perf_counter()
        with worker_server(folder, 1, KEY):
            starts.append(time.perf_counter() - started)
    first, *later = starts
    note = f"median of {len(later)}; the first start, which writes the model's graph, {first:.1f} s"
    with worker_server(folder, 1, KEY) as port:
        rows = [Row("restart to listening", statistics.median(later), "s", "", None, note)]
        made = {"name": f"asker {time.time_ns()}", "groups": ["group-1", "group-2"], "clearance": "INTERNAL"}
        token = json.loads(post(port, "/api/v1/admin/api-keys", made, KEY))["token"]
        for reach, key in (("filtered", token), ("open", KEY)):
            questions = [corpus.question() for _ in range(searches + WARM)]
            rows += asyncio.run(_in_turns(folder, port, key, reach, questions))
    return [*rows, asyncio.run(_recall(folder))]


async def filled(folder: Path, corpus: SyntheticPassages, embedder: MiniLM, passages: int) -> None:
    """Writes the data folder."""
    storage = await open_storage(folder, FileKeyRing(folder), create=True)
    store = await EmbeddedVectorStore.open(folder / "passages.db")
    try:
        vectors = corpus.vectors(passages)
        for first in range(0, passages, CHUNKS_A_DOCUMENT):
            document, items = corpus.document(first, vectors[first : first + CHUNKS_A_DOCUMENT])
            await store.replace(document.document_id, embedder.fingerprint, items)
            await storage.catalogue.put(document, ready=True)
    finally:
        await store.close()
        await storage.close()


async def _in_turns(folder: Path, port: int, key: str, reach: str, questions: list[str]) -> list[Row]:
    data, embedder, permitted = folder / "data", open_minilm(folder), REACHES[reach]
    storage = await open_storage(data, FileKeyRing(data), create=False)
    store = await EmbeddedVectorStore.open(data / "passages.db")
    search = Search(store, storage.catalogue, embedder, embedder.count_tokens)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    async def through_http(question: str) -> None:
        await asyncio.to_thread(_search, connection, key, question)

    async def use_case(question: str) -> None:
        await search.hybrid(question, permitted, TOP)

    async def bare(question: str) -> None:
        async def dense() -> None:
            [vector] = await asyncio.to_thread(embedder.embed, [question])
            await store.dense(vector, embedder.fingerprint, permitted, LIMIT)

        await asyncio.gather(store.lexical(question, permitted, LIMIT), dense())

    ways: dict[str, Callable[[str], Awaitable[None]]] = {"http": through_http, "use case": use_case, "bare": bare}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for question in questions:
            for name, way in ways.items():
                started = time.perf_counter()
                await way(question)
                taken[name].append(time.perf_counter() - started)
    finally:
        connection.close()
        await store.close()
        await storage.close()
    return list(_rows(reach, {name: np.array(times[WARM:]) for name, times in taken.items()}))


def _rows(reach: str, taken: dict[str, npt.NDArray[np.float64]]) -> Iterator[Row]:
    bare = float(np.median(taken["bare"]))
    yield Row(f"store + embedder alone, {reach}, p50", bare * 1e3, "ms", "", None)
    for name, way in (("hybrid search in process", "use case"), ("POST /search", "http")):
        median, late = np.percentile(taken[way], [50, 95])
        ratio = float(np.median(taken[way] / taken["bare"]))
        note = f"p95 {late * 1e3:.1f} ms, quickest {taken[way].min() * 1e3:.1f} ms"
        yield Row(f"{name}, {reach}, p50", float(median) * 1e3, "ms", "store + embedder", ratio, note)


async def _recall(folder: Path) -> Row:
    """Of searches by meaning under the filter, against all vectors in the file and the domain's own rule."""
    path = folder / "data" / "passages.db"
    with sqlite3.connect(path) as connection:
        stored = connection.execute(
            """SELECT c.chunk_id, u.tier, u.groups, v.vector FROM chunks c JOIN access a ON a.chunk = c.chunk
            JOIN audiences u ON u.audience = a.audience JOIN vectors v ON v.chunk = c.chunk"""
        ).fetchall()
    kept = [(name, blob) for name, tier, groups, blob in stored if FILTERED.permits(Tier(tier), json.loads(groups))]
    names, vectors = [name for name, _ in kept], np.stack([np.frombuffer(blob, "<f4") for _, blob in kept])
    store, fingerprint = await EmbeddedVectorStore.open(path), open_minilm(folder).fingerprint
    hit = 0
    try:
        for probe in SyntheticPassages([""], seed=2).vectors(PROBES):
            found = await store.dense(probe, fingerprint, FILTERED, TOP)
            nearest = {names[row] for row in np.argsort(-(vectors @ probe))[:TOP]}
            hit += len(nearest & {scored.chunk.chunk_id for scored in found})
    finally:
        await store.close()
    note = f"{len(kept):,} of {len(stored):,} passages permitted"
    return Row(f"recall@{TOP} by meaning, filtered", hit / (PROBES * TOP), "", "exact, numpy", None, note)


def _search(connection: http.client.HTTPConnection, key: str, question: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/api/v1/search", json.dumps({"query": question}), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"a search answered {answer.status}")
