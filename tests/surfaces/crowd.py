"""People who search and ask all the time, over connections of their own, and what they were shown when."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.surfaces.running import Server

Withdrawn = list[tuple[str, float]]
"""Documents, and when the call that withdrew each had returned."""


@dataclass(frozen=True)
class Sight:
    """One answer: when it was asked for, by which path, and which documents it showed."""

    asked: float
    path: str
    status: int
    documents: frozenset[str]


@dataclass
class Crowd:
    """Asks `question` for `top_k` passages, each time over a new connection, so that every worker answers."""

    url: str
    token: str
    question: str
    top_k: int
    pause_s: float
    seen: list[Sight] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def look(self, path: str) -> None:
        headers = {"authorization": f"Bearer {self.token}", "connection": "close"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False) as client:
            while not self.done.is_set():
                asked = time.monotonic()
                answer = client.post(f"/api/v1/{path}", json={"query": self.question, "top_k": self.top_k})
                self.seen.append(Sight(asked, path, answer.status_code, _shown(answer.json())))
                time.sleep(self.pause_s)

    def shown_since(self, moment: float) -> frozenset[str]:
        """Documents in answers that were asked for after `moment`."""
        return frozenset().union(*(sight.documents for sight in list(self.seen) if sight.asked > moment))

    def after(self, moment: float, answers: int) -> None:
        """Waits until as many answers were asked for after `moment` and given."""
        until = time.monotonic() + 60
        while sum(sight.asked > moment for sight in list(self.seen)) < answers and time.monotonic() < until:
            time.sleep(0.02)

    def ghosts(self, withdrawn: Withdrawn) -> list[str]:
        """Documents in answers that were asked for after they had been withdrawn."""
        return [name for name, moment in withdrawn if name in self.shown_since(moment)]


def _shown(body: dict[str, Any]) -> frozenset[str]:
    return frozenset(found["document_id"] for found in body.get("results", body.get("citations", ())))


@contextmanager
def crowd(
    server: Server, token: str, question: str, top_k: int, size: int = 4, pause_s: float = 0.0
) -> Iterator[Crowd]:
    """So many people, half of whom search while the others ask, until the block ends."""
    people = Crowd(server.url, token, question, top_k, pause_s)
    with ThreadPoolExecutor(size) as pool:
        work = [pool.submit(people.look, ("search", "query")[n % 2]) for n in range(size)]
        try:
            yield people
        finally:
            people.done.set()
            for one in work:
                one.result(60)


def key(server: Server, name: str) -> dict[str, str]:
    """An API key of somebody in sales who reads up to INTERNAL."""
    body = {"name": name, "service_account": f"svc-{name}", "groups": ["sales"], "clearance": "INTERNAL"}
    answer = server.client.post("/api/v1/admin/api-keys", json=body)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, str] = answer.json()
    return made


def document(server: Server, name: str, text: str) -> str:
    """Stores a document that sales may read, and returns its id."""
    body = {"id": name, "text": text, "tier": "INTERNAL", "groups": ["sales"], "title": f"About {name}"}
    answer = server.client.post("/api/v1/documents", json=body)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["document_id"])


def cited(server: Server, token: str, question: str) -> frozenset[str]:
    """The documents that an answer cites."""
    headers = {"authorization": f"Bearer {token}"}
    answer = server.client.post("/api/v1/query", json={"query": question}, headers=headers)
    assert answer.status_code == 200, answer.text
    return _shown(answer.json())


def withdraw(server: Server, names: Sequence[str], done: Callable[[str], None] = lambda name: None) -> Withdrawn:
    """Takes a group away, raises the tier, deletes: in turn. Each with the moment at which the call had returned;
    `done` is told then."""
    withdrawn = []
    for number, name in enumerate(names):
        path = f"/api/v1/documents/{name}"
        match number % 3:
            case 0:
                answer = server.client.patch(path, json={"groups": ["engineering"]})
            case 1:
                answer = server.client.patch(path, json={"tier": "PROPRIETARY"})
            case _:
                answer = server.client.delete(path)
        withdrawn.append((name, time.monotonic()))
        assert answer.status_code in (200, 204), answer.text
        done(name)
    return withdrawn
