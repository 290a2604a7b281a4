"""The ledger's proofs through the public door."""

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

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


def test_the_signing_key_is_rotated_while_no_server_runs(house: Server, tmp_path: Path) -> None:
    locked = lacuna("audit", "rotate-key", "--data-dir", house.data_dir, "--json", cwd=tmp_path)
    assert (locked.code, locked.json()["error"]["code"]) == (1, "storage_locked")
    folder = tmp_path / "data"
    before = lacuna("audit", "key", "--data-dir", folder, cwd=tmp_path)
    assert before.code == 0, before.err
    rotated = lacuna("audit", "rotate-key", "--data-dir", folder, "--json", cwd=tmp_path)
    assert (rotated.code, rotated.json()["until"]) == (0, 2), rotated.out
    assert rotated.json()["key"].partition("+")[0] == before.out.partition("+")[0]
    assert rotated.json()["key"] != before.out.strip()
    done = lacuna("audit", "verify", "--data-dir", folder, "--json", cwd=tmp_path)
    assert (done.code, done.json()["size"]) == (0, 2)


def test_a_command_anchors_the_checkpoint_that_verification_then_takes(tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    mount.mkdir()
    env = {"LACUNA_AUDIT__ANCHORS__FILE__PATH": str(mount)}
    options = ("--data-dir", tmp_path / "data", "--json")
    done = lacuna("audit", "anchor", *options, cwd=tmp_path, env=env)
    assert (done.code, done.json()["anchors"][0]["anchor"]) == (0, "file"), done.err
    [kept] = mount.glob("*/checkpoint-*.txt")
    done = lacuna("audit", "verify", "--against", kept, *options, cwd=tmp_path)
    assert (done.code, done.json()["passed"]) == (0, True)


class Follower:
    """A client of the log that knows the C2SP specification and nothing of Lacuna."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def checkpoint(self) -> tuple[int, bytes]:
        lines = self._client.get(f"{AUDIT}/checkpoint").text.split("\n")
        return int(lines[1]), base64.b64decode(lines[2])

    def hashes(self, level: int, size: int) -> list[bytes]:
        """All hashes of a level, of the tree of `size` leaves."""
        count, found = size >> 8 * level, []
        for start in range(0, count, 256):
            width = min(256, count - start)
            raw = self.tile(f"{level}/{start // 256:03}" + (f".p/{width}" if width < 256 else ""))
            assert len(raw) == 32 * width
            found += [raw[at : at + 32] for at in range(0, len(raw), 32)]
        return found

    def entries(self, size: int) -> list[bytes]:
        found = []
        for start in range(0, size, 256):
            width = min(256, size - start)
            raw = self.tile(f"entries/{start // 256:03}" + (f".p/{width}" if width < 256 else ""))
            while raw:
                length = int.from_bytes(raw[:2], "big")
                found.append(raw[2 : 2 + length])
                raw = raw[2 + length :]
        return found

    def tile(self, name: str) -> bytes:
        answer = self._client.get(f"{AUDIT}/tile/{name}")
        assert answer.status_code == 200, answer.text
        return answer.content


def tree_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


def grow_to(client: httpx.Client, size: int) -> None:
    while (at := int(client.get(f"{AUDIT}/checkpoint").text.split("\n")[1])) < size:
        queries = [f"What is number {number}?" for number in range(at, min(at + 50, size + 1))]
        assert client.post("/api/v1/classify/batch", json={"queries": queries}).status_code == 200


def test_a_follower_recomputes_the_log_from_its_tiles(client: httpx.Client) -> None:
    follower = Follower(client)
    grow_to(client, 300)
    old_size, old_root = follower.checkpoint()
    old = follower.hashes(0, old_size)
    assert tree_root(old) == old_root
    assert client.post("/api/v1/classify", json={"query": "One more?"}).status_code == 200
    size, root = follower.checkpoint()
    leaves = follower.hashes(0, size)
    assert size > old_size
    assert leaves[:old_size] == old
    assert tree_root(leaves) == root
    assert follower.hashes(1, size) == [tree_root(leaves[:256])]
    assert [hashlib.sha256(b"\x00" + entry).digest() for entry in follower.entries(size)] == leaves


def test_tiles_are_cached_when_full_and_named_one_way(client: httpx.Client) -> None:
    grow_to(client, 257)
    full = client.get(f"{AUDIT}/tile/0/000")
    assert full.headers.get_list("cache-control") == ["private, max-age=31536000, immutable"]
    assert len(full.content) == 256 * 32
    assert client.get(f"{AUDIT}/tile/0/000.p/7").content == full.content[: 7 * 32]
    assert "immutable" not in client.get(f"{AUDIT}/tile/0/000.p/7").headers["cache-control"]
    for name in ("0/0", "00/000", "0/x000/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "64/000", "x/000", "0/-01"):
        answer = client.get(f"{AUDIT}/tile/{name}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), name
    for name in ("0/999", "0/x001/000", "5/000", "entries/900", "1/000"):
        answer = client.get(f"{AUDIT}/tile/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), name


def run_verifier(verifier: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The one file, by a Python that sees no package at all."""
    command = [sys.executable, "-I", "-S", str(verifier), *map(str, arguments)]
    return subprocess.run(command, cwd=verifier.parent, capture_output=True, text=True, timeout=60, check=False)


def test_the_stand_alone_verifier_checks_what_the_server_gives(house: Server, tmp_path: Path) -> None:
    client = house.client
    verifier = tmp_path / "verify_ledger.py"
    verifier.write_text(lacuna("audit", "verifier", cwd=tmp_path).out, encoding="utf-8")
    key = tmp_path / "ledger.key"
    key.write_text(client.get(f"{AUDIT}/key").text, encoding="utf-8")

    def save(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    answer = client.post("/api/v1/query", json={"query": "How do I reset the Kestrel sensor?"})
    receipts = [save("answer.json", answer.content), save("shown.json", client.get(f"{AUDIT}/records/2").content)]
    for receipt in receipts:
        done = run_verifier(verifier, "receipt", receipt, "--key", key)
        assert (done.returncode, done.stdout[:3]) == (0, "ok:"), done.stderr
    old = save("old.txt", client.get(f"{AUDIT}/checkpoint").content)
    grow_to(client, 300)
    checkpoint = save("log/checkpoint", client.get(f"{AUDIT}/checkpoint").content)
    sizes = [int(path.read_text("utf-8").split("\n")[1]) for path in (old, checkpoint)]
    proof = client.get(f"{AUDIT}/proof/consistency", params={"first": sizes[0], "second": sizes[1]})
    save("proof.json", proof.content)
    export = save("export.jsonl", client.get(f"{AUDIT}/export").content)
    follower = Follower(client)
    rest = sizes[1] - 256
    for name in ("0/000", f"0/001.p/{rest}", "1/000.p/1", "entries/000", f"entries/001.p/{rest}"):
        save(f"log/tile/{name}", follower.tile(name))
    for arguments in (
        ("consistency", old, checkpoint, "proof.json"),
        ("export", export, checkpoint),
        ("tiles", "log"),
    ):
        done = run_verifier(verifier, *arguments, "--key", key)
        assert (done.returncode, done.stdout[:3]) == (0, "ok:"), (arguments, done.stderr)
    shown = json.loads(receipts[1].read_bytes())
    shown["record"]["actor"] = "somebody else"
    forged = save("forged.json", json.dumps(shown).encode())
    assert "was changed" in run_verifier(verifier, "receipt", forged, "--key", key).stderr
    told = lacuna("audit", "verify-receipt", forged, "--key", key, "--json", cwd=tmp_path)
    assert (told.code, told.json()["passed"]) == (1, False)
    told = lacuna("audit", "verify-receipt", receipts[0], "--data-dir", house.data_dir, "--json", cwd=tmp_path)
    assert (told.code, told.json()["passed"]) == (0, True), told.err
