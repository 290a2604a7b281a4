"""Every act leaves a record of its kind, and no record holds what people wrote.

Each act is done once with a planted phrase in every place that takes words; then the whole log is read. What only the
clock does, and what takes a broken part, stands in OTHERWISE.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lacuna.domain.audit import KINDS
from lacuna.domain.synchronising import Deletions
from lacuna.testing.servers.searxng import SearxngDouble
from lacuna.usecases.upload import Declared
from lacuna.wiring.build import cli_principal, open_application
from lacuna.wiring.catalog import back_end
from lacuna.wiring.rotation import rotate_hmac_key, rotate_signing_key
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server
from tests.surfaces.test_evaluate_api import dataset, event
from tests.surfaces.test_stored_texts import ADMIN, ANN, READER, who

PLANTED = "the heron nests at quay nine"
SAID = f"Remember that {PLANTED}"
OUTSIDE = "Which gas do plants take in for photosynthesis, and does the heron nest at a quay?"

OTHERWISE = {
    # One function makes these and their siblings' data; only the clock tells when.
    *("approval.expired", "override.expired"),
    # tests/surfaces/test_stored_texts.py takes a mount away and brings it back.
    *("anchor.failed", "anchor.resumed", "system.degraded", "system.recovered"),
    # tests/surfaces/test_reindex.py and tests/usecases move passages; the records name back ends and counts.
    *("passages.reindex_started", "passages.reindexed", "passages.reindex_abandoned"),
}

CONFIG = """\
classification: {{strategy: balanced}}
routing:
  PUBLIC: {{local_rag: true, web_search: true, external_llm: false}}
web_search: {{enabled: true, endpoint: "{engine}"}}
split_view: {{enabled: true}}
auth:
  trusted_proxies: [127.0.0.1]
  text_reader_group: text-readers
audit:
  store_text: true
  anchors:
    file: {{path: "{mount}"}}
"""

RULES = """\
package lacuna.routing

import rego.v1

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
NEXT_RULES = "package lacuna.more\n\nimport rego.v1\n\nnothing := true\n"


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    (tmp_path / "mount").mkdir()
    result = {"title": "Gas", "url": "https://plants.example/gas", "content": "Plants take in carbon dioxide."}
    async with SearxngDouble([result]) as engine:
        config = CONFIG.format(engine=engine.url, mount=tmp_path / "mount")
        folder = write_config(tmp_path / "config", config, "customers:\n  - Wexford Dairies\n")
        (folder / "policies").mkdir()
        (folder / "policies" / "more.rego").write_text(RULES)
        (folder / "policies" / "settings.json").write_text('{"settings": {"split_tiers": ["INTERNAL"]}}')
        monkeypatch.setenv("LACUNA_CONFIG_PATH", str(folder))
        monkeypatch.setenv("LACUNA_CLASSIFICATION__LAYERS__HEURISTIC__COMPILE_PATTERNS", "false")
        env = {"LACUNA_CONFIG_PATH": str(folder)}
        running = Server(tmp_path / "data", tmp_path, command=("serve",), env=env)
        await asyncio.to_thread(running.start)
        try:
            yield running
        finally:
            await asyncio.to_thread(running.stop)


async def call(server: Server, method: str, path: str, body: Any, headers: dict[str, str], *expected: int) -> Any:
    def work() -> Any:
        given = {} if body is None else {"json": body}
        answer = server.client.request(method, f"/api/v1/{path}", headers=headers, **given)
        assert answer.status_code in (expected or (200, 201, 204)), (path, answer.text)
        return answer.json() if answer.text.startswith("{") and "\n" not in answer.text else answer.text

    return await asyncio.to_thread(work)


async def post(server: Server, path: str, body: Any = None, headers: dict[str, str] = ADMIN, *expected: int) -> Any:
    return await call(server, "POST", path, body or {}, headers, *expected)


async def get(server: Server, path: str, headers: dict[str, str] = ADMIN, *expected: int) -> Any:
    return await call(server, "GET", path, None, headers, *expected)


async def questions(server: Server) -> None:
    decision = (await post(server, "classify", {"query": SAID}, ANN))["decision_id"]
    await post(server, "query", {"query": OUTSIDE, "max_tier": "PUBLIC"}, ANN)
    turns = [{"role": "user", "content": f"Our staging cluster is down, as {PLANTED}."}]
    split = await post(server, "query", {"query": OUTSIDE.split(",")[0], "conversation": turns}, ANN)
    assert [left["derived"] for left in split["left_the_house"]] == [True]
    await post(server, "search", {"query": SAID, "top_k": 3}, ANN)
    await post(server, "feedback", {"decision_id": decision, "tier": "INTERNAL", "comment": SAID, "text": SAID}, ANN)
    await get(server, f"decisions/{decision}/text", READER)
    await post(server, "admin/subjects/erase", {"subject": PLANTED})


