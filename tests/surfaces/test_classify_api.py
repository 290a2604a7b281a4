"""`POST /classify` and `/classify/batch`, through a real server."""

from typing import Any

import httpx
import pytest

TIERS = ["PUBLIC", "INTERNAL", "PROPRIETARY"]


def classify(client: httpx.Client, query: str, **more: object) -> dict[str, Any]:
    answer = client.post("/api/v1/classify", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    "spelling",
    [
        "project_apollo",
        "Project Apollo",
        "project-apollo",
        "ProjectApollo",
        "PROJECT APOLLO",
        "Pro\u200bject Ap\u043ello",
    ],
)
def test_a_listed_project_is_proprietary_in_every_spelling(client: httpx.Client, spelling: str) -> None:
    body = classify(client, f"When does {spelling} ship to the warehouse?")
    assert body["tier"] == "PROPRIETARY"
    assert "ORG.PROJECT" in body["tags"]


def test_an_alias_counts_as_the_project(client: httpx.Client) -> None:
    assert classify(client, "status of heron-next please")["tier"] == "PROPRIETARY"


def test_a_term_inside_another_word_is_no_finding(client: httpx.Client) -> None:
    body = classify(client, "What is a blueheronlike bird?")
    assert "ORG.PROJECT" not in body["tags"]


def test_spans_point_into_the_original_text_in_code_points(client: httpx.Client) -> None:
    text = "Grüße 👋🏽 an max.mustermann@example.com, bitte"
    body = classify(client, text)
    [found] = [f for f in body["findings"] if f["kind"] == "PII.EMAIL"]
    assert text[found["start"] : found["end"]] == "max.mustermann@example.com"


def test_a_card_number_counts_only_with_its_check_digit(client: httpx.Client) -> None:
    assert classify(client, "charge 4111 1111 1111 1111 now")["tier"] == "PROPRIETARY"
    wrong = classify(client, "charge 4111 1111 1111 1112 now")
    assert "PII.CREDIT_CARD" not in wrong["tags"]


def test_the_answer_never_holds_the_matched_text(client: httpx.Client) -> None:
    answer = client.post("/api/v1/classify", json={"query": "mail jo.doe.secret@example.com about it"})
    assert "jo.doe.secret" not in answer.text


def test_the_end_of_a_long_text_is_classified_too(client: httpx.Client) -> None:
    assert classify(client, "The weather is fine. " * 2000 + "Ask Wexford Dairies.")["tier"] == "PROPRIETARY"


@pytest.mark.parametrize(
    "context",
    [
        {"conversation": [{"role": "user", "content": "Tell me about Project Apollo."}]},
        {"conversation": [{"role": "tool", "content": "row: jane@example.com"}]},
        {"project": "project_apollo"},
        {"files": ["notes/Wexford Dairies.txt"]},
    ],
)
def test_what_goes_along_with_a_question_raises_it(client: httpx.Client, context: dict[str, Any]) -> None:
    body = classify(client, "What is the capital of France?", **context)
    assert body["tier"] == "PROPRIETARY"
    assert any(tag.startswith("CONTEXT.") for tag in body["tags"])


def test_a_conversations_tier_never_falls(client: httpx.Client) -> None:
    first = classify(client, "Draft a note on Project Apollo.", conversation_id="c-17")
    later = classify(client, "What is the capital of France?", conversation_id="c-17")
    other = classify(client, "What is the capital of France?", conversation_id="c-18")
    assert (first["tier"], later["tier"], other["tier"]) == ("PROPRIETARY", "PROPRIETARY", "PUBLIC")


def test_a_cached_answer_is_the_same_decision_under_a_new_id(client: httpx.Client) -> None:
    first, second = (classify(client, "Which rivers flow through Vienna and Budapest?") for _ in range(2))
    assert not first["cached"]
    assert second["cached"]
    assert first["decision_id"] != second["decision_id"]
    assert first["tier"] == second["tier"]


def test_nothing_above_public_has_an_external_route(client: httpx.Client) -> None:
    for query in ("Project Apollo budget", "how do we refresh tokens in the login service?", "hello"):
        body = classify(client, query)
        if body["tier"] != "PUBLIC":
            assert not body["route"]["web_search"]
            assert not body["route"]["external_llm"]


def test_a_batch_keeps_its_order_and_records_each_decision(client: httpx.Client) -> None:
    queries = ["Project Apollo", {"query": "What is the capital of France?"}, "jane@example.com"]
    answer = client.post("/api/v1/classify/batch", json={"queries": queries})
    results = answer.json()["results"]
    assert [r["tier"] for r in results] == ["PROPRIETARY", "PUBLIC", "PROPRIETARY"]
    for result in results:
        decision = client.get(f"/api/v1/decisions/{result['decision_id']}")
        assert decision.status_code == 200
        assert decision.json()["facts"]["tier"] == result["tier"]


def test_a_batch_over_the_limit_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/classify/batch", json={"queries": ["x"] * 51})
    assert answer.status_code == 413
    assert "50" in answer.json()["detail"]


def test_a_pasted_passage_of_a_protected_document_takes_its_tier(client: httpx.Client) -> None:
    passage = (
        "Every autumn the northern depot swaps its worn conveyor bearings before frost arrives, because stiff grease "
        "slowed four loading lanes last winter and two drivers waited past midnight for pallets nobody could move."
    )
    body = {"text": passage, "tier": "INTERNAL", "groups": ["engineering"], "source": "depot-note", "title": "Depot"}
    assert client.post("/api/v1/documents", json=body).status_code == 201
    pasted = classify(client, "Translate this: " + passage[30:])
    [found] = [f for f in pasted["findings"] if f["rule"] == "fingerprint"]
    assert found["kind"] == "SEMANTIC.CORPUS"
    assert found["tier"] == "INTERNAL"
    assert pasted["tier"] != "PUBLIC"
