"""What is withdrawn is out of sight from the moment the call returns, in every worker, while others search and ask."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server

KEY: Final = "k" * 40
DOCUMENTS: Final = 9
QUESTION: Final = "How is the kestrel gauge calibrated?"


@dataclass(frozen=True)
class Sight:
    """One answer: when it was asked for, and which documents it showed."""

    asked: float
    status: int
    documents: frozenset[str]


@dataclass
class Crowd:
    """People who search and ask all the time, each over new connections, so that every worker answers."""

    url: str
    token: str
    seen: list[Sight] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def look(self, path: str) -> None:
        headers = {"authorization": f"Bearer {self.token}", "connection": "close"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False) as client:
            while not self.done.is_set():
                asked = time.monotonic()
                answer = client.post(f"/api/v1/{path}", json={"query": QUESTION, "top_k": DOCUMENTS})
                self.seen.append(Sight(asked, answer.status_code, _shown(answer.json())))

    def shown_since(self, moment: float) -> frozenset[str]:
        """Documents in answers that were asked for after `moment`."""
        return frozenset().union(*(sight.documents for sight in self.seen if sight.asked > moment))

    def after(self, moment: float, answers: int) -> None:
        """Waits until as many answers were asked for after `moment` and given."""
        until = time.monotonic() + 60
        while sum(sight.asked > moment for sight in list(self.seen)) < answers and time.monotonic() < until:
            time.sleep(0.02)


def _shown(body: dict[str, Any]) -> frozenset[str]:
    return frozenset(found["document_id"] for found in body.get("results", body.get("citations", ())))


@contextmanager
def crowd(server: Server, token: str) -> Iterator[Crowd]:
    people = Crowd(server.url, token)
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(people.look, path) for path in ("search", "query", "search", "query")]
        try:
            yield people
        finally:
            people.done.set()
            for one in work:
                one.result(60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("rights")
    config = write_config(folder / "config", CONFIG, "")
    given = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": KEY, "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0"}
    headers = {"authorization": f"Bearer {KEY}"}
    command = ("serve", "--workers", "2")
    with Server(folder / "data", folder, command=command, env=given, headers=headers) as running:
        yield running


def key(server: Server, name: str) -> dict[str, str]:
    body = {"name": name, "service_account": f"svc-{name}", "groups": ["sales"], "clearance": "INTERNAL"}
    answer = server.client.post("/api/v1/admin/api-keys", json=body)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, str] = answer.json()
    return made


def document(server: Server, name: str) -> str:
    text = f"The kestrel gauge number {name} is calibrated every spring by the team of hall {name}."
    body = {"id": name, "text": text, "tier": "INTERNAL", "groups": ["sales"], "title": f"Gauge {name}"}
    answer = server.client.post("/api/v1/documents", json=body)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["document_id"])


def test_what_is_withdrawn_is_in_no_answer_that_is_asked_for_afterwards(server: Server) -> None:
    names = [document(server, f"d{n}") for n in range(DOCUMENTS)]
    asker = key(server, "crowd")
    withdrawn: list[tuple[str, float]] = []
    with crowd(server, asker["token"]) as people:
        people.after(0.0, 8)
        assert people.shown_since(0.0) == frozenset(names)
        for number, name in enumerate(names[:-1]):
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
            people.after(withdrawn[-1][1], 3)
        last = withdrawn[-1][1]
        people.after(last, 8)
        for name, moment in withdrawn:
            assert name not in people.shown_since(moment)
        assert people.shown_since(last) == {names[-1]}
        assert {sight.status for sight in people.seen} <= {200}


def test_a_revoked_key_reads_nothing_from_the_moment_the_call_returns(server: Server) -> None:
    document(server, "still-there")
    asker = key(server, "leaver")
    with crowd(server, asker["token"]) as people:
        people.after(0.0, 6)
        assert "still-there" in people.shown_since(0.0)
        assert server.client.delete(f"/api/v1/admin/api-keys/{asker['id']}").status_code in (200, 204)
        moment = time.monotonic()
        people.after(moment, 12)
    late = [sight for sight in people.seen if sight.asked > moment]
    assert len(late) >= 12
    assert {sight.status for sight in late} <= {401, 429}
    assert people.shown_since(moment) == frozenset()


def test_a_raised_document_raises_what_a_question_about_it_is_from_the_next_one_on(server: Server) -> None:
    """The corpus as evidence, whose answers are cached: the same question before and after."""
    server.client.post(
        "/api/v1/documents",
        json={
            "id": "plan",
            "text": "The canteen of hall nine opens a second counter in the autumn. " * 3,
            "tier": "PUBLIC",
        },
    )
    question = {"query": "the canteen of hall nine opens a second counter in the autumn"}

    def corpus_tiers() -> set[str]:
        found = [server.client.post("/api/v1/classify", json=question).json() for _ in range(6)]
        return {one["tier"] for body in found for one in body["findings"] if one["kind"] == "SEMANTIC.CORPUS"}

    before = corpus_tiers()
    assert server.client.patch("/api/v1/documents/plan", json={"tier": "PROPRIETARY"}).status_code == 200
    after = corpus_tiers()
    assert "PROPRIETARY" not in before
    assert after == {"PROPRIETARY"}
