"""The ledger's proofs through the public door."""

import httpx

from tests.surfaces.running import Server, lacuna

AUDIT = "/api/v1/audit"


def test_verification_in_every_mode_over_http(client: httpx.Client) -> None:
    anchored = client.get(f"{AUDIT}/checkpoint").text
    whole = client.post(f"{AUDIT}/verify").json()
    assert (whole["passed"], whole["mode"], whole["detection"], whole["share_found"]) == (True, "full", 1, 0)
    since = client.post(f"{AUDIT}/verify", json={"mode": "since_last", "against": anchored}).json()
    assert (since["passed"], since["mode"]) == (True, "since_last")
    assert since["size"] > whole["size"]
    sample = client.post(f"{AUDIT}/verify", json={"mode": "sample", "sample": 3}).json()
    assert (sample["passed"], sample["checked"]) == (True, 3)
    assert 0 < sample["detection"] < 1
    page = client.get(f"{AUDIT}/records", params={"kind": "ledger.verified"}).json()
    recorded = page["records"][0]["record"]["data"]
    assert (recorded["extent"], recorded["checked"]) == ("sample", 3)


def test_a_verification_that_makes_no_sense_is_refused(client: httpx.Client) -> None:
    for body in ({"mode": "some"}, {"sample": 3}, {"mode": "sample"}, {"mode": "full", "more": 1}):
        assert client.post(f"{AUDIT}/verify", json=body).status_code == 422
    foreign = client.post(f"{AUDIT}/verify", json={"against": "no checkpoint"})
    assert (foreign.status_code, foreign.json()["passed"]) == (200, False)


def test_a_command_verifies_against_a_checkpoint_kept_elsewhere(house: Server) -> None:
    kept = house.cwd / "kept.txt"
    kept.write_text(house.client.get(f"{AUDIT}/checkpoint").text, encoding="utf-8")
    options = ("--data-dir", house.data_dir, "--json")
    done = lacuna("audit", "verify", "--since-last", "--against", kept, *options, cwd=house.cwd)
    assert (done.code, done.json()["passed"]) == (0, True), done.err
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n\n", "\nmore\n\n"), encoding="utf-8")
    done = lacuna("audit", "verify", "--sample", "2", "--against", kept, *options, cwd=house.cwd)
    assert (done.code, done.json()["passed"]) == (1, False)
    assert "checkpoint" in done.json()["problem"]
