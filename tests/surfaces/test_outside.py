"""Going outside: only a PUBLIC question, only where it is configured, and only after it was recorded."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lacuna.testing.servers.loopback import Reply
from lacuna.testing.servers.openai_chat import ChatDouble, completion
from lacuna.testing.servers.searxng import SearxngDouble
from tests.surfaces.conftest import DOCUMENTS, write_config
from tests.surfaces.running import Server, lacuna

BALANCED = "classification: {strategy: balanced}\n"

EVERYTHING_OPEN = """\
routing:
  PUBLIC: {local_rag: true, web_search: true, external_llm: true}
"""

QUESTION = "Which gas do plants take in for photosynthesis?"

BATTERY = "How long does the battery of a Kestrel sensor last?"

SENSITIVE: list[dict[str, Any]] = [
    {"query": "What does Project Apollo cost?"},
    {"query": "Is jane.doe@example.com a valid address?"},
    {"query": "how do we refresh tokens in the login service?"},
    {"query": QUESTION, "conversation": [{"role": "user", "content": "Tell me about Project Apollo."}]},
    {"query": QUESTION, "conversation": [{"role": "assistant", "content": "our staging cluster is down"}]},
    {"query": QUESTION, "project": "project_apollo"},
    {"query": QUESTION, "files": ["Wexford Dairies offer.docx"]},
    {"query": "What does P\u200broject\u00a0Ap\u043ello cost?"},
]


async def ask(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    answer = await asyncio.to_thread(server.client.post, "/api/v1/query", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def started(tmp_path: Path, config: str, **env: str) -> Server:
    folder = write_config(tmp_path / "config", BALANCED + config)
    server = Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(folder), **env})
    await asyncio.to_thread(server.start)
    for document in DOCUMENTS:
        added = await asyncio.to_thread(server.client.post, "/api/v1/documents", json=document)
        assert added.status_code == 201, added.text
    return server


@pytest.fixture
async def engine() -> AsyncIterator[SearxngDouble]:
    content = "Plants take in carbon dioxide."
    result = {"title": "Photosynthesis", "url": "https://plants.example/gas", "content": content}
    async with SearxngDouble([result]) as double:
        yield double


async def test_only_a_public_question_reaches_web_search(tmp_path: Path, engine: SearxngDouble) -> None:
    config = f'{EVERYTHING_OPEN}web_search: {{enabled: true, endpoint: "{engine.url}"}}\n'
    server = await started(tmp_path, config)
    try:
        for body in SENSITIVE:
            answered = await ask(server, body)
            assert answered["tier"] != "PUBLIC"
            assert not answered["route"]["web_search"]
        assert engine.queries == []
        answered = await ask(server, {"query": QUESTION, "max_tier": "PUBLIC"})
        assert engine.queries == [QUESTION]
        assert any(c["url"] == "https://plants.example/gas" for c in answered["citations"])
        assert "carbon dioxide" in answered["answer"]
        sent = await asyncio.to_thread(server.client.get, "/api/v1/audit/records", params={"kind": "outbound.sent"})
        [record] = sent.json()["records"]
        assert record["record"]["data"]["host"] == engine.url.removeprefix("http://")
        assert record["record"]["data"]["bytes"] == len(QUESTION)
        assert QUESTION not in json.dumps(record)
        decision = answered["classification"]["decision_id"]
        told = await asyncio.to_thread(server.client.get, f"/api/v1/decisions/{decision}")
        assert any("left the house" in line and "bytes" in line for line in told.json()["explanation"])
    finally:
        await asyncio.to_thread(server.stop)


async def test_web_search_is_off_by_default_even_for_a_public_question(tmp_path: Path, engine: SearxngDouble) -> None:
    server = await started(tmp_path, "")
    try:
        answered = await ask(server, {"query": QUESTION})
        assert not answered["route"]["web_search"]
        assert engine.queries == []
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_search_engine_that_fails_is_named_and_the_documents_still_answer(
    tmp_path: Path, engine: SearxngDouble
) -> None:
    engine.answer = lambda request: Reply(status=500)
    config = f'{EVERYTHING_OPEN}web_search: {{enabled: true, endpoint: "{engine.url}"}}\n'
    server = await started(tmp_path, config)
    try:
        answered = await ask(server, {"query": BATTERY, "max_tier": "PUBLIC"})
        assert "web_search" in answered["degraded"]
        assert "four years" in answered["answer"]
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_local_model_writes_the_answer_sees_every_tier_and_rewrites_follow_up_questions(tmp_path: Path) -> None:
    rewritten = "What does Wexford Dairies pay for a sensor of Project Apollo?"
    async with ChatDouble() as model:
        streamed, model.answer = (
            model.answer,
            lambda request: (
                streamed(request)
                if b'"stream":true' in request.body
                else completion(json.dumps({"question": rewritten}))
            ),
        )
        config = f'llm: {{backend: vllm, endpoint: "{model.url}", model: double}}\nfollow_ups: {{method: llm}}\n'
        server = await started(tmp_path, config)
        try:
            answered = await ask(server, {"query": "What does Wexford Dairies pay for a sensor of Project Apollo?"})
            assert answered["answer"] == "Yes [1]."
            assert answered["model"] == "double"
            assert answered["tier"] == "PROPRIETARY"
            assert len(answered["citations"]) == 1
            assert "41 euros" in json.dumps(model.prompts)
            assert answered["rewritten_query"] is None
            before = [{"role": "user", "content": "Tell me about the sensor of Project Apollo and Wexford Dairies."}]
            follow_up = await ask(server, {"query": "And what does it pay for it?", "conversation": before})
            # "pay" was said by the question, the rest by the turn before it.
            assert follow_up["rewritten_query"] == rewritten
            assert follow_up["tier"] == "PROPRIETARY"
        finally:
            await asyncio.to_thread(server.stop)


async def test_an_external_model_gets_nothing_but_public_questions_with_public_passages(tmp_path: Path) -> None:
    async with ChatDouble() as model:
        llm = f'{{backend: openai, endpoint: "{model.url}", model: double, location: external}}'
        config = f"{EVERYTHING_OPEN}llm: {llm}\n"
        server = await started(tmp_path, config)
        try:
            for body in [*SENSITIVE, {"query": "What is the capital of France?"}]:
                answered = await ask(server, {**body, "top_k": 20})
                assert answered["model"] == "extractive", body  # the passages are not PUBLIC, or the question is not
            assert model.prompts == []
            answered = await ask(server, {"query": "How do people reset a Kestrel sensor?", "max_tier": "PUBLIC"})
            assert answered["model"] == "double"
            assert len(model.prompts) == 1
            assert "41 euros" not in json.dumps(model.prompts)
        finally:
            await asyncio.to_thread(server.stop)


async def test_a_model_that_is_gone_leaves_an_extractive_answer_that_says_so(tmp_path: Path) -> None:
    async with ChatDouble() as model:
        url = model.url
    server = await started(tmp_path, f'llm: {{backend: vllm, endpoint: "{url}", model: double}}\n')
    try:
        answered = await ask(server, {"query": BATTERY, "max_tier": "PUBLIC"})
        assert answered["degraded"] == ["llm"]
        assert answered["model"] == "extractive"
        assert "four years" in answered["answer"]
        ready = await asyncio.to_thread(server.client.get, "/ready")
        assert ready.status_code == 200
        assert ready.json()["parts"]["llm"]["state"] == "failed"
    finally:
        await asyncio.to_thread(server.stop)


async def test_nothing_of_a_question_reaches_the_logs_or_the_ledger(tmp_path: Path) -> None:
    server = await started(tmp_path, "logging: {level: DEBUG}\n")
    secret = "the zanzibar merger with kalahari foods"
    try:
        await ask(server, {"query": f"Summarise {secret}"})
        await asyncio.to_thread(server.client.post, "/api/v1/classify", content=secret.encode())
        await asyncio.to_thread(server.client.post, "/api/v1/documents", json={"text": secret, "title": "zanzibar"})
    finally:
        await asyncio.to_thread(server.stop)
    exported = await asyncio.to_thread(lacuna, "audit", "export", "--data-dir", tmp_path / "data", cwd=tmp_path)
    for held in (server.log, exported.out):
        assert "zanzibar" not in held.lower()
        assert "kalahari" not in held.lower()


async def test_a_model_outside_beside_a_local_one_and_a_fallback_from_a_file(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="no wheel of xllamacpp for this platform")
    from lacuna.testing.servers.gguf_model import write_model

    write_model(tmp_path / "random.gguf")
    async with ChatDouble() as gone:
        url = gone.url
    async with ChatDouble() as outside:
        config = f"""{EVERYTHING_OPEN}
llm:
  backend: vllm
  endpoint: "{url}"
  model: gone
  fallback: {{model_path: "{tmp_path / "random.gguf"}", threads: 1, max_tokens: 8, context_tokens: 4096}}
external_llm: {{endpoint: "{outside.url}", model: double}}
"""
        server = await started(tmp_path, config)
        try:
            public = await ask(server, {"query": "How do people reset a Kestrel sensor?", "max_tier": "PUBLIC"})
            assert public["model"] == "double"
            assert public["degraded"] == []
            inside = await ask(server, {"query": "What does Project Apollo cost?"})
            assert inside["model"] == "random"
            assert inside["degraded"] == ["llm"]
            assert inside["answer"]
            assert len(outside.prompts) == 1
            ready = await asyncio.to_thread(server.client.get, "/ready")
            states = {name: part["state"] for name, part in ready.json()["parts"].items() if "llm" in name}
            assert states == {"llm": "failed", "llm_fallback": "ok", "external_llm": "ok"}
        finally:
            await asyncio.to_thread(server.stop)
