"""Why a decision got its tier, through the API and the command line."""

from pathlib import Path

import httpx

from tests.surfaces.running import Server, lacuna

SECRET = "Write to jo.doe@mail.example.org about the rotation ledger"


def test_a_decision_tells_what_would_have_to_be_different(client: httpx.Client) -> None:
    decided = client.post("/api/v1/classify", json={"query": SECRET}).json()
    found = client.get(f"/api/v1/decisions/{decided['decision_id']}").json()
    why = found["counterfactual"]
    assert decided["tier"] == "PROPRIETARY"
    assert why["decisive"] == {"PII.EMAIL": 1}
    assert why["without"] == "INTERNAL"
    assert [(f["kind"], f["start"], f["end"]) for f in why["findings"]] == [("PII.EMAIL", 9, 32)]
    assert why["complete"]
    assert why["public"]["without"] == {"ORG.TERM": 1, "PII.EMAIL": 1}
    assert why["public"]["evidence_needed"] == 0.6
    assert "jo.doe" not in str(found)


def test_more_findings_than_a_record_lists_are_counted_all_the_same(client: httpx.Client) -> None:
    many = " ".join(f"project_apollo jo{number}.doe@mail.example.org" for number in range(150))
    decided = client.post("/api/v1/classify", json={"query": many}).json()
    why = client.get(f"/api/v1/decisions/{decided['decision_id']}").json()["counterfactual"]
    assert why["decisive"] == {"ORG.PROJECT": 150, "PII.EMAIL": 150}
    assert len(why["findings"]) == 200
    assert not why["complete"]


def test_what_nobody_found_anything_in_needs_evidence(client: httpx.Client) -> None:
    decided = client.post("/api/v1/classify", json={"query": "7 -- 7"}).json()
    why = client.get(f"/api/v1/decisions/{decided['decision_id']}").json()["counterfactual"]
    assert (decided["tier"], why["decisive"], why["without"]) == ("INTERNAL", {}, None)
    assert why["public"]["without"] == {}


def test_the_command_says_it_in_plain_words(house: Server, client: httpx.Client, tmp_path: Path) -> None:
    decided = client.post("/api/v1/classify", json={"query": SECRET}).json()["decision_id"]
    data = ("--data-dir", house.data_dir)
    said = lacuna("explain", decided, *data, cwd=tmp_path)
    assert said.code == 0, said.err
    assert "Without this finding: PII.EMAIL, it would be INTERNAL." in said.out
    told = lacuna("explain", decided, *data, "--json", cwd=tmp_path).json()
    assert told["counterfactual"]["decisive"] == {"PII.EMAIL": 1}
    unknown = lacuna("explain", "dec_none", *data, "--json", cwd=tmp_path)
    assert (unknown.code, unknown.json()["error"]["code"]) == (1, "not_found")
