"""`POST /query`, `/search`, lineage and decisions, through a real server."""

import base64
import json
from typing import Any

import httpx
import pytest

from lacuna.domain.merkle import inclusion_holds


def ask(client: httpx.Client, query: str, **more: object) -> dict[str, Any]:
    answer = client.post("/api/v1/query", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_public_question_is_answered_from_the_documents_with_citations(client: httpx.Client) -> None:
    body = ask(client, "How long does the battery of a Kestrel sensor last?", max_tier="PUBLIC")
    assert "four years" in body["answer"]
    assert body["citations"][0]["title"] == "Kestrel user guide"
    assert f"[{body['citations'][0]['n']}]" in body["answer"]
    assert body["model"] == "extractive"
    assert body["degraded"] == []


def test_an_answers_tier_is_the_join_of_everything_that_went_into_it(client: httpx.Client) -> None:
    body = ask(client, "Which customer is the pilot, and at what rate?", groups=["leadership"])
    assert "Wexford" in body["answer"]
    assert body["tier"] == "PROPRIETARY"


def test_search_and_query_narrow_to_groups_and_tier(client: httpx.Client) -> None:
    for body in ({"max_tier": "PUBLIC"}, {"groups": ["engineering"], "max_tier": "INTERNAL"}):
        found = client.post("/api/v1/search", json={"query": "pilot customer rate Apollo", "top_k": 50, **body}).json()
        assert "Apollo launch plan" not in [r["title"] for r in found["results"]]
    everything = client.post("/api/v1/search", json={"query": "pilot customer rate Apollo", "top_k": 50}).json()
    assert everything["results"][0]["title"] == "Apollo launch plan"
    assert {tuple(result["suspicious"]) for result in everything["results"]} == {()}


def test_passages_only_writes_no_answer(client: httpx.Client) -> None:
    body = ask(client, "reset the Kestrel sensor", generate=False)
    assert body["answer"] == ""
    assert body["model"] == "none"
    assert body["citations"]


def test_the_receipt_proves_the_outcome_offline(client: httpx.Client) -> None:
    receipt = ask(client, "How do I reset a Kestrel sensor?")["receipt"]
    root = base64.b64decode(receipt["checkpoint"].split("\n")[2])
    proof = tuple(base64.b64decode(h) for h in receipt["inclusion_proof"])
    leaf = base64.b64decode(receipt["leaf_hash"])
    assert inclusion_holds(leaf, receipt["index"], receipt["tree_size"], proof, root)


def test_lineage_names_query_chunks_documents_and_model(client: httpx.Client) -> None:
    body = ask(client, "How do I reset a Kestrel sensor?", max_tier="PUBLIC")
    graph = client.get(f"/api/v1/lineage/{body['lineage_id']}", params={"direction": "upstream"}).json()
    kinds = {node["kind"] for node in graph["nodes"]}
    assert {"answer", "query", "chunk", "document", "model"} <= kinds
    document = next(node["id"] for node in graph["nodes"] if node["kind"] == "document")
    impact = client.get(f"/api/v1/lineage/{document}/impact").json()
    assert body["lineage_id"] in {node["id"] for node in impact["nodes"]}


def test_a_decision_is_explained_in_plain_words(client: httpx.Client) -> None:
    body = ask(client, "What does Wexford Dairies pay?")
    decision = client.get(f"/api/v1/decisions/{body['classification']['decision_id']}").json()
    told = "\n".join(decision["explanation"])
    assert "PROPRIETARY" in told
    assert "Nothing left the house." in told
    assert "Wexford" not in json.dumps(decision)


def events(client: httpx.Client, body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    name = ""
    with client.stream("POST", "/api/v1/query", json={**body, "stream": True}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def test_a_stream_is_the_decision_then_pieces_then_the_answer_with_its_receipt(client: httpx.Client) -> None:
    got = events(client, {"query": "How do I reset a Kestrel sensor?"})
    names = [name for name, _ in got]
    assert names[0] == "decision"
    assert names[-1] == "answer"
    assert set(names[1:-1]) == {"delta"}
    final = got[-1][1]
    assert "".join(data["text"] for name, data in got if name == "delta") == final["answer"]
    assert final["receipt"]["tree_size"] > final["receipt"]["index"]


def test_what_is_wrong_before_the_first_piece_is_a_proper_error(client: httpx.Client) -> None:
    answer = client.post("/api/v1/query", json={"query": " ", "stream": True})
    assert answer.status_code == 422


@pytest.mark.parametrize("field", [{"max_tier": "SECRET"}, {"top_k": 0}, {"top_k": 101}, {"sources": ["printer"]}])
def test_wrong_parameters_are_refused(client: httpx.Client, field: dict[str, Any]) -> None:
    assert client.post("/api/v1/query", json={"query": "x", **field}).status_code == 422


def test_sources_limits_where_the_answer_comes_from(client: httpx.Client) -> None:
    body = ask(client, "How do I reset a Kestrel sensor?", sources=[])
    assert body["citations"] == []
    assert not any(body["route"][name] for name in ("local_rag", "web_search", "external_llm"))


def test_a_question_without_any_document_says_so(client: httpx.Client) -> None:
    body = ask(client, "zzyzx qwv", max_tier="PUBLIC", groups=[])
    assert body["answer"]
