"""Requests that are wrong end in a problem document that says what, where and what to do."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from lacuna import __version__


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return body


POSTS = ["/api/v1/classify", "/api/v1/classify/batch", "/api/v1/query", "/api/v1/search"]
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body", [b"", b"   ", b"{", b"\x00\xff\xfe\x80", b'{"query": "\xff"}', b'{"queries": ["\xff"]}']
)
def test_a_body_that_is_no_json_is_malformed(client: httpx.Client, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers=JSON)
    if b"quer" in body and answer.status_code == 422:
        problem(answer, 422, "invalid_input")  # a missing field may be noticed before the bad bytes
    else:
        problem(answer, 400, "malformed_body")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"query":' * 100_000])
def test_a_deeply_nested_body_is_refused(client: httpx.Client, path: str, body: bytes) -> None:
    assert client.post(path, content=body, headers=JSON).status_code in (400, 422)


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_json_of_another_shape_names_the_field(client: httpx.Client, path: str) -> None:
    body = problem(client.post(path, json={"query": 7, "queries": 7}), 422, "invalid_input")
    assert body["errors"]


@pytest.mark.parametrize("path", POSTS)
def test_unknown_fields_are_refused_by_name(client: httpx.Client, path: str) -> None:
    body = problem(client.post(path, json={"query": "x", "queries": ["x"], "tire": "PUBLIC"}), 422, "invalid_input")
    assert any(name in body["detail"] for name in ("tire", "quer"))


def test_the_rejected_value_is_not_repeated(client: httpx.Client) -> None:
    answer = client.post("/api/v1/query", json={"query": "x", "top_k": "hunter2-secret"})
    problem(answer, 422, "invalid_input")
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(client: httpx.Client, query: str) -> None:
    assert "empty" in problem(client.post("/api/v1/classify", json={"query": query}), 422, "invalid_input")["detail"]


def test_a_text_over_the_limit_is_refused_with_both_numbers(client: httpx.Client) -> None:
    body = problem(client.post("/api/v1/classify", json={"query": "x" * 60_001}), 413, "too_large")
    assert "60001" in body["detail"]
    assert "60000" in body["detail"]


def test_a_body_over_the_limit_is_refused_by_its_length(client: httpx.Client) -> None:
    problem(client.post("/api/v1/classify", content=b"x" * 2_097_153, headers=JSON), 413, "too_large")


def test_a_body_over_the_limit_is_refused_without_a_declared_length(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    problem(client.post("/api/v1/classify", content=chunks(), headers=JSON), 413, "too_large")


def test_another_content_type_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/classify", content=b"query=x", headers={"content-type": "text/plain"})
    problem(answer, 415, "unsupported_media_type")


def test_an_unknown_path_and_a_wrong_method_are_problems_too(client: httpx.Client) -> None:
    problem(client.get("/api/v1/nothing"), 404, "not_found")
    problem(client.delete("/api/v1/classify"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/api/v1/decisions/dec_none", "/api/v1/lineage/ans_none", "/api/v1/documents/doc_none"]
)
def test_an_unknown_id_is_not_found(client: httpx.Client, path: str) -> None:
    problem(client.get(path), 404, "not_found")


def test_a_page_from_elsewhere_cannot_use_the_development_server(client: httpx.Client) -> None:
    for headers in (
        {"host": "rebound.example"},
        {"origin": "https://rebound.example"},
        {"sec-fetch-site": "cross-site"},
    ):
        problem(client.post("/api/v1/classify", json={"query": "x"}, headers=headers), 403, "not_local")


def test_health_says_the_version_and_ready_says_each_part(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok", "version": __version__}
    ready = client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["parts"]["ledger"]["state"] == "ok"
    assert ready.json()["parts"]["passages"]["state"] == "ok"


def test_the_documentation_page_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    schema = client.get("/openapi.json").json()
    for path in ("/api/v1/classify", "/api/v1/query", "/api/v1/documents", "/api/v1/audit/records"):
        assert path in schema["paths"]


def test_every_schema_reference_in_the_openapi_document_resolves(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    missing: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.rsplit("/", 1)[-1] not in schema["components"]["schemas"]:
                missing.append(reference)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    assert not missing
