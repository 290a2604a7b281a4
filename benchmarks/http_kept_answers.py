"""`POST /query` with an answer that is kept, beside extracted answers and beside a model that answers at once.

Two servers in the same run, asked in turns over the same documents, one connection: one without a model, one with a
stand-in for a model server that takes no time of its own. What a real model takes comes on top of the second figure.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.calls import add_halls, model_server, post
from benchmarks.http_classify import lacuna_server
from benchmarks.report import Row

DOCUMENTS = 200
_NOTE = "decided, searched and recorded anew; what the layers found was cached"


def run(scale: float) -> list[Row]:
    """Medians; each question is new to both servers, and asked once more of the one with the model."""
    count, asked = max(20, int(DOCUMENTS * scale)), max(30, int(300 * scale))
    extracted, written, kept = [], [], []
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other, model_server() as model:
        env = {"LACUNA_LLM_ENDPOINT": model, "LACUNA_LLM_MODEL": "m", "LACUNA_CACHE__ANSWERS__KEPT_FOR": "user"}
        with lacuna_server(Path(one)) as without, lacuna_server(Path(other), **env) as using:
            for port in (without, using):
                add_halls(port, count)
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


def _seconds(port: int, question: str, *, cached: bool) -> float:
    started = time.perf_counter()
    told = json.loads(post(port, "/api/v1/query", {"query": question}))
    taken = time.perf_counter() - started
    if told["cached"] is not cached:
        raise RuntimeError(f"an answer was cached: {told['cached']}")
    return taken