async def documents(server: Server) -> None:
    text = {"text": SAID + ".", "title": PLANTED, "source": PLANTED}
    document = (await post(server, "documents", text))["document_id"]
    await get(server, f"documents/{document}")
    await get(server, "documents")
    await call(server, "PATCH", f"documents/{document}", {"tier": "PROPRIETARY", "title": SAID}, ADMIN)
    await post(server, "evaluate", {"operation": "export", "sources": [document], "destination": SAID})
    await call(server, "DELETE", f"documents/{document}", None, ADMIN)
    await post(server, "documents", {"text": " ", "title": PLANTED}, ADMIN, 422)
    await get(server, "documents/doc_none", ADMIN, 404)
    told = event(1, [dataset("shop.customers", PLANTED)], [dataset("shop.report", "n")])
    told["inputs"][0]["name"] = SAID
    await post(server, "lineage/events", told)


async def stewardship(server: Server) -> None:
    wanted = {"tier": "INTERNAL", "effect": "raise", "text": SAID, "reason": SAID, "note": SAID}
    made = await post(server, "admin/overrides", wanted)
    await post(server, f"admin/overrides/{made['id']}/withdraw", {"remark": SAID})
    listed = await get(server, "admin/overrides?state=requested")
    for each in listed["overrides"]:
        await post(server, f"admin/overrides/{each['id']}/refuse", {"remark": SAID})
    await post(server, "admin/terms", {"name": PLANTED})
    for act in ("grant", "refuse"):
        customer = {"query": f"What does Wexford Dairies pay {act}, as {PLANTED}?"}
        await post(server, "query", customer, ANN, 403)
        [waiting] = (await get(server, "admin/approvals?state=requested"))["approvals"]
        await post(server, f"admin/approvals/{waiting['id']}/{act}", {"remark": SAID}, who("bo", "board"))
        await post(server, "query", customer, ANN, 200 if act == "grant" else 403)
    files = {"next.rego": NEXT_RULES}
    await post(server, "admin/policies/deploy", {"files": files, "note": SAID})
    await post(server, "admin/policies/rollback", {})
    broken = {"next.rego": f"package lacuna.more\n# {SAID}\nnothing := "}
    await post(server, "admin/policies/deploy", {"files": broken}, ADMIN, 400, 409, 422)


async def keys(server: Server) -> None:
    made = await post(server, "admin/api-keys", {"name": "nightly"})
    fresh = await post(server, f"admin/api-keys/{made['id']}/rotate", {"overlap_hours": 1})
    await call(server, "DELETE", f"admin/api-keys/{fresh['id']}", None, ADMIN)
    await get(server, "documents", {"Authorization": f"Bearer {PLANTED.replace(' ', '_')}"}, 401)


async def audit(server: Server) -> None:
    await post(server, "audit/verify", {})
    assert "heron" not in await get(server, "audit/export")


async def commands(server: Server) -> list[dict[str, Any]]:
    """What commands do once the server is stopped; then the whole log."""
    folder = server.cwd / f"notes, {PLANTED}"
    folder.mkdir()
    (folder / f"{PLANTED}.txt").write_text(SAID)
    overrides = {"storage.data_path": str(server.data_dir)}
    principal = cli_principal()
    await rotate_signing_key(overrides, principal)
    await rotate_hmac_key(overrides, principal)
    async with open_application(overrides, passages_needed=False) as application:
        source = back_end("source", "folder")({"path": str(folder)}, {})
        runs = application.synchronise.run(source, Declared(None, None, ""), principal, Deletions(percent=0))
        assert [outcome.status async for outcome in runs] == ["stored"]
        assert len(await application.audit.about(SAID, 10, principal)) >= 2
        assert (await application.audit.verify(principal)).passed
        return [dict(view) async for view in application.audit.export()]


async def test_every_act_is_recorded_and_no_record_holds_what_people_wrote(server: Server) -> None:
    for acts in (questions, documents, stewardship, keys, audit):
        await acts(server)
    await asyncio.to_thread(server.stop)
    assert "heron" not in server.log
    views = await commands(server)
    lines = [json.dumps(view) for view in views]
    assert [line for line in lines if "heron" in line] == []
    kinds = {view["record"]["kind"] for view in views}
    assert KINDS - kinds - OTHERWISE == set()
    raw = b"".join(path.read_bytes() for path in (server.cwd / "mount").rglob("*") if path.is_file())
    assert b"heron" not in raw
    for view in views:
        assert len(json.dumps(view["record"]["data"])) < 20_000, view["record"]["kind"]
    reads = [view["record"] for view in views if view["record"]["kind"] in ("document.read", "document.listed")]
    assert [sorted(read["data"]) for read in reads] == [["document", "tier"], ["count", "tier"]]
    assert {read["actor"] for read in reads} == {"root"}
