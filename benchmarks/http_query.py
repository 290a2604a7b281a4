"""`POST /query` and `POST /search` through a real server, one connection, beside `POST /classify` in the same run.

Questions are unique, the decision and the outcome durable, answers extracted; no language model.
"""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.calls import add_halls, post
from benchmarks.http_classify import lacuna_server
from benchmarks.report import Row

DOCUMENTS = 200


def run(scale: float) -> list[Row]:
    """Medians over a small corpus of documents with one fact each."""
    with tempfile.TemporaryDirectory() as name, lacuna_server(Path(name)) as port:
        count = max(20, int(DOCUMENTS * scale))
        add_halls(port, count)
        asked = max(30, int(300 * scale))
        classify = _median(port, "/api/v1/classify", asked, count)
        search = _median(port, "/api/v1/search", asked, count)
        query = _median(port, "/api/v1/query", asked, count)
    return [
        Row("classify, 1 connection, p50", classify * 1e3, "ms", "", None),
        Row("search, 1 connection, p50", search * 1e3, "ms", "classify", search / classify),
        Row("query, 1 connection, p50", query * 1e3, "ms", "search", query / search, f"{count} documents, extractive"),
    ]


def _median(port: int, path: str, asked: int, documents: int) -> float:
    taken = []
    for number in range(asked):
        question = f"Which pump does hall {number % documents} have, and when does it stop? ({path} {number})"
        started = time.perf_counter()
        post(port, path, {"query": question})
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
