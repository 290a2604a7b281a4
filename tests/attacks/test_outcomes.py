"""Whoever goes away, and whatever fails: every decision has its outcome, and nothing leaves that was closed before."""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from lacuna.domain.classification import Question
from lacuna.domain.identity import Principal
from lacuna.ports.storage import RecordFilter
from lacuna.testing.servers.loopback import Received, Reply
from lacuna.testing.servers.openai_chat import STREAM_HEADERS, ChatDouble, chunk
from lacuna.testing.servers.searxng import SearxngDouble
from lacuna.usecases.ask import Started
from lacuna.usecases.asked import Wanted
from lacuna.wiring.build import open_application
from tests.surfaces.conftest import DOCUMENTS, write_config
from tests.surfaces.running import Server

OPEN = """\
classification: {strategy: balanced}
routing:
  PUBLIC: {local_rag: true, web_search: true, external_llm: true}
"""
HOW = "How do people reset a Kestrel sensor?"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    config = write_config(tmp_path / "config")
    with Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(config)}) as running:
        for document in DOCUMENTS:
            assert running.client.post("/api/v1/documents", json=document).status_code == 201
        yield running


def outcomes(server: Server) -> dict[str, str | None]:
    """The outcome of every query that was decided."""
    found = server.client.get("/api/v1/audit/records", params={"limit": 1000, "newest_first": False}).json()["records"]
    records: list[dict[str, Any]] = [entry["record"] for entry in found]
    released = {r["decision"]: r["data"]["outcome"] for r in records if r["kind"] == "answer.released"}
    return {r["decision"]: released.get(r["decision"]) for r in records if r["kind"] == "decision.query"}


def test_a_query_whose_retrieval_fails_has_an_outcome(server: Server, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "passages.db", isolation_level=None)) as database:
        database.execute("DROP TABLE access")
    for stream in (False, True):
        failed = server.client.post("/api/v1/query", json={"query": HOW, "stream": stream})
        assert failed.status_code == 503, failed.text
    assert [str(outcome).split("_")[0] for outcome in outcomes(server).values()] == ["storage", "storage"]


async def test_a_stream_that_nobody_reads_on_after_the_decision_has_an_outcome(tmp_path: Path) -> None:
    async with open_application({"storage.data_path": str(tmp_path / "data")}) as application:
        who: Principal = application.cli_principal
        events = application.ask.stream(Wanted(Question(HOW)), who)
        started = await anext(events)
        assert isinstance(started, Started)
        await events.aclose()
        told = await application.trace.decision(started.decided.decision_id, who)
        assert told.outcome is not None
        assert told.outcome["outcome"] == "cancelled"


def test_a_conversation_has_the_tier_of_its_answers(server: Server) -> None:
    said = {"query": "What is the capital of France?", "conversation_id": "c1"}
    assert server.client.post("/api/v1/classify", json=said).json()["tier"] == "PUBLIC"
    asked = {"query": HOW, "conversation_id": "c1", "top_k": 50}
    answered = server.client.post("/api/v1/query", json=asked).json()
    assert answered["classification"]["tier"] == "PUBLIC"
    assert answered["tier"] == "PROPRIETARY"
    after = server.client.post("/api/v1/classify", json=said).json()
    assert after["tier"] == "PROPRIETARY"
    assert "CONTEXT.CONVERSATION" in after["tags"]
    assert server.client.post("/api/v1/classify", json={**said, "conversation_id": "c2"}).json()["tier"] == "PUBLIC"


async def test_a_document_that_is_closed_during_a_web_search_goes_to_no_external_model(tmp_path: Path) -> None:
    async with SearxngDouble([]) as engine, ChatDouble() as model:
        llm = f'llm: {{backend: openai, endpoint: "{model.url}", model: double, location: external}}\n'
        web = f'web_search: {{enabled: true, endpoint: "{engine.url}"}}\n'
        config = write_config(tmp_path / "config", OPEN + llm + web)
        server = Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(config)})
        await asyncio.to_thread(server.start)
        try:
            guide = await asyncio.to_thread(server.client.post, "/api/v1/documents", json=DOCUMENTS[0])
            document_id = guide.json()["document_id"]
            usual = engine.answer

            def closes(request: Received) -> Reply:
                closing_it = server.client.patch(f"/api/v1/documents/{document_id}", json={"tier": "PROPRIETARY"})
                assert closing_it.status_code == 200
                return usual(request)

            engine.answer = closes
            answered = await asyncio.to_thread(server.client.post, "/api/v1/query", json={"query": HOW})
            assert len(engine.queries) == 1
            assert model.prompts == []
            assert answered.json()["tier"] == "PROPRIETARY"
            assert answered.json()["model"] == "extractive"
        finally:
            await asyncio.to_thread(server.stop)


