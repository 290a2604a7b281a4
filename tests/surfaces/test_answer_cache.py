"""Kept answers through a server: given again to who may have them, and never one that would be another now."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from lacuna.testing.servers.loopback import Received, Reply
from lacuna.testing.servers.openai_chat import STREAM_HEADERS, ChatDouble, answer
from lacuna.testing.servers.redis import RedisServer
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, beside

CONFIG = """\
classification: {{strategy: balanced}}
auth: {{trusted_proxies: [127.0.0.1], proprietary_groups: [board]}}
llm: {{backend: vllm, endpoint: "{model}", model: double}}
cache:
  answers: {{kept_for: reach}}
"""
RULE = "package lacuna.more\n\nimport rego.v1\n\nnothing := {number}\n"
GAUGE: Final = re.compile(r"gauge number (\w+) ")


class Writing(ChatDouble):
    """Says which gauges the passages speak of, and how many answers it has written."""

    def _route(self, request: Received) -> Reply:
        if request.path != "/v1/chat/completions":
            return super()._route(request)
        told = json.loads(request.body)["messages"][-1]["content"]
        gauges = " ".join(sorted(set(GAUGE.findall(told))))
        return Reply(answer((f"Gauges {gauges} ", f"of answer {len(self.received)} [1].")), headers=STREAM_HEADERS)


def who(user: str, *groups: str) -> dict[str, str]:
    return {"X-User": user, "X-Email": f"{user}@example.test", "X-Groups": ",".join(groups)}


ADMIN = who("root", "lacuna-admins", "sales", "board")
ANN, BOB, CAROL, DIRECTOR = who("ann", "sales"), who("bob", "sales"), who("carol"), who("dan", "sales", "board")


@pytest.fixture(scope="module")
def model() -> Iterator[Writing]:
    with beside(Writing()) as double:
        yield double


@pytest.fixture(scope="module")
def server(model: Writing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("kept answers")
    config = write_config(folder / "config", CONFIG.format(model=model.url), "")
    env = {"LACUNA_CONFIG_PATH": str(config), "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0"}
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running


def call(server: Server, method: str, path: str, body: Any = None, headers: dict[str, str] = ADMIN) -> Any:
    given = {} if body is None else {"json": body}
    done = server.client.request(method, f"/api/v1/{path}", headers=headers, **given)
    assert done.status_code in (200, 201, 204), done.text
    return done.json() if done.content else None


def document(server: Server, name: str, **more: Any) -> str:
    text = f"The {name} gauge number {name} is calibrated every spring by the team of hall {name}."
    body = {"id": name, "text": text, "tier": "INTERNAL", "groups": ["sales"], "title": f"Gauge {name}", **more}
    return str(call(server, "POST", "documents", body)["document_id"])


def ask(server: Server, name: str, person: dict[str, str] = ANN, **more: Any) -> Any:
    return call(server, "POST", "query", {"query": f"How is the {name} gauge calibrated?", **more}, person)


def twice(server: Server, name: str, person: dict[str, str] = ANN, **more: Any) -> None:
    """Asks until the answer is one that was kept."""
    assert [ask(server, name, person, **more)["cached"] for _ in range(2)][-1]


def test_the_second_asking_costs_no_model_and_is_decided_and_recorded_like_the_first(
    server: Server, model: Writing
) -> None:
    document(server, "first")
    before = len(model.prompts)
    one, other = ask(server, "first"), ask(server, "first")
    assert len(model.prompts) == before + 1
    assert (one["cached"], other["cached"]) == (False, True)
    for same in ("answer", "tier", "citations", "claims", "model", "removed", "degraded", "left_the_house"):
        assert one[same] == other[same]
    assert one["classification"]["decision_id"] != other["classification"]["decision_id"]
    assert one["receipt"]["index"] < other["receipt"]["index"]
    decision = other["classification"]["decision_id"]
    records = call(server, "GET", f"audit/records?decision={decision}&newest_first=false")["records"]
    assert [each["record"]["kind"] for each in records] == ["decision.query", "answer.released"]
    assert records[1]["record"]["data"]["cached_from"] == one["lineage_id"]
    mine = call(server, "GET", f"decisions/{decision}", headers=ANN)
    assert "cached_from" not in mine["outcome"]
    assert any("no model was asked" in line for line in mine["explanation"])
    graph = call(server, "GET", f"lineage/{other['lineage_id']}?direction=upstream&depth=1")
    assert [edge["source"] for edge in graph["edges"] if edge["relation"] == "reused"] == [one["lineage_id"]]


def test_a_stream_of_a_kept_answer_ends_like_any_other(server: Server, model: Writing) -> None:
    document(server, "streamed")
    whole = ask(server, "streamed")
    before = len(model.prompts)
    body = {"query": "How is the streamed gauge calibrated?", "stream": True}
    text = server.client.post("/api/v1/query", json=body, headers=ANN).text
    events = [frame.split("\ndata: ") for frame in text.strip().split("\n\n")]
    said = "".join(json.loads(data)["text"] for name, data in events if name == "event: delta")
    last = json.loads(events[-1][1])
    assert (said, last["answer"], last["cached"]) == (whole["answer"], whole["answer"], True)
    assert len(model.prompts) == before


def test_only_who_may_read_the_same_is_given_it(server: Server) -> None:
    document(server, "shared", tier="PUBLIC")
    assert not ask(server, "shared", ANN)["cached"]
    for other in (CAROL, DIRECTOR, ADMIN):
        assert not ask(server, "shared", other)["cached"]
    assert ask(server, "shared", BOB)["cached"]
    bobs = ask(server, "shared", BOB)["lineage_id"]
    nodes = call(server, "GET", f"lineage/{bobs}?direction=upstream&depth=3", headers=BOB)["nodes"]
    assert {node["id"] for node in nodes if node["kind"] == "answer"} == {bobs}
    assert not ask(server, "shared", BOB, max_tier="PUBLIC")["cached"]


def test_who_asks_for_a_new_answer_gets_one_that_is_not_kept(server: Server) -> None:
    document(server, "anew")
    assert [ask(server, "anew", cache=False)["cached"] for _ in range(2)] == [False, False]
    assert [ask(server, "anew")["cached"] for _ in range(2)] == [False, True]


def test_a_follow_up_is_kept_with_its_history(server: Server) -> None:
    document(server, "followed")
    for history in ("We spoke of the followed gauge.", "The followed gauge hangs in the hall."):
        turns = [{"role": "user", "content": history}]
        assert [ask(server, "followed", conversation=turns)["cached"] for _ in range(2)] == [False, True]


def changes_of_documents(server: Server) -> Iterator[Callable[[], Any]]:
    yield lambda: document(server, "changing", text="The changing gauge number changing is calibrated every autumn.")
    yield lambda: document(server, "better", text="The changing gauge number better is calibrated in May, they say.")
    yield lambda: call(server, "PATCH", "documents/better", {"groups": ["board"]})
    yield lambda: call(server, "DELETE", "documents/changing")


def evidence(told: Any) -> object:
    """What an answer was made from, as it says itself."""
    cited = [(each["document_id"], each["title"], each["tier"], each["snippet"]) for each in told["citations"]]
    return cited, told["tier"], told["answer"].partition(" of answer ")[0]


def test_a_change_of_documents_empties_what_it_affects_and_nothing_else(server: Server) -> None:
    document(server, "changing")
    document(server, "unaffected")
    twice(server, "unaffected", top_k=1)
    for change in changes_of_documents(server):
        twice(server, "changing")
        before = ask(server, "changing")
        change()
        after = ask(server, "changing")
        anew = ask(server, "changing", cache=False)
        assert evidence(after) == evidence(anew)
        assert evidence(after) != evidence(before)
    assert ask(server, "unaffected", top_k=1)["cached"]


def test_what_was_raised_beyond_the_asker_is_in_no_answer(server: Server) -> None:
    document(server, "raised")
    twice(server, "raised")
    twice(server, "raised", DIRECTOR)
    call(server, "PATCH", "documents/raised", {"tier": "PROPRIETARY"})
    after = ask(server, "raised")
    assert (after["cached"], "raised" in after["answer"]) == (False, False)
    raised = ask(server, "raised", DIRECTOR)
    assert (raised["cached"], raised["tier"]) == (False, "PROPRIETARY")


def test_a_group_that_was_taken_away_takes_its_answers_along(server: Server) -> None:
    document(server, "leaving")
    twice(server, "leaving")
    after = ask(server, "leaving", who("ann"))
    assert (after["cached"], "leaving" in after["answer"]) == (False, False)


def test_terms_overrides_and_policies_empty_it(server: Server) -> None:
    document(server, "ruled")
    twice(server, "ruled")
    call(server, "POST", "admin/terms", {"name": "Unheard Of"})
    twice_after = [ask(server, "ruled")["cached"] for _ in range(2)]
    assert twice_after == [False, True]
    wanted = {"tier": "INTERNAL", "effect": "raise", "text": "something else", "reason": "it is"}
    call(server, "POST", "admin/overrides", wanted)
    assert [ask(server, "ruled")["cached"] for _ in range(2)] == [False, True]
    call(server, "POST", "admin/policies/deploy", {"files": {"more.rego": RULE.format(number=1)}, "note": "new"})
    assert [ask(server, "ruled")["cached"] for _ in range(2)] == [False, True]
    exactly = {"tier": "PROPRIETARY", "text": "How is the ruled gauge calibrated?"}
    call(server, "POST", "admin/overrides", wanted | exactly)
    raised = ask(server, "ruled")
    assert (raised["cached"], raised["tier"]) == (False, "PROPRIETARY")


def test_an_erased_subject_is_asked_anew(server: Server) -> None:
    document(server, "erased")
    twice(server, "erased")
    assert ask(server, "erased", BOB)["cached"]
    call(server, "POST", "admin/subjects/erase", {"subject": "bob"})
    assert ask(server, "erased", BOB)["cached"]
    call(server, "POST", "admin/subjects/erase", {"subject": "ann"})
    assert not ask(server, "erased", BOB)["cached"]


def test_metrics_count_without_content(server: Server) -> None:
    document(server, "zephyr77")
    twice(server, "zephyr77")
    address = re.search(r"http://\S+/metrics", server.log)
    assert address is not None, server.log
    text = httpx.get(address[0], trust_env=False).text
    counted = dict(re.findall(r'lacuna_cache_lookups_total\{level="answers",result="(\w+)"\} ([\d.]+)', text))
    assert min(float(counted["hit"]), float(counted["miss"])) > 0
    assert "zephyr77" not in text


# Two workers and Redis ----------------------------------------------------------------------------------------------


class Crowd:
    """People who ask the same all the time, each over new connections, so that every worker answers."""

    def __init__(self, server: Server) -> None:
        self._url = server.url
        self._done = threading.Event()
        self.seen: list[tuple[float, frozenset[str], bool]] = []

    def _look(self) -> None:
        headers = {**ANN, "connection": "close"}
        body = {"query": "How are the gauges calibrated?", "top_k": 9}
        with httpx.Client(base_url=self._url, headers=headers, timeout=60, trust_env=False) as client:
            while not self._done.is_set():
                asked = time.monotonic()
                done = client.post("/api/v1/query", json=body)
                assert done.status_code == 200, done.text
                told = done.json()
                shown = {each["document_id"] for each in told["citations"]}
                self.seen.append((asked, frozenset(shown | set(told["answer"].split())), told["cached"]))

    def after(self, moment: float, answers: int) -> None:
        """Waits until as many answers were asked for after `moment` and given."""
        until = time.monotonic() + 60
        while sum(asked > moment for asked, *_ in list(self.seen)) < answers and time.monotonic() < until:
            time.sleep(0.02)

    @contextmanager
    def asking(self) -> Iterator["Crowd"]:
        with ThreadPoolExecutor(3) as pool:
            work = [pool.submit(self._look) for _ in range(3)]
            try:
                yield self
            finally:
                self._done.set()
                for one in work:
                    one.result(60)


@pytest.fixture
def redis(program: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(program("redis-server"), tmp_path) as running:
        yield running


def test_workers_share_answers_and_none_is_stale_while_rights_change(
    model: Writing, redis: RedisServer, tmp_path: Path
) -> None:
    config = write_config(tmp_path / "config", CONFIG.format(model=model.url), "")
    env = {
        "LACUNA_CONFIG_PATH": str(config),
        "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0",
        "LACUNA_REDIS_URL": redis.url,
    }
    with Server(tmp_path / "data", tmp_path, command=("serve", "--workers", "2"), env=env) as server:
        names = [document(server, f"d{n}") for n in range(6)]
        withdrawn: list[tuple[str, float]] = []
        with Crowd(server).asking() as people:
            people.after(0.0, 6)
            for number, name in enumerate(names[:-1]):
                match number % 3:
                    case 0:
                        call(server, "PATCH", f"documents/{name}", {"groups": ["board"]})
                    case 1:
                        call(server, "PATCH", f"documents/{name}", {"tier": "PROPRIETARY"})
                    case _:
                        call(server, "DELETE", f"documents/{name}")
                withdrawn.append((name, time.monotonic()))
                people.after(withdrawn[-1][1], 6)
        for name, moment in withdrawn:
            assert not any(name in shown for asked, shown, _ in people.seen if asked > moment)
        assert sum(cached for *_, cached in people.seen) > len(people.seen) / 3
        before = len(model.prompts)
        fresh = [
            httpx.post(
                f"{server.url}/api/v1/query",
                json={"query": "How are the gauges calibrated?", "top_k": 9},
                headers=ANN,
                trust_env=False,
            ).json()
            for _ in range(6)
        ]
        assert {each["cached"] for each in fresh} == {True}
        redis.kill()
        assert ask(server, "d5")["degraded"] == []
        parts = server.client.get("/ready").json()["parts"]
        assert (parts["answer_cache"]["state"], parts["answer_cache"]["required"]) == ("failed", False)
    assert len(model.prompts) == before + 1
