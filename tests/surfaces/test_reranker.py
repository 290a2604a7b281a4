"""A reranker of the house behind a whole server: it orders what the asker may read, sees nothing else, and is done
without, in words, when it fails."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lacuna.config import load
from lacuna.domain.errors import ConfigError
from lacuna.testing.fakes.reranker import shared_words
from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.rerank import RerankDouble
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.crowd import document, key
from tests.surfaces.running import Server, beside

KEY = "k" * 40
RERANKER_KEY = "reranker-key-7h3"
QUESTION = "How is the turnstone pump primed?"
BOARD = "The turnstone pump is primed by the board with a sum of nine."


@pytest.fixture(scope="module")
def double() -> Iterator[RerankDouble]:
    with beside(RerankDouble("tei")) as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_was(double: RerankDouble) -> Iterator[None]:
    """Before each test: sound, and nothing received yet."""
    double.reply, double.judge = None, shared_words
    double.received.clear()
    yield
    double.reply = None


@pytest.fixture(scope="module")
def server(double: RerankDouble, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("house")
    env = {
        "LACUNA_CONFIG_PATH": str(write_config(folder / "config", CONFIG, "projects: []\n")),
        "LACUNA_API_KEY": KEY,
        "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0",
        "LACUNA_RETRIEVAL__RERANKER__BACKEND": "tei",
        "LACUNA_RETRIEVAL__RERANKER__ENDPOINT": double.url,
        "LACUNA_RETRIEVAL__RERANKER__API_KEY": RERANKER_KEY,
        "LACUNA_RETRIEVAL__RERANKER__TIMEOUT_S": "2",
    }
    headers = {"authorization": f"Bearer {KEY}"}
    with Server(folder / "data", folder, command=("serve",), env=env, headers=headers) as running:
        for name, text in {
            "cellar": "The turnstone pump is primed with water from the cellar.",
            "attic": "Whoever works in the attic primes a pump, turnstone or other, by hand.",
            "garden": "A pump in the garden needs no priming.",
        }.items():
            document(running, name, text)
        body = {"id": "board", "title": "Board", "text": BOARD, "tier": "PROPRIETARY", "groups": ["board"]}
        assert running.client.post("/api/v1/documents", json=body).status_code in (200, 201)
        yield running


@pytest.fixture(scope="module")
def asker(server: Server) -> dict[str, str]:
    """Somebody in sales, up to INTERNAL."""
    return {"authorization": f"Bearer {key(server, 'asker')['token']}"}


def searched(server: Server, asker: dict[str, str]) -> tuple[list[str], list[float], list[str]]:
    """Documents in order, their scores, and what failed."""
    answer = server.client.post("/api/v1/search", json={"query": QUESTION, "top_k": 3}, headers=asker)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    results = body["results"]
    return [one["document_id"] for one in results], [one["score"] for one in results], body["degraded"]


def asked(server: Server, asker: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = server.client.post("/api/v1/query", json={"query": QUESTION, **more}, headers=asker)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_its_scores_decide_the_order_of_searches_and_answers(
    server: Server, double: RerankDouble, asker: dict[str, str]
) -> None:
    for best in ("attic", "cellar"):
        double.judge = lambda question, text, best=best: float(best in text)  # type: ignore[misc]
        names, scores, failed = searched(server, asker)
        assert (names[0], scores[0], scores[-1], failed) == (best, 1.0, 0.0, [])
        answered = asked(server, asker, top_k=1)
        assert {one["document_id"] for one in answered["citations"]} == {best}
        assert answered["degraded"] == []


def test_it_sees_what_the_asker_may_read_and_nothing_else(
    server: Server, double: RerankDouble, asker: dict[str, str]
) -> None:
    searched(server, asker)
    asked(server, asker)
    mine = double.judged
    server.client.post("/api/v1/search", json={"query": QUESTION})
    assert any(BOARD in text for text in double.judged[-1][1])
    assert len(mine) == 2
    for question, texts in mine:
        assert question == QUESTION
        assert len(texts) == 3
        assert not any("board" in text.casefold() for text in texts)
    for request in double.received:
        assert request.headers["authorization"] == f"Bearer {RERANKER_KEY}"
        assert set(json.loads(request.body)) == {"query", "texts", "raw_scores", "truncate"}


def test_it_is_not_asked_where_the_plan_leaves_the_house_s_passages_out(
    server: Server, double: RerankDouble, asker: dict[str, str]
) -> None:
    asked(server, asker, sources=[])
    assert double.received == []


@pytest.mark.parametrize(
    "reply",
    [Reply((2.5, b"[]")), Reply(status=500), Reply((b'[{"index": 0, "score": 1}]',)), Reply((b"[",), cut_off=True)],
    ids=["too slow", "refuses", "leaves texts out", "hangs up"],
)
def test_without_it_the_order_is_as_it_was_and_the_answer_says_so(
    server: Server, double: RerankDouble, asker: dict[str, str], reply: Reply
) -> None:
    double.judge = lambda question, text: float("attic" in text)
    assert searched(server, asker)[0][0] == "attic"
    double.reply = reply
    names, _, failed = searched(server, asker)
    assert (names[0], sorted(names), failed) == ("cellar", ["attic", "cellar", "garden"], ["reranker"])
    double.reply = None
    assert searched(server, asker)[2] == []


def test_a_failure_is_recorded_with_the_answer_and_nothing_as_having_left_the_house(
    server: Server, double: RerankDouble, asker: dict[str, str]
) -> None:
    double.reply = Reply(status=500)
    answered = asked(server, asker)
    assert (answered["degraded"], answered["left_the_house"]) == (["reranker"], [])
    assert answered["citations"]
    page = server.client.get("/api/v1/audit/records", params={"limit": 1000}).json()
    records = [each["record"] for each in page["records"]]
    released = [one["data"] for one in records if one["kind"] == "answer.released"]
    assert [one["outbound"] for one in released if one["degraded"] == ["reranker"]] == [[]]
    assert not [one for one in records if one["kind"].startswith("outbound")]
    ready = server.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["parts"]["reranker"]["required"] is False


def test_an_address_outside_the_house_stops_the_start(server: Server) -> None:
    outside = {**server.env, "LACUNA_RETRIEVAL__RERANKER__ENDPOINT": "https://8.8.8.8"}
    with pytest.raises(ConfigError) as refused:
        load(environ=outside)
    assert "RERANKER__ENDPOINT: is a public address" in "".join(refused.value.problems)
