"""Overrides and feedback through the public doors, with a server running all the while."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna
from tests.surfaces.test_terms_surface import eventually

TERMS = "projects:\n  - project_apollo\n  - Quiet Harbour\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("overrides")
    config = write_config(folder / "config", CONFIG, TERMS)
    with Server(folder / "data", folder, env={"LACUNA_CONFIG_PATH": str(config)}) as running:
        yield running


def decide(server: Server, query: str, **more: Any) -> dict[str, Any]:
    answer = server.client.post("/api/v1/classify", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    decided: dict[str, Any] = answer.json()
    return decided


def make(server: Server, **body: Any) -> dict[str, Any]:
    answer = server.client.post("/api/v1/admin/overrides", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def act(server: Server, override_id: str, what: str, **body: Any) -> Any:
    return server.client.post(f"/api/v1/admin/overrides/{override_id}/{what}", json=body)


def test_a_text_is_lowered_when_the_call_returns_and_until_it_is_withdrawn(server: Server) -> None:
    query = "when is the quiet harbour open day"
    before = decide(server, query)
    assert (before["tier"], decide(server, query)["cached"]) == ("PROPRIETARY", True)
    made = make(server, tier="PUBLIC", reason="it is in the paper", text=query, days=5)
    after = decide(server, f" {query}\n")
    assert (after["tier"], after["layer"]) == ("PUBLIC", "declared")
    assert f"override.{made['id']}" in [f["rule"] for f in after["findings"]]
    assert f"override.{made['id']} applied" in after["reasoning"]
    assert after["ruleset"] != before["ruleset"]
    assert decide(server, query + " again")["tier"] == "PROPRIETARY"
    assert decide(server, query, files=["project_apollo.txt"])["tier"] == "PROPRIETARY"
    why = server.client.get(f"/api/v1/decisions/{after['decision_id']}").json()
    assert why["counterfactual"]["public"] is None
    assert act(server, made["id"], "withdraw", remark="over").json()["state"] == "withdrawn"
    again = decide(server, query)
    assert (again["tier"], again["ruleset"]) == ("PROPRIETARY", before["ruleset"])
    assert act(server, made["id"], "withdraw").status_code == 409


def test_a_conversation_keeps_the_tier_it_had(server: Server) -> None:
    query = "who rows in the quiet harbour"
    assert decide(server, query, conversation_id="c-1")["tier"] == "PROPRIETARY"
    make(server, tier="PUBLIC", reason="known", text=query, days=5)
    assert decide(server, query)["tier"] == "PUBLIC"
    assert decide(server, query, conversation_id="c-1")["tier"] == "PROPRIETARY"


def test_a_pattern_raises_and_documents_follow(server: Server) -> None:
    assert decide(server, "what is a gilded fern")["tier"] != "PROPRIETARY"
    made = make(server, tier="PROPRIETARY", reason="next product", pattern="(?i)gilded[ _-]?fern")
    assert decide(server, "what is a GILDED_FERN")["tier"] == "PROPRIETARY"
    document = server.client.post("/api/v1/documents", json={"title": "Plants", "text": "The gilded fern grows."})
    assert document.json()["tier"] == "PROPRIETARY"
    listed = server.client.get("/api/v1/admin/overrides", params={"state": "granted"}).json()["overrides"]
    assert [o["pattern"] for o in listed if o["id"] == made["id"]] == ["(?i)gilded[ _-]?fern"]
    act(server, made["id"], "withdraw")


def test_feedback_becomes_a_request_that_a_steward_grants(server: Server) -> None:
    query = "where do I park at the quiet harbour"
    decided = decide(server, query)
    body = {"decision_id": decided["decision_id"], "tier": "public", "comment": "it is on the sign", "text": query}
    said = server.client.post("/api/v1/feedback", json=body)
    assert said.status_code == 201, said.text
    assert (said.json()["outcome"], said.json()["learned"]) == ("requested", False)
    assert decide(server, query)["tier"] == "PROPRIETARY"
    override_id = said.json()["override_id"]
    assert act(server, override_id, "grant").status_code == 422
    assert act(server, override_id, "grant", days=91).status_code == 422
    granted = act(server, override_id, "grant", days=90)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted")
    assert decide(server, query)["tier"] == "PUBLIC"
    assert act(server, override_id, "grant", days=9).status_code == 409
    assert act(server, override_id, "refuse").status_code == 409
    records = server.client.get("/api/v1/audit/records", params={"decision": decided["decision_id"]}).json()["records"]
    assert {r["record"]["kind"] for r in records} == {
        "decision.classify",
        "label.recorded",
        "override.requested",
        "override.granted",
    }


def test_a_text_that_a_steward_labels_teaches_what_is_worded_otherwise(server: Server, tmp_path: Path) -> None:
    text, reworded = "which colour is the third drawer", "what colour is the third drawer"
    assert decide(server, reworded)["tier"] != "PROPRIETARY"
    body = {"decision_id": decide(server, text)["decision_id"], "tier": "PROPRIETARY", "comment": "a code word"}
    said = server.client.post("/api/v1/feedback", json={**body, "text": text, "apply": True}).json()
    assert (said["outcome"], said["learned"], said["notes"]) == ("granted", True, [])
    after = decide(server, reworded)
    assert (after["tier"], after["tags"]) == ("PROPRIETARY", ["SEMANTIC", "SEMANTIC.EXAMPLE"])
    config = {"LACUNA_CONFIG_PATH": str(server.cwd / "config")}
    told = lacuna("classify", reworded, "--data-dir", server.data_dir, "--json", cwd=tmp_path, env=config)
    assert told.json()["tier"] == "PROPRIETARY"
    act(server, said["override_id"], "withdraw")
    assert decide(server, reworded)["tier"] != "PROPRIETARY"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tier": "PUBLIC", "comment": "x", "decision_id": "dec_none"}, 404),
        ({"tier": "SECRET", "comment": "x"}, 422),
        ({"tier": 1, "comment": "x"}, 422),
        ({"tier": "PUBLIC", "comment": ""}, 422),
        ({"tier": "PUBLIC", "comment": "x", "text": "another text"}, 422),
        ({"tier": "PUBLIC", "comment": "x", "apply": True}, 422),
        ({"tier": "PUBLIC", "comment": "x", "user": "eve"}, 422),
    ],
)
def test_feedback_that_cannot_be_taken_is_refused(server: Server, body: dict[str, Any], status: int) -> None:
    decision = decide(server, "the quiet harbour")["decision_id"]
    answer = server.client.post("/api/v1/feedback", json={"decision_id": decision, **body})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "another text" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"pattern": "(secretword"},
        {"pattern": "secretword|.*"},
        {"text": "secretword", "pattern": "secretword"},
        {"text": "secretword", "tier": "INTERNAL"},
        {"text": "secretword", "days": 0},
        {},
    ],
)
def test_an_override_that_cannot_be_is_refused_without_repeating_it(server: Server, body: dict[str, Any]) -> None:
    wanted = {"tier": "PUBLIC", "reason": "secretword", "days": 5, **body}
    answer = server.client.post("/api/v1/admin/overrides", json=wanted)
    assert answer.status_code == 422
    assert "secretword" not in answer.text


def test_commands_do_the_same_in_a_running_server(server: Server, tmp_path: Path) -> None:
    env = {"LACUNA_CONFIG_PATH": str(server.cwd / "config")}
    data = ("--data-dir", str(server.data_dir))
    query = "quiet harbour ferry times"
    decided = decide(server, query)["decision_id"]

    def run(*arguments: str, stdin: str | None = None) -> Any:
        return lacuna(*arguments, *data, cwd=tmp_path, env=env, stdin=stdin)

    said = run("feedback", decided, "public", "--comment", "on the pier", "--text", "-", "--json", stdin=query)
    assert (said.code, said.json()["outcome"]) == (0, "requested"), said.err
    listed = run("admin", "overrides", "list", "--state", "requested")
    assert said.json()["override_id"] in listed.out
    granted = run("admin", "overrides", "grant", said.json()["override_id"], "--days", "3", "--json")
    assert granted.json()["state"] == "granted"
    assert eventually(lambda: decide(server, query)["tier"] == "PUBLIC")
    gone = run("admin", "overrides", "withdraw", said.json()["override_id"], "--remark", "no ferry any more")
    assert gone.code == 0, gone.err
    assert eventually(lambda: decide(server, query)["tier"] == "PROPRIETARY")
    bad = run("admin", "overrides", "add", "PUBLIC", "--pattern", "a(b", "--reason", "r", "--days", "2")
    assert (bad.code, "character 2" in bad.err) == (1, True)


def test_texts_patterns_and_reasons_are_in_no_log_or_record(server: Server) -> None:
    make(server, tier="PROPRIETARY", reason="velvet reason", pattern="velvet anvil [0-9]+")
    exported = server.client.get("/api/v1/audit/export").text.lower()
    for word in ("velvet", "quiet harbour", "on the sign", "in the paper"):
        assert word not in exported
        assert word not in server.log.lower()
    assert server.client.post("/api/v1/audit/verify").json()["passed"]
    assert server.client.get("/ready").json()["parts"]["overrides"]["state"] == "ok"


def test_overrides_are_there_after_a_restart(server: Server) -> None:
    query = "is the quiet harbour deep"
    make(server, tier="PUBLIC", reason="chart", text=query, days=5)
    server.stop()
    server.start()
    assert decide(server, query)["tier"] == "PUBLIC"
