"""Deployment of policies: how long until every worker of a server decides by them, and whether any answer is mixed.

A server with two workers, asked without a pause over connections of their own while sets are deployed. Counted is the
time from the end of the call that deploys until the last answer by the set before, and how many answers disagree with
themselves: the two packages of a set each say which set it is.
"""

import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.calls import post
from benchmarks.http_classify import worker_server
from benchmarks.report import Row

WORKERS = 2
ASKING = 2
WAIT_S = 20.0
KEY = "k" * 40

SET = "package lacuna.{package}\n\nimport rego.v1\n\n{rule}\n"


def run(scale: float) -> list[Row]:
    """`scale` multiplies the number of deployments."""
    deployments = max(2, int(10 * scale))
    with tempfile.TemporaryDirectory() as folder, worker_server(Path(folder), WORKERS, KEY) as port:
        asking = _Asking(port)
        with asking.running():
            calls, until = zip(*(_deployed(port, f"S{number}", asking) for number in range(deployments)), strict=True)
    call = sorted(calls)[len(calls) // 2]
    after = [max(0.0, last - each) for last, each in zip(until, calls, strict=True)]
    mixed = sum(1 for _, tag, reason in asking.answers if tag != reason)
    note = f"{deployments} deployments, {len(asking.answers)} answers by {WORKERS} workers"
    return [
        Row("the call that deploys, median", call, "s", "", None, "checks, tests and probes in a child of its own"),
        Row(
            "last answer by the old set, median",
            sorted(after)[len(after) // 2],
            "s",
            "",
            None,
            "from the end of the call",
        ),
        Row("last answer by the old set, latest", max(after), "s", "the call", max(after) / call, note),
        Row("answers by two sets", mixed, "answers", "", None, note),
    ]


def _deployed(port: int, name: str, asking: "_Asking") -> tuple[float, float]:
    """Seconds of the call, and until the last answer by another set, from its start."""
    tag = f'tags contains {{"tag": "{name}", "rule": "set", "reason": "x"}}'
    deny = f'deny contains {{"rule": "set", "reason": "set {name}."}} if "{name}" in input.tags'
    files = {
        "tag.rego": SET.format(package="classification", rule=tag),
        "deny.rego": SET.format(package="routing", rule=deny),
    }
    begun, seen = time.perf_counter(), len(asking.answers)
    post(port, "/api/v1/admin/policies/deploy", {"files": files}, KEY)
    called = time.perf_counter() - begun
    until = time.perf_counter() + WAIT_S
    steady = 0
    while steady < 200:  # a worker that is behind would show among so many
        if time.perf_counter() > until:
            raise RuntimeError(f"not every worker decides by {name}")
        time.sleep(0.05)
        answers = asking.answers[seen:]
        steady = next((n for n, each in enumerate(reversed(answers)) if each[1] != name), len(answers))
    old = [moment for moment, tag, _ in asking.answers[seen:] if tag != name]
    return called, max(old, default=begun) - begun


class _Asking:
    """Threads that ask without a pause. `answers` are the moment and what each package says of its set."""

    def __init__(self, port: int) -> None:
        self.answers: list[tuple[float, str, str]] = []
        self._port = port
        self._done = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask) for _ in range(ASKING)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._done.set()
            for thread in threads:
                thread.join()

    def _ask(self) -> None:
        number = 0
        while not self._done.is_set():
            number += 1
            found = json.loads(
                post(self._port, "/api/v1/classify", {"query": f"how tall is giraffe {number % 50}"}, KEY)
            )
            tags = [tag for tag in found["tags"] if re.fullmatch(r"S\d+", tag)]
            reasons = re.findall(r"set (S\d+)\.", " ".join(found["route"]["reasons"]))
            self.answers.append((time.perf_counter(), " ".join(tags), " ".join(reasons)))
