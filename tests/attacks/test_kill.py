"""`kill -9` in the middle of ingest and of queries: nothing acknowledged is lost, and the same work completes."""

import json
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, environment, lacuna

ROUNDS = 20


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    config = write_config(tmp_path / "config")
    env = {"LACUNA_CONFIG_PATH": str(config)}
    chance = random.Random(7)
    acknowledged: list[str] = []
    for number in range(ROUNDS // 2):
        server = Server(tmp_path / "data", tmp_path, env=env)
        server.start()
        document = {"text": f"Fact {number}: the lamp blinks green.", "source": str(number)}
        server.client.post("/api/v1/documents", json=document)
        stop = threading.Event()
        askers = [threading.Thread(target=_ask, args=(server.url, acknowledged, stop)) for _ in range(3)]
        known, latest = len(acknowledged), time.monotonic() + 10.0
        for asker in askers:
            asker.start()
        while number % 2 and len(acknowledged) == known and time.monotonic() < latest:
            time.sleep(0.01)  # in every other round at least one answer comes before the end, on slow machines too
        time.sleep(chance.uniform(0.05, 0.6))
        server.kill()
        stop.set()
        for asker in askers:
            asker.join()
        server.client.close()
    assert acknowledged
    verified = lacuna("audit", "verify", "--data-dir", tmp_path / "data", "--json", cwd=tmp_path, env=env)
    assert verified.code == 0, verified.out + verified.err
    with Server(tmp_path / "data", tmp_path, env=env) as server:
        for decision in acknowledged:
            found = server.client.get(f"/api/v1/decisions/{decision}")
            assert found.status_code == 200, decision
            assert found.json()["outcome"]["outcome"] == "released"


def _ask(url: str, acknowledged: list[str], stop: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        while not stop.is_set():
            try:
                answer = client.post("/api/v1/query", json={"query": f"Which lamp blinks? {time.monotonic_ns()}"})
            except httpx.HTTPError:
                return
            if answer.status_code == 200:
                acknowledged.append(answer.json()["classification"]["decision_id"])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("more", [(), ("--sync",)], ids=["by name", "synchronised"])
def test_a_killed_ingest_is_completed_by_the_next_without_duplicates(more: tuple[str, ...], tmp_path: Path) -> None:
    config = write_config(tmp_path / "config")
    env = {"LACUNA_CONFIG_PATH": str(config)}
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(60):
        text = f"# Manual {number}\n\n" + f"Part {number} is fitted with {number + 3} screws. " * 60
        (folder / f"manual-{number:02}.md").write_text(text, encoding="utf-8")
    command = ["ingest", *more, str(folder), "--tier", "PUBLIC", "--data-dir", str(tmp_path / "data"), "--json"]
    chance = random.Random(11)
    for number in range(ROUNDS // (4 if more else 2)):
        if more:  # a file that takes another name while nobody may see it happen
            next(folder.glob(f"*-{number:02}.md")).rename(folder / f"renamed-{number:02}.md")
        child = subprocess.Popen(
            [sys.executable, "-m", "lacuna", *command],
            cwd=tmp_path,
            env=environment(env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.8, 3.0))
        child.kill()
        child.wait()
    done = lacuna(*command, cwd=tmp_path, env=env)
    assert done.code == 0, done.out + done.err
    again = lacuna(*command, cwd=tmp_path, env=env)
    assert {d["status"] for d in json.loads(again.out)["outcomes"]} == {"unchanged"}
    verified = lacuna("audit", "verify", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
    assert verified.code == 0, verified.err
    with Server(tmp_path / "data", tmp_path, env=env) as server:
        listed = server.client.get("/api/v1/documents", params={"limit": 200}).json()["documents"]
        assert len(listed) == 60
        question = {"query": "how many screws does part 41 have", "top_k": 100}
        found = server.client.post("/api/v1/search", json=question).json()
        chunks = [r["chunk_id"] for r in found["results"]]
        assert len(chunks) == len(set(chunks))
