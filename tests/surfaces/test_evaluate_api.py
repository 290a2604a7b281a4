"""Data operations and lineage events, through the API and the command line."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.surfaces.running import Server, lacuna

NAMESPACE = "postgres://warehouse:5432"
CUSTOMERS = f"dataset:{NAMESPACE}/shop.customers"
REPORT = f"dataset:{NAMESPACE}/shop.report"


def event(number: int, inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-05-01T10:{number:02d}:00Z",
        "producer": "https://example.org/etl",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0188a6f2-7c1f-7d3c-9a53-3d5a3a0f4b11"},
        "job": {"namespace": "etl", "name": "shop"},
        "inputs": inputs,
        "outputs": outputs,
    }


def dataset(name: str, *columns: str) -> dict[str, Any]:
    fields = [{"name": column, "type": "text"} for column in columns]
    return {"namespace": NAMESPACE, "name": name, "facets": {"schema": {"fields": fields}}}


@pytest.fixture
def shop(client: httpx.Client) -> httpx.Client:
    """The server with two data sets."""
    told = event(1, [dataset("shop.customers", "id", "email", "region")], [dataset("shop.report", "region", "n")])
    assert client.post("/api/v1/lineage/events", json=told).status_code in (200, 201)
    return client


def test_an_event_is_taken_once(client: httpx.Client) -> None:
    told = event(30, [], [dataset("shop.fresh", "a")])
    first = client.post("/api/v1/lineage/events", json=told)
    second = client.post("/api/v1/lineage/events", json=told)
    assert (first.status_code, first.json()["recorded"]) == (201, True)
    assert (second.status_code, second.json()["recorded"]) == (200, False)


def test_the_lineage_shows_data_sets_and_jobs(shop: httpx.Client) -> None:
    graph = shop.get(f"/api/v1/lineage/{REPORT}?direction=upstream&depth=5").json()
    assert {node["id"]: node["tier"] for node in graph["nodes"]} == {
        REPORT: "PROPRIETARY",
        "job:etl/shop": "PROPRIETARY",
        CUSTOMERS: "PROPRIETARY",
    }
    assert {edge["relation"] for edge in graph["edges"]} == {"read", "wrote"}


def test_an_operation_is_decided_with_reasons_and_alternatives(shop: httpx.Client) -> None:
    body = {
        "operation": "EXPORT",
        "sources": [CUSTOMERS],
        "destination": "s3://partner",
        "destination_type": "external",
        "destination_encrypted": True,
    }
    found = shop.post("/api/v1/evaluate", json=body).json()
    assert (found["allowed"], found["tier"], found["policy_id"]) == (False, "PROPRIETARY", "lacuna.export")
    assert "only PUBLIC data leaves the house" in found["reasoning"]
    for each in found["alternatives"]:
        again = shop.post("/api/v1/evaluate", json={**body, **each["request"]}).json()
        assert again["allowed"] is not each["needs_approval"]
    assert any(each["rule"] == "aggregate.counts_only" for each in found["alternatives"])
    told = shop.get(f"/api/v1/decisions/{found['decision_id']}").json()
    assert told["kind"] == "decision.evaluate"
    assert any("lacuna.export" in line for line in told["explanation"])


def test_a_document_is_a_resource(client: httpx.Client) -> None:
    [guide] = [d for d in client.get("/api/v1/documents").json()["documents"] if d["source"] == "kestrel-guide"]
    body = {"operation": "export", "sources": [guide["document_id"]], "destination": "web"}
    found = client.post("/api/v1/evaluate", json=body).json()
    assert (found["allowed"], found["tier"]) == (True, "PUBLIC")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"operation": "exprt"}, 422),
        ({"operation": ""}, 422),
        ({"operation": None}, 422),
        ({"sources": []}, 422),
        ({"sources": ["dataset:none/none"]}, 404),
        ({"sources": ["doc_none"]}, 404),
        ({"sources": [""]}, 422),
        ({"source": ["x"]}, 422),
        ({"destination_type": "external"}, 422),
        ({"purpose": "a;b"}, 422),
        ({"purpose": "call jo.doe@mail.example.org"}, 422),
        ({"sample": [{"a": [1]}]}, 422),
        ({"sample": [{"a": 1}] * 201}, 422),
        ({"columns": ["other.email"]}, 422),
        ({"code": "select a from elsewhere"}, 422),
        ({"sample": "x" * 70_000}, 413),
    ],
)
def test_bodies_that_are_wrong_are_refused(shop: httpx.Client, change: dict[str, Any], status: int) -> None:
    body = {"operation": "read", "sources": [CUSTOMERS], **change}
    answer = shop.post("/api/v1/evaluate", json=body)
    assert answer.status_code == status, answer.text


def test_no_text_of_a_request_is_kept(house: Server, shop: httpx.Client) -> None:
    secret = "jo.doe@mail.example.org"
    body = {
        "operation": "anonymize",
        "sources": [CUSTOMERS],
        "code": f"select id from shop.customers where email = '{secret}'",
        "sample": [{"email": secret, "region": f"ask {secret}"}],
        "destination": secret,
    }
    found = shop.post("/api/v1/evaluate", json=body)
    assert found.status_code == 200
    assert secret not in found.text
    for file in Path(house.data_dir).rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


def test_what_is_approved_is_allowed_until_it_ends(house: Server, shop: httpx.Client, tmp_path: Path) -> None:
    body = {
        "operation": "export",
        "sources": [CUSTOMERS],
        "destination": "warehouse",
        "destination_type": "internal",
        "destination_encrypted": True,
    }
    denied = shop.post("/api/v1/evaluate", json=body).json()
    assert not denied["allowed"]
    assert denied["approval_id"] == shop.post("/api/v1/evaluate", json=body).json()["approval_id"]
    command = ("admin", "approvals", "grant", denied["approval_id"], "--data-dir", house.data_dir)
    granted = lacuna(*command, cwd=tmp_path)
    assert (granted.code, "granted" in granted.out) == (0, True), granted.err
    allowed = shop.post("/api/v1/evaluate", json=body).json()
    assert (allowed["allowed"], allowed["approval_id"]) == (True, denied["approval_id"])
    other = shop.post("/api/v1/evaluate", json={**body, "destination": "elsewhere"}).json()
    assert not other["allowed"]
    refused = shop.post(f"/api/v1/admin/approvals/{other['approval_id']}/refuse", json={"remark": "no"})
    assert refused.json()["state"] == "refused"
    again = lacuna("admin", "approvals", "list", "--state", "refused", "--data-dir", house.data_dir, cwd=tmp_path)
    assert other["approval_id"] in again.out


def test_the_command_says_the_same(house: Server, shop: httpx.Client, tmp_path: Path) -> None:
    data = ("--data-dir", house.data_dir)
    allowed = lacuna("evaluate", "read", CUSTOMERS, "--column", "region", *data, "--json", cwd=tmp_path)
    assert allowed.code == 0, allowed.err
    assert allowed.json()["tier"] == "INTERNAL"
    denied = lacuna("evaluate", "Export", CUSTOMERS, "--to", "s3", "--code", "-", *data, cwd=tmp_path, stdin="x")
    assert denied.code == 1
    assert "Denied" in denied.out
    assert "may do anything" in denied.out
    rows = tmp_path / "rows.json"
    rows.write_text('[{"email": "jo.doe@mail.example.org", "region": "north"}]')
    masked = lacuna("evaluate", "anonymise", CUSTOMERS, "--sample", rows, *data, cwd=tmp_path)
    assert (masked.code, '"email": "[PII.EMAIL]"' in masked.out) == (0, True), masked.out
    wrong = lacuna("evaluate", "exprt", CUSTOMERS, *data, "--json", cwd=tmp_path)
    assert (wrong.code, wrong.json()["error"]["code"]) == (1, "invalid_input")
