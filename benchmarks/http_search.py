"""`POST /search` through a real server over 100,000 passages (at scale 1), beside the bare store with the embedder.

The passages are those of the benchmark `retrieval`; the asker of "filtered" reads some 5 % of them, the development
user of "open" all. The server's store and catalogue are filled directly.
"""

import asyncio
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.http_classify import worker_server
from benchmarks.passages import CHUNKS_A_DOCUMENT, FILTERED, OPEN, SyntheticPassages, everyday_words
from benchmarks.report import Row
from benchmarks.retrieval import LIMIT
from lacuna.adapters.embeddings.minilm import MiniLM, open_minilm
from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.domain.identity import Reach

KEY: Final = "k" * 40
PASSAGES: Final = 100_000
SEARCHES: Final = 200
REACHES: Final = {"filtered": FILTERED, "open": OPEN}


def run(scale: float) -> list[Row]:
    """Rows for both reaches."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir(mode=0o700)
        corpus = SyntheticPassages(everyday_words(folder))
        embedder = open_minilm(folder)
        beside = asyncio.run(filled(folder / "data", corpus, embedder, max(1_000, int(PASSAGES * scale))))
        started = time.perf_counter()
        rows = []
        with worker_server(folder, 1, KEY) as port:
            ready = time.perf_counter() - started
            made = {"name": "asker", "groups": ["group-1", "group-2"], "clearance": "INTERNAL"}
            token = json.loads(_post(port, KEY, "/api/v1/admin/api-keys", made))["token"]
            for reach, key in (("filtered", token), ("open", KEY)):
                asked = [_seconds(port, key, corpus.question()) for _ in range(max(30, int(SEARCHES * scale)))][10:]
                median, late = statistics.median(asked), float(np.percentile(asked, 95))
                note = f"p95 {late * 1e3:.1f} ms"
                ratio = median / beside[reach]
                rows.append(Row(f"POST /search, {reach}, p50", median * 1e3, "ms", "store + embedder", ratio, note))
        return [*rows, Row("start to listening", ready, "s", "", None, f"{int(PASSAGES * scale):,} passages")]


async def filled(folder: Path, corpus: SyntheticPassages, embedder: MiniLM, passages: int) -> dict[str, float]:
    """Writes the data folder; returns the median seconds of the bare searches in it, by reach."""
    storage = await open_storage(folder, FileKeyRing(folder), create=True)
    store = await EmbeddedVectorStore.open(folder / "passages.db")
    try:
        vectors = corpus.vectors(passages)
        for first in range(0, passages, CHUNKS_A_DOCUMENT):
            document, items = corpus.document(first, vectors[first : first + CHUNKS_A_DOCUMENT])
            await store.replace(document.document_id, embedder.fingerprint, items)
            await storage.catalogue.put(document, ready=True)
        return {name: await _bare(store, corpus, embedder, reach) for name, reach in REACHES.items()}
    finally:
        await store.close()
        await storage.close()


async def _bare(store: EmbeddedVectorStore, corpus: SyntheticPassages, embedder: MiniLM, reach: Reach) -> float:
    taken = []
    for _ in range(40):
        question = corpus.question()

        async def dense(question: str = question) -> None:
            [vector] = await asyncio.to_thread(embedder.embed, [question])
            await store.dense(vector, embedder.fingerprint, reach, LIMIT)

        started = time.perf_counter()
        await asyncio.gather(store.lexical(question, reach, LIMIT), dense())
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _seconds(port: int, key: str, question: str) -> float:
    started = time.perf_counter()
    _post(port, key, "/api/v1/search", {"query": question})
    return time.perf_counter() - started


def _post(port: int, key: str, path: str, body: Mapping[str, object]) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        read = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path} answered {answer.status}")
        return read
    finally:
        connection.close()
