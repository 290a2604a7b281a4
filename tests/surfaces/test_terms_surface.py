"""Terms through the public doors: API, command line and file, with a server running all the while."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna

TERMS = "projects:\n  - project_apollo\n"
WAIT_S = 20.0
"""Far more than the promised second, for machines that are busy with other things."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("terms")
    config = write_config(folder / "config", CONFIG, TERMS)
    with Server(folder / "data", folder, env={"LACUNA_CONFIG_PATH": str(config)}) as running:
        yield running


def tags(server: Server, query: str) -> list[str]:
    answer = server.client.post("/api/v1/classify", json={"query": query})
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["tags"]
    return found


def ruleset(server: Server) -> str:
    return str(server.client.post("/api/v1/classify", json={"query": "hello"}).json()["ruleset"])


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_a_term_added_by_api_counts_when_the_call_returns_and_until_it_is_removed(server: Server) -> None:
    query, before = "when does zarquon ship", ruleset(server)
    assert "ORG.PROJECT" not in tags(server, query)
    added = server.client.post("/api/v1/admin/projects", json={"name": "Zarquon", "aliases": ["Blue Moon"]})
    assert added.status_code == 201, added.text
    assert "ORG.PROJECT" in tags(server, query)
    assert "ORG.PROJECT" in tags(server, "blue-moon budget")
    assert ruleset(server) != before
    again = server.client.post("/api/v1/admin/projects", json={"name": "zarquon", "match": "always"})
    assert (again.status_code, again.json()["id"]) == (200, added.json()["id"])
    listed = server.client.get("/api/v1/admin/projects").json()
    assert [(each["name"], each["source"]) for each in listed["terms"]] == [
        ("project_apollo", "file"),
        ("zarquon", "database"),
    ]
    removed = server.client.delete(f"/api/v1/admin/projects/{added.json()['id']}")
    assert removed.status_code == 204
    assert "ORG.PROJECT" not in tags(server, query)
    assert ruleset(server) == before
    assert server.client.delete(f"/api/v1/admin/projects/{added.json()['id']}").status_code == 404


def test_an_import_is_all_or_nothing(server: Server) -> None:
    bad = server.client.post("/api/v1/admin/customers/import", json={"terms": ["Wexford Dairies", "x"]})
    assert bad.status_code == 422
    assert "term 2" in bad.json()["detail"]
    assert server.client.get("/api/v1/admin/customers").json()["terms"] == []
    good = {"terms": ["Wexford Dairies", {"name": "Orange", "match": "context"}]}
    assert server.client.post("/api/v1/admin/customers/import", json=good).json() == {
        "added": 2,
        "replaced": 0,
        "unchanged": 0,
    }
    assert "ORG.CUSTOMER" in tags(server, "the invoice of wexford_dairies")
    assert "ORG.CUSTOMER" not in tags(server, "Orange is a colour")
    assert "ORG.CUSTOMER" in tags(server, "our client orange called")


def test_a_term_added_by_a_command_counts_in_a_running_server(server: Server, tmp_path: Path) -> None:
    env = {"LACUNA_CONFIG_PATH": str(server.cwd / "config")}
    data = ("--data-dir", str(server.data_dir))
    added = lacuna("admin", "terms", "add", "Quiet Harbour", *data, "--json", cwd=tmp_path, env=env)
    assert added.code == 0, added.err
    assert added.json()["new"] is True
    assert eventually(lambda: "ORG.TERM" in tags(server, "about QuietHarbour"))
    listed = lacuna("admin", "terms", "list", *data, cwd=tmp_path, env=env)
    assert "Quiet Harbour" in listed.out
    names = tmp_path / "names.txt"
    names.write_text("# more\nSilver Birch Group\n\nHollow Pine\n", encoding="utf-8")
    imported = lacuna("admin", "customers", "import", names, *data, cwd=tmp_path, env=env)
    assert "2 added" in imported.out
    assert eventually(lambda: "ORG.CUSTOMER" in tags(server, "hollow pine"))
    removed = lacuna("admin", "terms", "remove", "quiet-harbour", *data, cwd=tmp_path, env=env)
    assert removed.code == 0, removed.err
    assert eventually(lambda: "ORG.TERM" not in tags(server, "about QuietHarbour"))
    unknown = lacuna("admin", "terms", "remove", "quiet-harbour", *data, "--json", cwd=tmp_path, env=env)
    assert (unknown.code, unknown.json()["error"]["code"]) == (1, "not_found")


def test_an_edited_file_counts_and_a_faulty_one_keeps_what_was_there(server: Server) -> None:
    file = server.cwd / "config" / "proprietary_terms.yaml"
    file.write_text(TERMS + "  - Gilded Fern\n", encoding="utf-8")
    assert eventually(lambda: "ORG.PROJECT" in tags(server, "gilded_fern"))
    file.write_text("projects: gilded\n", encoding="utf-8")
    assert eventually(lambda: server.client.get("/ready").json()["parts"]["terms"]["state"] == "failed")
    assert server.client.get("/ready").status_code == 200
    assert "ORG.PROJECT" in tags(server, "gilded_fern")
    assert "ORG.PROJECT" in tags(server, "project_apollo")
    file.write_text(TERMS, encoding="utf-8")
    assert eventually(lambda: "ORG.PROJECT" not in tags(server, "gilded_fern"))
    assert eventually(lambda: server.client.get("/ready").json()["parts"]["terms"]["state"] == "ok")


def test_changes_are_in_the_ledger_and_terms_in_no_log_or_record(server: Server) -> None:
    server.client.post("/api/v1/admin/projects", json={"name": "Velvet Anvil"})
    records = server.client.get("/api/v1/audit/records", params={"kind": "terms.changed"}).json()["records"]
    assert records[0]["record"]["data"]["action"] == "added"
    assert "velvet" not in server.client.get("/api/v1/audit/export").text.lower()
    assert "velvet" not in server.log.lower()
    assert server.client.post("/api/v1/audit/verify").json()["passed"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"name": "x"}, 422), ({"name": "ok", "tier": "PUBLIC"}, 422), ({"name": "ok", "match": "never"}, 422)],
)
def test_a_body_that_is_no_term_is_refused(server: Server, body: dict[str, str], status: int) -> None:
    answer = server.client.post("/api/v1/admin/projects", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_added_terms_are_there_after_a_restart(server: Server) -> None:
    server.client.post("/api/v1/admin/projects", json={"name": "Copper Lantern"})
    server.stop()
    server.start()
    assert "ORG.PROJECT" in tags(server, "copper-lantern")
