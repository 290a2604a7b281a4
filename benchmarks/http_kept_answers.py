"""`POST /query` with an answer that is kept, beside extracted answers and beside a model that answers at once.

Two servers in the same run, asked in turns over the same documents, one connection: one without a model, one with a
stand-in for a model server that takes no time of its own. What a real model takes comes on top of the second figure.
"""

import asyncio
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.http_classify import lacuna_server
from benchmarks.report import Row
from lacuna.testing.servers.openai_chat import ChatDouble

DOCUMENTS = 200
_NOTE = "decided, searched and recorded anew; what the layers found was cached"


def run(scale: float) -> list[Row]:
    """Medians; each question is new to both servers, and asked once more of the one with the model."""
    count, asked = max(20, int(DOCUMENTS * scale)), max(30, int(300 * scale))
    extracted, written, kept = [], [], []
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other, _model() as model:
        env = {"LACUNA_LLM_ENDPOINT": model.url, "LACUNA_LLM_MODEL": "m", "LACUNA_CACHE__ANSWERS__KEPT_FOR": "user"}
        with lacuna_server(Path(one)) as without, lacuna_server(Path(other), **env) as using:
            for port in (without, using):
                _documents(port, count)
            for number in range(asked):
                question = f"Which pump does hall {number % count} have, and when does it stop? ({number})"
                extracted.append(_seconds(without, question, cached=False))
                written.append(_seconds(using, question, cached=False))
                kept.append(_seconds(using, question, cached=True))
    quoting, model_s, again = map(statistics.median, (extracted, written, kept))
    note = f"{count} documents"
    return [
        Row("query, extracted, p50", quoting * 1e3, "ms", "", None, note),
        Row("query, written by a model that takes no time, p50", model_s * 1e3, "ms", "extracted", model_s / quoting),
        Row("query, kept, p50", again * 1e3, "ms", "extracted", again / quoting, _NOTE),
    ]


@contextmanager
def _model() -> Iterator[ChatDouble]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    double = ChatDouble()
    asyncio.run_coroutine_threadsafe(double.__aenter__(), loop).result(30)
    try:
        yield double
    finally:
        asyncio.run_coroutine_threadsafe(double.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _documents(port: int, count: int) -> None:
    for number in range(count):
        text = f"Hall {number} has a pump of type P{number} that stops at {number % 24} o'clock. " * 8
        _post(port, "/api/v1/documents", {"text": text, "source": f"hall-{number}", "tier": "PUBLIC"})


def _seconds(port: int, question: str, *, cached: bool) -> float:
    started = time.perf_counter()
    told = json.loads(_post(port, "/api/v1/query", {"query": question}))
    taken = time.perf_counter() - started
    if told["cached"] is not cached:
        raise RuntimeError(f"an answer was cached: {told['cached']}")
    return taken


def _post(port: int, path: str, body: dict[str, str]) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path} answered {answer.status}")
        return told
    finally:
        connection.close()
