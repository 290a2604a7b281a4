"""Policies through the public doors: folder, API and command line, with a server running all the while."""

import json
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.surfaces.conftest import CONFIG, TERMS, write_config
from tests.surfaces.running import Server, lacuna

WAIT_S = 40.0
"""Far more than the promised second, for machines that are busy with other things."""
RULE = """package lacuna.routing

import rego.v1

deny contains {{"rule": "{name}", "reason": "{name} says no"}} if input.project == "{name}"
"""
TEST = """package lacuna.{name}_test

import rego.v1

test_{name} if {{
	some each in data.lacuna.routing.deny with input as {{
		"project": "{name}",
		"tier": "PUBLIC",
		"routing": {{"PUBLIC": []}},
	}}
	each.rule == "{name}"
}}
"""
POLICIES = "/api/v1/admin/policies"


def files(name: str) -> dict[str, str]:
    return {f"{name}.rego": RULE.format(name=name), f"{name}_test.rego": TEST.format(name=name)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("policies")
    config = write_config(folder / "config", CONFIG, TERMS)
    (config / "policies").mkdir()
    (config / "policies" / "first.rego").write_text(RULE.format(name="first"), encoding="utf-8")
    with Server(folder / "data", folder, env={"LACUNA_CONFIG_PATH": str(config)}) as running:
        yield running


def classified(server: Server, project: str) -> dict[str, Any]:
    answer = server.client.post("/api/v1/classify", json={"query": "how tall is a giraffe", "project": project})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def denied(server: Server, project: str) -> bool:
    return any("says no" in reason for reason in classified(server, project)["route"]["reasons"])


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def command(server: Server, *arguments: str | Path) -> Any:
    env = {"LACUNA_CONFIG_PATH": str(server.cwd / "config")}
    data = () if arguments[1] in ("validate", "test") else ("--data-dir", str(server.data_dir))
    return lacuna(*arguments, *data, "--json", cwd=server.cwd, env=env)


def test_the_folder_decides_and_a_broken_change_of_it_replaces_nothing(server: Server) -> None:
    assert denied(server, "first")
    folder = server.cwd / "config" / "policies"
    (folder / "second.rego").write_text(RULE.format(name="second"), encoding="utf-8")
    assert eventually(lambda: denied(server, "second"))
    (folder / "second.rego").write_text("package lacuna.routing\n\ndeny contains {\n", encoding="utf-8")
    assert eventually(lambda: server.client.get("/ready").json()["parts"]["policies"]["state"] == "failed")
    assert denied(server, "second")
    assert "second.rego:3" in server.log
    (folder / "second.rego").unlink()
    assert eventually(lambda: not denied(server, "second"))
    assert eventually(lambda: server.client.get("/ready").json()["parts"]["policies"]["state"] == "ok")


def test_a_version_is_deployed_explained_and_rolled_back(server: Server) -> None:
    before = server.client.get(POLICIES).json()["in_force"]
    assert before["source"] == "configuration"
    past = classified(server, "third")["decision_id"]
    checked = server.client.post(f"{POLICIES}/validate", json={"files": files("third")}).json()
    assert checked["valid"], checked
    done = server.client.post(f"{POLICIES}/deploy", json={"files": files("third"), "note": "a third rule"})
    assert (done.status_code, done.json()["version"]) == (201, checked["version"])
    assert denied(server, "third")
    assert not denied(server, "first"), "a deployed set stands alone"
    listed = server.client.get(POLICIES).json()
    assert (listed["in_force"]["version"], listed["in_force"]["source"]) == (checked["version"], "deployed")
    assert listed["versions"][0]["note"] == "a third rule"
    kept = server.client.get(f"{POLICIES}/{checked['version']}").json()
    assert kept["files"]["policies/third.rego"] == RULE.format(name="third")
    told = command(server, "policy", "explain", past).json()
    assert (told["decided_by"], told["outcome"]["allowed"]) == (before["version"], True)
    assert told["recorded"] == told["outcome"]
    assert told["sentences"][-1] == "This is what the record says."
    again = server.client.post(f"{POLICIES}/rollback", json={}).json()
    assert again["version"] == before["version"]
    assert not denied(server, "third")
    assert denied(server, "first")
    kinds = [
        record["record"]["kind"]
        for kind in ("policy.deployed", "policy.rolled_back")
        for record in server.client.get("/api/v1/audit/records", params={"kind": kind}).json()["records"]
    ]
    assert {"policy.deployed", "policy.rolled_back"} <= set(kinds)


def test_what_cannot_be_used_is_refused_with_its_place_and_recorded(server: Server) -> None:
    before = server.client.get(POLICIES).json()["in_force"]["version"]
    bad = {"x.rego": "package lacuna.routing\n\ny if input.teir == 1\n"}
    checked = server.client.post(f"{POLICIES}/validate", json={"files": bad}).json()
    assert (checked["valid"], checked["problems"][0].split(": ")[0]) == (False, "policies/x.rego:3:6")
    refused = server.client.post(f"{POLICIES}/deploy", json={"files": bad})
    assert refused.status_code == 422, refused.text
    assert "policies/x.rego:3:6" in refused.text
    assert server.client.get(POLICIES).json()["in_force"]["version"] == before
    records = server.client.get("/api/v1/audit/records", params={"kind": "policy.refused"}).json()["records"]
    assert "x.rego:3:6" in records[0]["record"]["data"]["places"][0]


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("deploy", {}),
        ("deploy", {"files": {"../x.rego": ""}}),
        ("deploy", {"files": {"x.txt": ""}}),
        ("deploy", {"files": {}, "data": {"lacuna": {}}}),
        ("diff", {}),
        ("validate", {"files": {}, "more": 1}),
    ],
)
def test_a_body_that_is_no_set_is_refused(server: Server, call: str, body: dict[str, Any]) -> None:
    assert server.client.post(f"{POLICIES}/{call}", json=body).status_code == 422


