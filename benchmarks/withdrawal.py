"""How long a withdrawn document stays in sight: two workers, four people who search and ask all the time.

For each of several documents a group is taken away, the tier is raised, or it is deleted. `in sight after the call`
counts answers that were asked for after the call had returned and showed the document nevertheless: it has to be 0.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.http_classify import worker_server
from benchmarks.report import Row
from lacuna.adapters.vectors.places import FILE

KEY: Final = "k" * 40
QUESTION: Final = "How is the gauge calibrated?"
KINDS: Final = ("a group taken away", "tier raised", "deleted")
PEOPLE: Final = 4
MOVED: Final = 300
"""Documents that move besides those that are withdrawn."""

_Sight = tuple[float, float, frozenset[str]]
"""When an answer was asked for, when it came, and which documents it showed."""


def run(scale: float) -> list[Row]:
    """Rows for each kind of withdrawal, and for all of them while passages move to another place."""
    count = max(1, round(10 * scale))
    with tempfile.TemporaryDirectory() as name, worker_server(Path(name), 2, KEY) as port:
        server = f"http://127.0.0.1:{port}/api/v1"
        token = _made(server)
        names = _stored(server, "still", count)
        with _people(server, token) as seen:
            time.sleep(1)
            calls = [_withdrawn(server, one, int(one.rpartition("-")[2])) for one in names]
            time.sleep(1)
        moving = _while_moving(server, token, Path(name) / "data", count, max(20, round(MOVED * scale)))
    rows = [row for kind, what in enumerate(KINDS) for row in _rows(what, calls[kind :: len(KINDS)], seen)]
    return [*rows, *moving]


def _while_moving(server: str, token: str, data: Path, count: int, others: int) -> list[Row]:
    """`lacuna reindex` into a fresh store of the same kind; documents are withdrawn from its start until a while after
    its end."""
    for number in range(others):
        text = f"The gauge of shelf {number} is checked every autumn."
        _call(server, KEY, "POST", "/documents", {**_DOCUMENT, "text": text, "id": f"stays-{number}"})
    names = _stored(server, "moved", 3 * count)
    calls, under_way = [], 0
    with _people(server, token) as seen:
        command = [sys.executable, "-m", "lacuna", "reindex", "--to", "embedded", "--data-dir", str(data)]
        silent = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=silent, stderr=silent) as move:
            while len(names) > count and move.poll() is None:
                if json.loads((data / FILE).read_bytes())["target"] is None:
                    time.sleep(0.005)
                    continue
                one = names.pop(0)
                calls.append(_withdrawn(server, one, int(one.rpartition("-")[2])))
                under_way += 1
            if move.wait() != 0:
                raise RuntimeError("the passages could not be moved")
        for one in names[:count]:
            calls.append(_withdrawn(server, one, int(one.rpartition("-")[2])))
        time.sleep(1)
    rows = list(_rows("while passages move, all three", calls, seen))
    return [replace(rows[0], note=f"{rows[0].note}; {under_way} of them while the move was under way"), *rows[1:]]


def _stored(server: str, prefix: str, count: int) -> list[str]:
    """Documents, of which the number at the end of their name says how they are to be withdrawn."""
    names = [f"{prefix}-{n}-{kind}" for n in range(count) for kind in range(len(KINDS))]
    for one in names:
        text = f"The gauge number {one} is calibrated every spring by the team of hall {one}."
        _call(server, KEY, "POST", "/documents", {**_DOCUMENT, "text": text, "id": one})
    return names


_DOCUMENT: Final = {
    "title": "Gauge",
    "tier": "INTERNAL",
    "groups": ["sales"],
}

_Call = tuple[str, float, float]
"""A document, and when the call that withdrew it began and returned."""


def _withdrawn(server: str, name: str, kind: int) -> _Call:
    began = time.monotonic()
    if kind == 2:
        _call(server, KEY, "DELETE", f"/documents/{name}")
    else:
        _call(server, KEY, "PATCH", f"/documents/{name}", [{"groups": ["others"]}, {"tier": "PROPRIETARY"}][kind])
    return name, began, time.monotonic()


def _rows(what: str, calls: list[_Call], seen: list[_Sight]) -> Iterator[Row]:
    taken = [returned - began for _, began, returned in calls]
    late = sum(name in shown for name, _, returned in calls for asked, _, shown in seen if asked > returned)
    last = [max((came - began for _, came, shown in seen if name in shown), default=0.0) for name, began, _ in calls]
    note = f"{len(calls)} times, {len(seen):,} answers in all"
    yield Row(f"{what}: the call, median", statistics.median(taken) * 1e3, "ms", "", None, note)
    yield Row(
        f"{what}: from the call to the last answer with it, median", statistics.median(last) * 1e3, "ms", "", None
    )
    yield Row(f"{what}: in sight after the call", late, "answers", "", None)


@contextmanager
def _people(server: str, token: str) -> Iterator[list[_Sight]]:
    seen: list[_Sight] = []
    done = threading.Event()

    def look(path: str) -> None:
        while not done.is_set():
            asked = time.monotonic()
            body = _call(server, token, "POST", path, {"query": QUESTION, "top_k": 50})
            found = body.get("results", body.get("citations", ()))
            seen.append((asked, time.monotonic(), frozenset(one["document_id"] for one in found)))

    with ThreadPoolExecutor(PEOPLE) as pool:
        work = [pool.submit(look, ("/search", "/query")[n % 2]) for n in range(PEOPLE)]
        try:
            yield seen
        finally:
            done.set()
            for one in work:
                one.result(60)


def _made(server: str) -> str:
    key = {"name": "people", "service_account": "svc-people", "groups": ["sales"], "clearance": "INTERNAL"}
    return str(_call(server, KEY, "POST", "/admin/api-keys", key)["token"])


def _call(server: str, key: str, method: str, path: str, body: object = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Connection": "close"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server + path, data, headers, method=method)  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            read = answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {path} answered {error.code}") from None
    found: dict[str, Any] = json.loads(read) if read else {}
    return found
