"""Stored texts through a server: who may read them, what reading and erasing leave behind, and what lies on disk."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lacuna.domain.audit import KINDS
from tests.surfaces.conftest import write_config
from tests.surfaces.running import Server, lacuna

PLANTED = "the heron nests at quay nine"
CONFIG = """\
auth:
  trusted_proxies: [127.0.0.1]
  text_reader_group: text-readers
audit:
  store_text: true
"""


def who(user: str, *groups: str) -> dict[str, str]:
    return {"X-User": user, "X-Email": f"{user}@example.test", "X-Groups": ",".join(groups)}


ANN, READER, ADMIN = who("ann"), who("reader", "text-readers"), who("root", "lacuna-admins")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("texts")
    config = write_config(folder / "config", CONFIG)
    (folder / "mount").mkdir()
    env = {
        "LACUNA_CONFIG_PATH": str(config),
        "LACUNA_AUDIT__ANCHORS__FILE__PATH": str(folder / "mount"),
        "LACUNA_AUDIT__ANCHORS__EVERY_S": "0.2",
    }
    with Server(folder / "data", folder, command=("serve",), env=env) as running:
        yield running


def asked(server: Server, route: str = "classify") -> str:
    answer = server.client.post(f"/api/v1/{route}", json={"query": f"Is it true that {PLANTED}?"}, headers=ANN)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return str(body["decision_id"] if route == "classify" else body["classification"]["decision_id"])


def kinds(server: Server, kind: str) -> list[dict[str, Any]]:
    page = server.client.get("/api/v1/audit/records", params={"kind": kind}, headers=ADMIN).json()
    return [each["record"] for each in page["records"]]


def test_a_stored_text_is_for_text_readers_alone_and_reading_it_is_recorded(server: Server) -> None:
    decision = asked(server)
    path = f"/api/v1/decisions/{decision}/text"
    for headers in (ANN, ADMIN):
        assert server.client.get(path, headers=headers).status_code == 403
    answer = server.client.get(path, headers=READER)
    assert answer.json() == {"decision_id": decision, "query": f"Is it true that {PLANTED}?", "answer": None}
    record = kinds(server, "text.read")[0]
    assert (record["actor"], record["decision"], record["data"]) == ("reader", decision, {"parts": ["query"]})
    assert server.client.get("/api/v1/decisions/dec_none/text", headers=READER).status_code == 404


def test_an_answer_is_kept_with_its_question(server: Server) -> None:
    kept = server.client.get(f"/api/v1/decisions/{asked(server, 'query')}/text", headers=READER).json()
    assert PLANTED in kept["query"]
    assert kept["answer"] is not None


def test_a_key_that_bears_somebodys_name_does_not_open_their_texts(server: Server) -> None:
    decision = asked(server)
    wanted = {"name": "in disguise", "service_account": "ann"}
    made = server.client.post("/api/v1/admin/api-keys", json=wanted, headers=ADMIN)
    assert made.status_code == 201, made.text
    path = f"/api/v1/decisions/{decision}/text/own"
    disguised = server.client.get(path, headers={"authorization": f"Bearer {made.json()['token']}"})
    assert disguised.status_code == 404, disguised.text
    assert server.client.get(path, headers=ANN).status_code == 200


def test_askers_read_their_own_text_as_long_as_they_may_read_its_sources(server: Server) -> None:
    text = {"text": f"As everybody knows, {PLANTED}.", "tier": "INTERNAL", "title": "Herons", "groups": ["birds"]}
    document = server.client.post("/api/v1/documents", json=text, headers=ADMIN).json()["document_id"]
    birder = who("bea", "birds")
    asking = server.client.post("/api/v1/query", json={"query": "Where does the heron nest?"}, headers=birder).json()
    assert document in {each["document_id"] for each in asking["citations"]}
    decision = asking["classification"]["decision_id"]
    path = f"/api/v1/decisions/{decision}/text/own"
    own = server.client.get(path, headers=birder).json()
    assert (own["query"], own["answer"]) == ("Where does the heron nest?", asking["answer"])
    for other in (ANN, ADMIN, READER):
        assert server.client.get(path, headers=other).status_code == 404
    assert server.client.get(path, headers=who("bea")).json() == {**own, "answer": None}
    server.client.patch(f"/api/v1/documents/{document}", json={"tier": "PROPRIETARY"}, headers=ADMIN)
    assert server.client.get(path, headers=birder).json()["answer"] is None
    read = [each["data"] for each in kinds(server, "text.read") if each["actor"] == "bea"]
    assert read == [{"own": True, "parts": ["query"]}] * 2 + [{"own": True, "parts": ["answer", "query"]}]
    server.client.delete(f"/api/v1/documents/{document}", headers=ADMIN)


def test_an_erased_subject_is_gone_and_the_log_still_verifies(server: Server) -> None:
    decision = asked(server)
    for headers in (ANN, READER):
        refused = server.client.post("/api/v1/admin/subjects/erase", json={"subject": "ann"}, headers=headers)
        assert refused.status_code == 403
    erased = server.client.post("/api/v1/admin/subjects/erase", json={"subject": "ann"}, headers=ADMIN)
    assert erased.json() == {"erased": True}
    assert server.client.get(f"/api/v1/decisions/{decision}/text", headers=READER).status_code == 404
    record = kinds(server, "subject.erased")[0]
    assert record["actor"] == "root"
    assert "ann" not in str(record["data"])
    assert server.client.post("/api/v1/audit/verify", headers=ADMIN).json()["passed"]
    asked(server)
    command = ("audit", "erase", "--subject", "ann", "--data-dir", server.data_dir, "--json")
    done = lacuna(*command, cwd=server.cwd, env=server.env)
    assert (done.code, done.json()) == (0, {"erased": True}), done.err


def test_nothing_of_the_text_lies_on_disk_or_in_the_log(server: Server) -> None:
    asked(server)
    asked(server, "query")
    raw = b"".join(path.read_bytes() for path in server.data_dir.rglob("*") if path.is_file())
    assert PLANTED.encode() not in raw
    assert PLANTED not in server.log


def test_a_server_anchors_its_checkpoints_and_says_when_it_cannot(server: Server) -> None:
    mount, gone = server.cwd / "mount", server.cwd / "gone"

    def state() -> str:
        return str(server.client.get("/ready").json()["parts"]["anchors"]["state"])

    until(lambda: bool(list(mount.rglob("checkpoint-*.txt"))))
    assert state() == "ok"
    [started] = kinds(server, "anchor.started")
    assert started["data"] == {"anchor": "file", "host": str(mount)}
    mount.rename(gone)
    asked(server)
    until(lambda: state() == "failed")
    assert server.client.get("/ready").status_code == 200
    gone.rename(mount)
    until(lambda: bool(kinds(server, "anchor.resumed")))
    assert len(kinds(server, "anchor.failed")) == 1
    until(lambda: state() == "ok")
    for kind in ("system.degraded", "system.recovered"):
        assert [each["data"]["part"] for each in kinds(server, kind)].count("anchors") == 1
    assert PLANTED not in "".join(path.read_text("utf-8") for path in mount.rglob("*.txt"))
    assert PLANTED not in server.client.get("/api/v1/audit/export", headers=ADMIN).text


def test_an_export_and_the_configuration_are_recorded_without_a_value(server: Server) -> None:
    exported = server.client.get("/api/v1/audit/export", headers=ADMIN).text
    assert '"ledger.exported"' in exported.splitlines()[-1]
    assert PLANTED not in exported
    [record] = kinds(server, "config.changed")
    assert "audit" in record["data"]["changed"]
    assert "text-readers" not in str(record)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_every_kind_of_record_follows_the_grammar() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)?\.[a-z]+(_[a-z]+)?", kind) for kind in KINDS)
