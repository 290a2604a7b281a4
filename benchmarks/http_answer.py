"""`POST /query` over 10,000 passages (at scale 1), decision and outcome durable: whole answers without a model, and the
first piece of a streamed one beside the same search and a direct call to the same model server.

The model server is a stand-in that answers at once, so what is left is what Lacuna adds. All kinds of request are made
in turns, each on a connection of its own; the questions are unique.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from benchmarks.calls import model_server, post
from benchmarks.http_classify import worker_server
from benchmarks.http_search import KEY, filled
from benchmarks.passages import SyntheticPassages, everyday_words
from benchmarks.report import Row
from lacuna.adapters.embeddings.minilm import open_minilm
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.openai_chat import STREAM_HEADERS, answer

PASSAGES: Final = 10_000
QUESTIONS: Final = 200
WARM: Final = 10
_REPLY: Final = Reply(answer(("Hall 7 ", "has one ", "[1].")), headers=STREAM_HEADERS)
_CHAT: Final = {"model": "double", "stream": True, "messages": [{"role": "user", "content": "Which one?"}]}


def run(scale: float) -> list[Row]:
    """Medians and 95th percentiles."""
    passages, asked = max(1_000, int(PASSAGES * scale)), WARM + max(30, int(QUESTIONS * scale))
    with tempfile.TemporaryDirectory() as name, model_server(_REPLY) as model:
        folder = Path(name)
        (folder / "data").mkdir(mode=0o700)
        corpus = SyntheticPassages(everyday_words(folder))
        asyncio.run(filled(folder / "data", corpus, open_minilm(folder), passages))
        with worker_server(folder, 1, KEY) as port:
            search, query = _in_turns(corpus, asked, [_whole(port, "search"), _whole(port, "query")])
        given = {"LACUNA_LLM__BACKEND": "openai", "LACUNA_LLM__ENDPOINT": model, "LACUNA_LLM__MODEL": "double"}
        with worker_server(folder, 1, KEY, **given) as port:
            kinds = [_whole(port, "search"), _direct(model), _streamed(port)]
            found, direct, first = _in_turns(corpus, asked, kinds)
    beside = statistics.median(found) + statistics.median(direct)
    later = statistics.median(first) - beside
    return [
        _row("search, p50", search, "", None, f"{passages:,} passages, all readable"),
        _row("query without a model, p50", query, "search", statistics.median(search), "extractive"),
        _row(
            "first piece of a streamed answer, p50", first, "search + a direct call", beside, f"{later * 1e3:+.1f} ms"
        ),
    ]


def _row(what: str, taken: list[float], beside: str, seconds: float | None, note: str) -> Row:
    median, late = statistics.median(taken), float(np.percentile(taken, 95))
    ratio = None if seconds is None else median / seconds
    return Row(what, median * 1e3, "ms", beside, ratio, f"p95 {late * 1e3:.1f} ms; {note}")


def _in_turns(corpus: SyntheticPassages, asked: int, kinds: list[Callable[[str], object]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in kinds]
    for _ in range(asked):
        for kind, seconds in zip(kinds, taken, strict=True):
            question = corpus.question()
            started = time.perf_counter()
            kind(question)
            seconds.append(time.perf_counter() - started)
    return [seconds[WARM:] for seconds in taken]


def _whole(port: int, path: str) -> Callable[[str], object]:
    return lambda question: post(port, f"/api/v1/{path}", {"query": question}, KEY)


def _streamed(port: int) -> Callable[[str], object]:
    return lambda question: post(port, "/api/v1/query", {"query": question, "stream": True}, KEY, until=b"event: delta")


def _direct(model: str) -> Callable[[str], object]:
    address = urlsplit(model)
    host, port = address.hostname or "", address.port or 80
    return lambda _: post(port, "/v1/chat/completions", _CHAT, host=host, until=b'"content"')