def test_a_deleted_document_leaves_no_title_in_the_lineage(server: Server) -> None:
    title = "Dismissal of Zanzibar"
    stored = server.client.post("/api/v1/documents", json={"text": "The letter of the tenth of May.", "title": title})
    document_id = stored.json()["document_id"]
    answered = server.client.post("/api/v1/query", json={"query": "letter of the tenth of May"}).json()
    before = server.client.get(f"/api/v1/lineage/{document_id}").json()
    assert title in json.dumps(before)
    assert server.client.delete(f"/api/v1/documents/{document_id}").status_code == 204
    for node in (document_id, answered["lineage_id"]):
        assert title not in server.client.get(f"/api/v1/lineage/{node}").text


async def hung_up(server: Server, body: dict[str, object], heard: asyncio.Event) -> None:
    """Asks, and closes the connection once the model was asked."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60.0) as client:
        asking = asyncio.ensure_future(client.post("/api/v1/query", json=body))
        await heard.wait()
        asking.cancel()
        await asyncio.wait((asking,))


async def test_a_client_that_hangs_up_stops_the_model_and_the_outcome_says_so(tmp_path: Path) -> None:
    slow = Reply((chunk("One"), *(0.05, chunk(" more")) * 1_000), headers=STREAM_HEADERS)
    async with ChatDouble(slow) as model, SearxngDouble([]) as engine:
        asked, usual, search = asyncio.Event(), model.answer, engine.answer

        def heard(request: Received) -> Reply:
            if request.method == "POST":
                asked.set()
            return usual(request)

        def slowly(request: Received) -> Reply:
            asked.set()
            return Reply((20.0, *search(request).pieces))

        model.answer, engine.answer = heard, slowly
        llm = f'llm: {{backend: vllm, endpoint: "{model.url}", model: double}}\n'
        web = f'web_search: {{enabled: true, endpoint: "{engine.url}", timeout_s: 60}}\n'
        config = write_config(tmp_path / "config", OPEN + llm + web)
        server = Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(config)})
        await asyncio.to_thread(server.start)
        try:
            inside = ["local_rag"]
            bodies: list[dict[str, object]] = [
                {"query": HOW, "sources": inside},
                {"query": HOW, "sources": inside, "stream": True},
                {"query": HOW},
                {"query": HOW, "stream": True},
            ]
            for n, body in enumerate(bodies, start=1):
                asked.clear()
                await hung_up(server, body, asked)
                ended: list[str | None] = []
                for _ in range(200):
                    ended = [*(await asyncio.to_thread(outcomes, server)).values()]
                    if ended == ["cancelled"] * n and len(model.hung_up) == min(n, 2):
                        break
                    await asyncio.sleep(0.05)
                assert ended == ["cancelled"] * n, body
                assert len(model.hung_up) == min(n, 2), body
        finally:
            await asyncio.to_thread(server.stop)
        assert "Traceback" not in server.log


async def test_whoever_goes_away_at_any_moment_leaves_no_decision_without_an_outcome(tmp_path: Path) -> None:
    async with open_application({"storage.data_path": str(tmp_path / "data")}) as application:
        who = application.cli_principal
        await application.ask.answer(Wanted(Question(HOW)), who)
        for moment in range(80):
            asking = asyncio.ensure_future(application.ask.answer(Wanted(Question(HOW)), who))
            for _ in range(moment):
                await asyncio.sleep(0)
            if moment % 2:
                await asyncio.sleep(moment / 8_000)
            asking.cancel()
            await asyncio.wait((asking,))
        decided: set[str] = set()
        ended: Counter[str] = Counter()
        for _ in range(100):
            records: list[Any] = [v["record"] for v in await application.audit.find(RecordFilter(limit=1000))]
            decided = {record["decision"] for record in records if record["kind"] == "decision.query"}
            ended = Counter(record["decision"] for record in records if record["kind"] == "answer.released")
            if decided == set(ended):
                break
            await asyncio.sleep(0.05)
        assert len(decided) > 10
        assert ended == dict.fromkeys(decided, 1)
