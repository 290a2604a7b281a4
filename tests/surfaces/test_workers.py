"""Several workers behind one socket: they share what they know, replace each other, and end together."""

import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from lacuna.testing.servers.redis import RedisServer
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna

KEY = "k" * 40
HEADERS = {"authorization": f"Bearer {KEY}"}
TERMS = "projects:\n  - project_apollo\n"
WAIT_S = 30.0
"""Far more than what is promised, for machines that are busy with other things."""


@pytest.fixture(scope="module")
def redis(program: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(program("redis-server"), tmp_path_factory.mktemp("redis")) as running:
        yield running


def serving(folder: Path, **env: str) -> Server:
    config = write_config(folder / "config", CONFIG, TERMS)
    given = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_API_KEY": KEY, "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0"}
    command = ("serve", "--workers", "2")
    return Server(folder / "data", folder, command=command, env={**given, **env}, headers=HEADERS)


@pytest.fixture(scope="module")
def server(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("workers"), LACUNA_REDIS_URL=redis.url) as running:
        yield running


@dataclass(frozen=True)
class Answer:
    """One answer. `worker` names the process that gave it, by the prefix of its request ids."""

    status: int
    request_id: str
    body: dict[str, Any]

    @property
    def worker(self) -> str:
        return self.request_id.partition("-")[0]


def once(server: Server, query: str) -> Answer:
    """Asks over a connection of its own: either worker may take it."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    try:
        connection.request(
            "POST", "/api/v1/classify", json.dumps({"query": query}), {"content-type": "application/json", **HEADERS}
        )
        got = connection.getresponse()
        return Answer(got.status, got.headers["x-request-id"], json.loads(got.read()))
    finally:
        connection.close()


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def pids(server: Server) -> list[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text(encoding="ascii")
    return [int(pid) for pid in children.split()]


def metrics(server: Server) -> str:
    found = re.search(r'"address": "(http://[^"]+)"', server.log)
    assert found is not None, server.log
    return httpx.get(found.group(1), trust_env=False).text


def counted(server: Server, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", metrics(server), re.MULTILINE)
    return float(found.group(1)) if found else 0.0


class Hammer:
    """Threads that ask without a pause; every answer is kept."""

    def __init__(self, server: Server, queries: list[str]) -> None:
        self.answers: list[Answer] = []
        self.failures: list[str] = []
        self._server = server
        self._queries = queries
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(4)]

    def __enter__(self) -> "Hammer":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def workers(self) -> set[str]:
        return {answer.worker for answer in self.answers}

    def _ask(self, number: int) -> None:
        while not self._done.is_set():
            number += 1
            try:
                answer = once(self._server, self._queries[number % len(self._queries)])
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(type(error).__name__)
                continue
            if answer.status == 200:
                self.answers.append(answer)
            else:
                self.failures.append(str(answer.body))


def test_both_workers_answer_and_metrics_are_their_sum(server: Server) -> None:
    before = counted(server, "lacuna_cache_hits_total") + counted(server, "lacuna_cache_misses_total")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: once(server, f"question {number}"), range(200)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.worker for answer in answers}) == 2
    assert len({answer.request_id for answer in answers}) == 200
    after = counted(server, "lacuna_cache_hits_total") + counted(server, "lacuna_cache_misses_total")
    assert after - before == 200
    assert counted(server, "lacuna_worker_starts_total") >= 2
    assert server.client.post("/api/v1/audit/verify").json()["passed"]


def test_what_one_worker_found_the_other_takes_from_redis(server: Server) -> None:
    before = counted(server, 'lacuna_cache_lookups_total{level="redis",result="hit"}')
    answers: dict[str, list[bool]] = defaultdict(list)
    for number in range(400):
        answer = once(server, f"shared question {number // 8}")
        answers[answer.worker].append(answer.body["cached"])
    assert len(answers) == 2
    assert counted(server, 'lacuna_cache_lookups_total{level="redis",result="hit"}') > before
    assert server.client.get("/ready").json()["parts"]["cache"] == {"state": "ok", "required": False, "detail": ""}


def by_api(server: Server, term: str) -> Callable[[], None]:
    added = server.client.post("/api/v1/admin/projects", json={"name": term})
    assert added.status_code == 201, added.text

    def undo() -> None:
        removed = server.client.delete(f"/api/v1/admin/projects/{added.json()['id']}")
        assert removed.status_code == 204, removed.text

    return undo


def by_file(server: Server, term: str) -> Callable[[], None]:
    file = server.cwd / "config" / "proprietary_terms.yaml"
    file.write_text(TERMS + f"  - {term}\n", encoding="utf-8")

    def undo() -> None:
        file.write_text(TERMS, encoding="utf-8")

    return undo


@pytest.mark.parametrize("add", [by_api, by_file])
def test_a_term_counts_in_every_worker_and_no_answer_is_of_a_mixed_set(
    server: Server, add: Callable[[Server, str], Callable[[], None]]
) -> None:
    name = add.__name__
    queries = [f"when does zarquon_{name} ship", f"the zarquon-{name.replace('_', '-')} budget"]
    old = once(server, "hello").body["ruleset"]

    def tagged(answer: Answer) -> bool:
        return "ORG.PROJECT" in answer.body["tags"]

    def everywhere(wanted: bool) -> bool:
        """Whether both workers say so, several times in a row."""
        answers = [once(server, queries[number % 2]) for number in range(24)]
        return {tagged(answer) for answer in answers} == {wanted} and len({answer.worker for answer in answers}) == 2

    with Hammer(server, queries) as hammer:
        assert eventually(lambda: len(hammer.workers()) == 2)
        undo = add(server, f"zarquon {name.replace('_', ' ')}")
        assert eventually(lambda: everywhere(True))
        seen = len(hammer.answers) + 8  # what was under way may still be of the old set
        assert eventually(lambda: len(hammer.answers) > seen + 50)
        assert all(map(tagged, hammer.answers[seen : seen + 50]))
        undo()
        assert eventually(lambda: everywhere(False))
    assert hammer.failures == []
    by_ruleset: dict[str, set[bool]] = defaultdict(set)
    for answer in hammer.answers:
        by_ruleset[answer.body["ruleset"]].add(tagged(answer))
    assert by_ruleset.pop(old) == {False}
    assert list(by_ruleset.values()) == [{True}]
    assert any(answer.body["cached"] for answer in hammer.answers)


def test_an_override_counts_in_every_worker_and_no_answer_is_of_a_mixed_set(server: Server) -> None:
    query = "who waters the plants of project_apollo"
    body = {"tier": "PUBLIC", "reason": "nobody", "text": query, "days": 1}
    with Hammer(server, [query]) as hammer:
        assert eventually(lambda: len(hammer.workers()) == 2)
        made = server.client.post("/api/v1/admin/overrides", json=body)
        assert made.status_code == 201, made.text

        def followed(tier: str) -> bool:
            last: dict[str, str] = {answer.worker: answer.body["tier"] for answer in hammer.answers[-50:]}
            return set(last.values()) == {tier} and len(last) == 2

        assert eventually(lambda: followed("PUBLIC"))
        gone = server.client.post(f"/api/v1/admin/overrides/{made.json()['id']}/withdraw", json={})
        assert gone.status_code == 200, gone.text
        assert eventually(lambda: followed("PROPRIETARY"))
    assert hammer.failures == []
    tiers = defaultdict(set)
    for answer in hammer.answers:
        tiers[answer.body["ruleset"]].add(answer.body["tier"])
    assert sorted(map(sorted, tiers.values())) == [["PROPRIETARY"], ["PUBLIC"]]


def test_a_redis_that_is_killed_or_hangs_under_load_fails_no_answer(server: Server, redis: RedisServer) -> None:
    def state() -> str:
        return str(server.client.get("/ready").json()["parts"]["cache"]["state"])

    with Hammer(server, [f"load {number}" for number in range(200)]) as hammer:
        redis.hang()
        assert eventually(lambda: state() == "failed")
        assert server.client.get("/ready").status_code == 200
        redis.go_on()
        assert eventually(lambda: state() == "ok")
        redis.kill()
        assert eventually(lambda: state() == "failed")
        redis.start()
        assert eventually(lambda: state() == "ok")
    assert hammer.failures == []
    assert all(answer.body["degraded"] == [] for answer in hammer.answers)


def test_a_worker_that_is_killed_is_replaced(server: Server) -> None:
    starts = counted(server, "lacuna_worker_starts_total")
    victim = pids(server)[0]
    os.kill(victim, signal.SIGKILL)
    for number in range(20):
        assert once(server, f"meanwhile {number}").status == 200
    assert eventually(lambda: counted(server, "lacuna_worker_starts_total") == starts + 1)
    assert victim not in pids(server)
    assert len(pids(server)) == 2
    ended = [json.loads(line) for line in server.lines if '"worker_ended"' in line]
    assert (ended[-1]["pid"], ended[-1]["outcome"]) == (victim, -signal.SIGKILL)
    assert eventually(lambda: len({once(server, "hello").worker for _ in range(20)}) == 2)
    assert server.client.post("/api/v1/audit/verify").json()["passed"]


SET = """package lacuna.{package}

import rego.v1

{rule}
"""


def policies(version: str) -> dict[str, str]:
    """A set whose both packages say which one it is."""
    tag = f'tags contains {{"tag": "{version}", "rule": "set", "reason": "x"}}'
    deny = f'deny contains {{"rule": "set", "reason": "set {version}"}} if "{version}" in input.tags'
    return {
        "tag.rego": SET.format(package="classification", rule=tag),
        "deny.rego": SET.format(package="routing", rule=deny),
    }


def said(answer: Answer) -> tuple[str, ...]:
    """What the answer shows of each package."""
    tags = [tag for tag in answer.body["tags"] if tag.startswith("SET-")]
    reasons = [found for reason in answer.body["route"]["reasons"] for found in re.findall(r"set (SET-\w+)", reason)]
    return (*tags, *reasons)


def test_a_deployment_counts_in_every_worker_and_no_answer_is_of_a_mixed_set(server: Server) -> None:
    queries = [f"how tall is giraffe number {number}" for number in range(5)]

    def everywhere(wanted: tuple[str, ...]) -> bool:
        answers = [once(server, queries[number % 5]) for number in range(24)]
        return {said(answer) for answer in answers} == {wanted} and len({answer.worker for answer in answers}) == 2

    with Hammer(server, queries) as hammer:
        assert eventually(lambda: len(hammer.workers()) == 2)
        for version in ("SET-A", "SET-B"):
            body = {"files": policies(version)}
            assert server.client.post("/api/v1/admin/policies/deploy", json=body).status_code == 201
            assert eventually(lambda version=version: everywhere((version, version)))  # type: ignore[misc]
            seen = len(hammer.answers) + 8  # what was under way may still be of the old set
            assert eventually(lambda seen=seen: len(hammer.answers) > seen + 50)  # type: ignore[misc]
            assert {said(answer) for answer in hammer.answers[seen : seen + 50]} == {(version, version)}
        back = server.client.post("/api/v1/admin/policies/rollback", json={"version": "configuration"})
        assert back.status_code == 200
        assert eventually(lambda: everywhere(()))
    assert hammer.failures == []
    assert {said(answer) for answer in hammer.answers} == {(), ("SET-A", "SET-A"), ("SET-B", "SET-B")}


def test_a_replaced_worker_begins_with_the_policies_that_are_in_the_folder_now(server: Server) -> None:
    folder = server.cwd / "config" / "policies"
    folder.mkdir()
    for path, text in policies("SET-F").items():
        (folder / path).write_text(text, encoding="utf-8")
    queries = [f"how deep is lake number {number}" for number in range(5)]

    def followed() -> bool:
        answers = [once(server, queries[number % 5]) for number in range(24)]
        return {said(each) for each in answers} == {("SET-F", "SET-F")} and len({each.worker for each in answers}) == 2

    try:
        assert eventually(followed)
        with Hammer(server, queries) as hammer:
            assert eventually(lambda: len(hammer.workers()) == 2)
            before = hammer.workers()
            os.kill(pids(server)[0], signal.SIGKILL)
            assert eventually(lambda: bool(hammer.workers() - before))
            fresh = len(hammer.answers)
            assert eventually(lambda: len(hammer.answers) > fresh + 50)
        assert {said(answer) for answer in hammer.answers} == {("SET-F", "SET-F")}
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_the_stop_is_clean_and_on_record(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert once(server, "hello").status == 200
        assert server.stop() == 0
    assert not (tmp_path / "data" / "metrics").exists()
    env = dict(server.env)
    listed = lacuna("audit", "query", "--data-dir", tmp_path / "data", "--json", cwd=tmp_path, env=env).json()
    told = [
        (record["record"]["kind"], record["record"]["data"].get("worker"), record["record"]["data"].get("workers"))
        for record in listed["records"]
        if record["record"]["kind"].startswith("system.")
    ]
    kinds = ("system.started", "system.stopped")
    assert sorted(told) == [(kind, number, 2) for kind in kinds for number in (1, 2)]


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    server = serving(tmp_path)
    server.start()
    started = pids(server)
    assert len(started) == 2
    server.kill()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    server.start()
    assert once(server, "hello").status == 200
    assert server.stop() == 0


def test_what_cannot_start_says_why_as_with_one_worker(tmp_path: Path) -> None:
    env = dict(serving(tmp_path).env)
    serve = ("serve", "--workers", "2", "--data-dir")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = lacuna(*serve, tmp_path / "a", "--port", str(port), cwd=tmp_path, env=env)
        assert (done.code, f"Cannot listen on 127.0.0.1:{port}" in done.err) == (1, True), done.err
        busy = {**env, "LACUNA_METRICS__PROMETHEUS_PORT": str(port)}
        done = lacuna(*serve, tmp_path / "a", "--port", "0", cwd=tmp_path, env=busy)
        assert (done.code, "metrics.prometheus_port" in done.err) == (1, True), done.err
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "lacuna.db").write_bytes(b"no database at all" * 100)
    done = lacuna(*serve, tmp_path / "b", "--port", "0", cwd=tmp_path, env=env)
    assert (done.code, "lacuna.db" in done.err, "Traceback" in done.err) == (1, True, False), done.err


def test_a_wrong_redis_password_stops_the_start(program: Callable[[str], Path], tmp_path: Path) -> None:
    with RedisServer(program("redis-server"), tmp_path, ("--requirepass", "right")) as redis:
        env = {**serving(tmp_path).env, "LACUNA_REDIS_URL": redis.url.replace("//", "//:wrongone@")}
        done = lacuna("serve", "--port", "0", "--data-dir", tmp_path / "data", cwd=tmp_path, env=env)
    assert done.code == 1
    assert "cache.redis_url" in done.err
    assert "wrongone" not in done.err