def test_a_diff_names_exactly_the_decisions_that_would_change(server: Server, tmp_path: Path) -> None:
    """The candidate tags personal data; the planted question is the only one with any among the newest."""
    planted = server.client.post("/api/v1/classify", json={"query": "write to ann.lee@example.com"}).json()
    for number in range(3):
        server.client.post("/api/v1/classify", json={"query": f"how tall is giraffe number {number}"})
    candidate = tmp_path / "candidate"
    candidate.mkdir()
    rule = 'tags contains {"tag": "PERSONAL", "rule": "pii", "reason": "personal data"} if "PII.EMAIL" in input.tags\n'
    (candidate / "tag.rego").write_text(f"package lacuna.classification\n\nimport rego.v1\n\n{rule}", encoding="utf-8")
    (candidate / "first.rego").write_text(RULE.format(name="first"), encoding="utf-8")
    found = command(server, "policy", "diff", candidate, "--last", "4").json()
    assert [each["decision_id"] for each in found["examples"]] == [planted["decision_id"]]
    assert (found["changed"], found["changes"]) == (1, {"tags: none -> PERSONAL": 1})
    unchanged = server.client.post(f"{POLICIES}/diff", json={"version": "configuration", "last": 4}).json()
    assert (unchanged["changed"], unchanged["files"]) == (0, {})
    assert unchanged["replayed"] > 0
    # Projects are recorded as keyed HMACs: one that the rules name is known by it, another one is not.
    classified(server, "first")
    named = server.client.post(f"{POLICIES}/diff", json={"version": "configuration", "last": 1}).json()
    assert (named["not_replayed"], named["changed"]) == ({}, 0)
    classified(server, "nobody's")
    unknown = server.client.post(f"{POLICIES}/diff", json={"version": "configuration", "last": 1}).json()
    assert sum(unknown["not_replayed"].values()) == 1


