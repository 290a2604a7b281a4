"""What is withdrawn is out of sight from the moment the call returns, in every worker, while others search and ask."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.crowd import Withdrawn, crowd, document, key, withdraw
from tests.surfaces.running import Server

KEY: Final = "k" * 40
DOCUMENTS: Final = 9
QUESTION: Final = "How is the kestrel gauge calibrated?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("rights")
    config = write_config(folder / "config", CONFIG, "")
    given = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": KEY, "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0"}
    headers = {"authorization": f"Bearer {KEY}"}
    command = ("serve", "--workers", "2")
    with Server(folder / "data", folder, command=command, env=given, headers=headers) as running:
        yield running


def gauge(server: Server, name: str) -> str:
    text = f"The kestrel gauge number {name} is calibrated every spring by the team of hall {name}."
    return document(server, name, text)


def test_what_is_withdrawn_is_in_no_answer_that_is_asked_for_afterwards(server: Server) -> None:
    names = [gauge(server, f"d{n}") for n in range(DOCUMENTS)]
    asker = key(server, "crowd")
    withdrawn: Withdrawn = []
    with crowd(server, asker["token"], QUESTION, DOCUMENTS) as people:
        people.after(0.0, 8)
        assert people.shown_since(0.0) == frozenset(names)
        for first in range(0, DOCUMENTS - 1, 3):
            withdrawn += withdraw(server, names[first : min(first + 3, DOCUMENTS - 1)])
            people.after(withdrawn[-1][1], 6)
        last = withdrawn[-1][1]
        people.after(last, 8)
        assert people.ghosts(withdrawn) == []
        assert people.shown_since(last) == {names[-1]}
        assert {sight.status for sight in people.seen} <= {200}


def test_a_revoked_key_reads_nothing_from_the_moment_the_call_returns(server: Server) -> None:
    gauge(server, "still-there")
    asker = key(server, "leaver")
    with crowd(server, asker["token"], QUESTION, DOCUMENTS) as people:
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
