"""Obligations of policy are carried out, or the answer is no."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lacuna.testing.servers.openai_chat import ChatDouble
from lacuna.testing.servers.searxng import SearxngDouble
from tests.surfaces.conftest import DOCUMENTS, write_config
from tests.surfaces.running import Server, lacuna

QUESTION = "Which gas do plants take in for photosynthesis?"
ABOUT_A_PERSON = "Is jo.doe@mail.example.org an address for questions about photosynthesis?"

RULES = """\
package lacuna.routing

import rego.v1

obligations contains {"kind": "redact", "kinds": ["PII"], "rule": "mask", "reason": "nobody is named outside"}

obligations contains {"kind": "approved_models_only", "rule": "models", "reason": "models are approved first"}

obligations contains {
	"kind": "redact_answers",
	"kinds": ["ORG.CUSTOMER"],
	"rule": "discreet",
	"reason": "customers are not named in answers about the launch",
} if {
	input.findings["ORG.PROJECT"] > 0
}

obligations contains {
	"kind": "require_purpose",
	"purposes": ["billing"],
	"rule": "why",
	"reason": "the launch is looked at for billing only",
} if {
	input.findings["ORG.PROJECT"] > 0
}

obligations contains {
	"kind": "approval",
	"groups": ["board"],
	"hours": 1,
	"rule": "customers",
	"reason": "questions about customers are approved",
} if {
	input.findings["ORG.CUSTOMER"] > 0
}
"""


async def post(server: Server, path: str, body: dict[str, Any]) -> Any:
    return await asyncio.to_thread(server.client.post, f"/api/v1{path}", json=body)


async def started(tmp_path: Path, config: str) -> Server:
    folder = write_config(tmp_path / "config", config)
    (folder / "policies").mkdir()
    (folder / "policies" / "more.rego").write_text(RULES)
    server = Server(tmp_path / "data", tmp_path, env={"LACUNA_CONFIG_PATH": str(folder)})
    await asyncio.to_thread(server.start)
    for document in DOCUMENTS:
        assert (await post(server, "/documents", document)).status_code == 201
    return server


@pytest.fixture
async def engine() -> AsyncIterator[SearxngDouble]:
    result = {"title": "Gas", "url": "https://plants.example/gas", "content": "Plants take in carbon dioxide."}
    async with SearxngDouble([result]) as double:
        yield double


@pytest.fixture
async def model() -> AsyncIterator[ChatDouble]:
    async with ChatDouble() as double:
        yield double


async def test_obligations_on_questions(tmp_path: Path, engine: SearxngDouble, model: ChatDouble) -> None:
    config = (
        "classification: {strategy: balanced}\n"
        "routing:\n  PUBLIC: {local_rag: true, web_search: true, external_llm: true}\n"
        f'web_search: {{enabled: true, endpoint: "{engine.url}"}}\n'
        f'llm: {{endpoint: "{model.url}", model: house-model}}\n'
        "policy: {purposes: [billing, fun]}\n"
    )
    server = await started(tmp_path, config)
    try:
        # A steward says that a text is PUBLIC; policy still wants nobody named outside.
        lowered = {"tier": "PUBLIC", "reason": "a made-up address", "text": ABOUT_A_PERSON, "days": 1}
        assert (await post(server, "/admin/overrides", lowered)).status_code in (200, 201)
        answered = (await post(server, "/query", {"query": ABOUT_A_PERSON, "max_tier": "PUBLIC"})).json()
        assert answered["route"]["web_search"], answered["route"]
        assert engine.queries == ["Is [PII.EMAIL] an address for questions about photosynthesis?"]
        # The model is not approved, so it is not asked.
        assert answered["model"] == "extractive"
        assert model.prompts == []
        # A purpose is demanded where a project is named.
        apollo = {"query": "When does Project Apollo launch?"}
        for path in ("/query", "/search"):
            refused = await post(server, path, apollo)
            assert (refused.status_code, refused.json()["code"]) == (403, "policy_denied")
            assert "state one of the purposes billing" in refused.json()["detail"]
            assert (await post(server, path, {**apollo, "purpose": "fun"})).status_code == 403
            assert (await post(server, path, {**apollo, "purpose": "gambling"})).status_code == 422
            assert (await post(server, path, {**apollo, "purpose": "Billing"})).status_code == 200
        for path in ("/query", "/search"):
            shown = (await post(server, path, {**apollo, "purpose": "billing"})).text
            assert "[ORG.CUSTOMER]" in shown
            assert "Wexford" not in shown
        # A question that needs approval is asked for, granted, and then passes: this one and no other.
        customer = {"query": "What does Wexford Dairies pay?"}
        refused = await post(server, "/query", customer)
        assert refused.status_code == 403
        listed = await asyncio.to_thread(server.client.get, "/api/v1/admin/approvals?state=requested")
        [waiting] = listed.json()["approvals"]
        assert (waiting["action"], waiting["groups"], waiting["hours"]) == ("query", ["board"], 1)
        assert waiting["id"] in refused.json()["cure"]
        granted = await post(server, f"/admin/approvals/{waiting['id']}/grant", {"remark": "once"})
        assert (granted.status_code, granted.json()["state"]) == (200, "granted")
        assert (await post(server, f"/admin/approvals/{waiting['id']}/refuse", {})).status_code == 409
        answered = await post(server, "/query", customer)
        assert answered.status_code == 200, answered.text
        decision = answered.json()["classification"]["decision_id"]
        records = await asyncio.to_thread(server.client.get, f"/api/v1/audit/records?decision={decision}")
        assert "approval.used" in {each["record"]["kind"] for each in records.json()["records"]}
        assert (await post(server, "/query", {"query": "What do Wexford Dairies owe us?"})).status_code == 403
        shown = (await post(server, "/classify", {**apollo, "purpose": "billing"})).json()
        assert shown["route"]["local_rag"]
        assert not (await post(server, "/classify", apollo)).json()["route"]["local_rag"]
    finally:
        await asyncio.to_thread(server.stop)
    # Approved, it may answer.
    env = {"LACUNA_CONFIG_PATH": str(tmp_path / "config"), "LACUNA_LLM__APPROVED": "true"}
    command = ("ask", apollo["query"], "--purpose", "billing", "--data-dir", tmp_path / "data", "--json")
    said = await asyncio.to_thread(lacuna, *command, cwd=tmp_path, env=env)
    assert (said.code, said.json()["model"]) == (0, "house-model"), said.err
    assert len(model.prompts) == 1