def test_commands_check_and_deploy_for_running_servers(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    for path, text in files("fifth").items():
        (folder / path).write_text(text, encoding="utf-8")
    assert command(server, "policy", "test", folder).json()["passed"] == 1
    assert command(server, "policy", "validate", folder).json()["valid"]
    version = command(server, "policy", "deploy", folder).json()["version"]
    assert eventually(lambda: denied(server, "fifth"))
    document = tmp_path / "input.json"
    document.write_text(json.dumps({"project": "fifth", "tier": "PUBLIC"}), encoding="utf-8")
    told = command(server, "policy", "explain", "--input", document).json()
    assert (told["version"], told["outcome"]["allowed"]) == (version, False)
    denial = {"package": "lacuna.routing", "rule": "fifth", "effect": "deny", "reason": "[project] says no"}
    assert denial in told["fired"]
    assert "fifth (lacuna.routing) denies, because [project] says no." in told["sentences"]
    assert command(server, "admin", "policy", "reload").code == 0
    assert eventually(lambda: not denied(server, "fifth"))
    (folder / "fifth_test.rego").write_text(TEST.format(name="sixth"), encoding="utf-8")
    failed = command(server, "policy", "validate", folder)
    assert failed.code == 1
    assert "fifth_test.rego:5:1" in failed.json()["problems"][0]
    refused = command(server, "policy", "deploy", folder)
    assert refused.code == 1
    assert "test_sixth" in json.dumps(refused.json())


def metric(server: Server, series: str) -> float:
    found = re.search(r"http://\S+/metrics", server.log)
    assert found is not None, server.log
    text = httpx.get(found.group(), trust_env=False).text
    value = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(value.group(1)) if value else 0.0


def test_an_audit_only_rule_is_counted_recorded_shown_and_without_effect(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "seventh.rego").write_text(RULE.format(name="seventh"), encoding="utf-8")
    names = {"settings": {"audit_only": ["lacuna.routing.seventh"]}}
    (folder / "settings.json").write_text(json.dumps(names), encoding="utf-8")
    series = 'lacuna_policy_audit_only_total{effect="deny",rule="lacuna.routing.seventh"}'
    before = metric(server, series)
    body = {"files": {"seventh.rego": RULE.format(name="seventh")}, "data": names}
    assert server.client.post(f"{POLICIES}/deploy", json=body).status_code == 201
    assert server.client.get(POLICIES).json()["in_force"]["audit_only"] == ["lacuna.routing.seventh"]
    assert not denied(server, "seventh")
    assert metric(server, series) == before + 1
    assert metric(server, 'lacuna_cache_lookups_total{level="policy",result="miss"}') > 0
    decision = classified(server, "seventh")["decision_id"]
    found = server.client.get("/api/v1/audit/records", params={"decision": decision}).json()["records"]
    policy = found[0]["record"]["data"]["policy"]
    assert policy["audit_only"] == [["lacuna.routing", "seventh", "deny"]]
    assert policy["outcome"]["allowed"]
    logged = [json.loads(line) for line in server.lines if '"policy_audit_only"' in line]
    mine = next(each for each in logged if each["decision"] == decision)
    assert (mine["rule"], mine["effect"]) == ("lacuna.routing.seventh", "deny")
    told = server.client.post(f"{POLICIES}/explain", json={"decision_id": decision}).json()
    assert [each["rule"] for each in told["audit_only"]] == ["seventh"]
    assert "seventh" not in {each["rule"] for each in told["fired"]}
    assert any(line.startswith("Audit-only: seventh (lacuna.routing) would") for line in told["sentences"])
    tested = command(server, "policy", "backtest", "--policy", folder, "--allow-differences")
    assert tested.code == 0
    assert tested.json()["audit_only"]["lacuna.routing.seventh: deny"] >= 2
    body["data"] = {"settings": {"audit_only": ["lacuna.export.tier"]}}
    refused = server.client.post(f"{POLICIES}/validate", json=body).json()
    assert refused["problems"] == ["data.settings.audit_only: lacuna.export.tier always has an effect"]
    assert server.client.post(f"{POLICIES}/rollback", json={"version": "configuration"}).status_code == 200


def test_a_backtest_reproduces_the_past_and_exits_with_1_where_it_would_be_another(
    server: Server, tmp_path: Path
) -> None:
    """The set in force is that of the configuration; what other sets decided in other tests may differ from it."""
    assert eventually(lambda: server.client.get(POLICIES).json()["in_force"]["source"] == "configuration")
    planted = server.client.post("/api/v1/classify", json={"query": "write to eve.moss@example.com"}).json()
    read = {"operation": "read", "sources": [planted["decision_id"]]}
    server.client.post("/api/v1/evaluate", json=read)
    found = server.client.post(f"{POLICIES}/backtest", json={"version": "configuration", "days": 1}).json()
    assert found["replayed"] == found["reproduced"] + found["changed"]
    assert found["decided_by"][found["version"]] > 0
    candidate = tmp_path / "candidate"
    candidate.mkdir()
    (candidate / "first.rego").write_text(RULE.format(name="first"), encoding="utf-8")
    rule = 'deny contains {"rule": "pii", "reason": "no personal data"} if "PII.EMAIL" in input.tags\n'
    (candidate / "deny.rego").write_text(f"package lacuna.routing\n\nimport rego.v1\n\n{rule}", encoding="utf-8")
    other = command(server, "policy", "backtest", "--policy", candidate)
    assert other.code == 1
    assert planted["decision_id"] in {each["decision_id"] for each in other.json()["examples"]}
    assert server.client.post(f"{POLICIES}/backtest", json={"days": 1}).status_code == 422


def test_an_operation_on_data_is_explained_package_by_package(server: Server) -> None:
    source = server.client.post("/api/v1/documents", json={"text": "The Kestrel sensor measures humidity."}).json()
    body = {"operation": "export", "sources": [source["document_id"]], "destination": "s3://partner"}
    made = server.client.post("/api/v1/evaluate", json=body).json()
    told = command(server, "policy", "explain", made["decision_id"]).json()
    assert told["recorded"] == told["outcome"]
    assert any(line.startswith("lacuna.export was asked: export") for line in told["sentences"])
    assert any(line.endswith("denies, because only PUBLIC data leaves the house.") for line in told["sentences"])
    assert server.client.post(f"{POLICIES}/explain", json={"decision_id": "dec_none"}).status_code == 404
    assert server.client.post(f"{POLICIES}/explain", json={}).status_code == 422


def test_a_bundle_for_opa_holds_the_set_under_its_version(server: Server, tmp_path: Path) -> None:
    packed = tmp_path / "bundle.tar.gz"
    done = command(server, "policy", "bundle", "--output", packed).json()
    with tarfile.open(packed) as archive:
        manifest = archive.extractfile("/.manifest")
        assert manifest is not None
        assert json.loads(manifest.read())["revision"] == done["version"]
    assert done["version"] == server.client.get(f"{POLICIES}/configuration").json()["version"]


def test_a_broken_set_stops_the_start_and_the_check_with_file_line_and_column(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config", CONFIG, TERMS)
    (config / "policies").mkdir()
    (config / "policies" / "x.rego").write_text("package lacuna.routing\n\ny if input.teir == 1\n", encoding="utf-8")
    env = {"LACUNA_CONFIG_PATH": str(config)}
    checked = lacuna("config", "validate", "--json", cwd=tmp_path, env=env)
    assert checked.code == 1
    assert checked.json()["problems"][0].startswith("policies/x.rego:3:6: ")
    with pytest.raises(RuntimeError, match=r"policies/x\.rego:3:6"):
        Server(tmp_path / "data", tmp_path, env=env).start()
    (config / "policies" / "x.rego").write_text(RULE.format(name="x"), encoding="utf-8")
    (config / "policies" / "x_test.rego").write_text(TEST.format(name="other"), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"policies/x_test\.rego:5:1: test_other"):
        Server(tmp_path / "data", tmp_path, env=env).start()
