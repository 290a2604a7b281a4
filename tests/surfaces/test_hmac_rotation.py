"""The HMAC key of a house is rotated between two runs of its server; nothing that protects is forgotten."""

import json
from pathlib import Path
from typing import Any

from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna

API = "/api/v1"
TERMS = "projects:\n  - Quiet Harbour\n"
LOWERED, RAISED = "when is the quiet harbour open day", "which birds live on the estuary"
DOCUMENT = {"text": "The heron nests at quay nine in spring.", "title": "Birds", "tier": "INTERNAL"}


def post(server: Server, path: str, body: dict[str, Any], code: int = 200) -> Any:
    answer = server.client.post(API + path, json=body)
    assert answer.status_code == code, answer.text
    return answer.json()


def tier(server: Server, query: str, **more: Any) -> str:
    return str(post(server, "/classify", {"query": query, **more})["tier"])


def records(server: Server, **wanted: Any) -> list[dict[str, Any]]:
    page = server.client.get(f"{API}/audit/records", params={"limit": 1000, **wanted}).json()
    return [each["record"] for each in page["records"]]


def test_everything_that_protects_outlives_a_rotation(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config", CONFIG + "audit:\n  store_text: true\n", TERMS)
    env = {"LACUNA_CONFIG_PATH": str(config)}
    data = tmp_path / "data"
    options = ("--data-dir", data, "--json")
    with Server(data, tmp_path, env=env) as server:
        for query, to in ((LOWERED, "PUBLIC"), (RAISED, "PROPRIETARY")):
            post(server, "/admin/overrides", {"tier": to, "reason": "a test", "text": query, "days": 5}, 201)
        decided = post(server, "/classify", {"query": "is quiet harbour on time?", "conversation_id": "c"})
        document = post(server, "/documents", DOCUMENT, 201)["document_id"]
        locked = lacuna("audit", "rotate-hmac-key", *options, cwd=tmp_path, env=env)
        assert (locked.code, locked.json()["error"]["code"]) == (1, "storage_locked")
        before = len(records(server))
    done = lacuna("audit", "rotate-hmac-key", *options, cwd=tmp_path, env=env)
    assert done.code == 0, done.out + done.err
    old_and_new = {*done.json().values()}
    text = tmp_path / "text"
    text.write_text(LOWERED + "\n")
    with Server(data, tmp_path, env=env) as server:
        assert (tier(server, LOWERED), tier(server, RAISED)) == ("PUBLIC", "PROPRIETARY")
        assert tier(server, "and then?", conversation_id="c") == "PROPRIETARY"
        again = post(server, "/documents", DOCUMENT)
        assert (again["document_id"], again["status"]) == (document, "unchanged")
        said = {"decision_id": decided["decision_id"], "tier": "PROPRIETARY", "comment": "so it is"}
        post(server, "/feedback", {**said, "text": "is quiet harbour on time?"}, 201)
        kinds = [each["kind"] for each in records(server)[:-before]]
        assert kinds.count("hmac_key.rotated") == 1
        assert "config.changed" not in kinds
        assert {each["data"].get("hmac_key") for each in records(server)} - {None} == old_and_new
        out = lacuna("audit", "query", "--text", text, *options, cwd=tmp_path, env=env).json()
        found = [each["record"] for each in out["records"]]
        assert {each["data"]["hmac_key"] for each in found} == old_and_new
        assert {each["kind"] for each in found} >= {"override.granted", "decision.classify"}
        [searched] = records(server, kind="ledger.searched")
        assert searched["data"]["found"] == len(found)
        assert LOWERED not in json.dumps(searched)
        assert server.client.post(f"{API}/audit/verify").json()["passed"]
    (data / "keys" / "hmac.retired").rename(tmp_path / "lost")
    lost = lacuna("audit", "checkpoint", "--data-dir", data, cwd=tmp_path, env=env)
    assert lost.code == 1
    assert "hmac_key_unknown" in lost.err
