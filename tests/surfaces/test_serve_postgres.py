"""`lacuna serve` with two workers on PostgreSQL by a role that cannot change the ledger, and commands beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lacuna.testing.servers.postgres import PostgresServer
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, lacuna

KEY = "k" * 40
ROLE = "serving"
HEADERS = {"authorization": f"Bearer {KEY}"}


@pytest.fixture(scope="module")
def address(postgres: PostgresServer) -> str:
    return postgres.url(postgres.create_database())


@pytest.fixture(scope="module")
def limited(postgres: PostgresServer, address: str) -> str:
    """The same database for a role that owns nothing."""
    postgres.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{postgres.password}'")
    return postgres.url(address.rpartition("/")[2], ROLE)


@pytest.fixture(scope="module")
def env(limited: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    config = write_config(tmp_path_factory.mktemp("config"), CONFIG, "projects:\n  - project_apollo\n")
    return {
        "LACUNA_CONFIG_PATH": str(config),
        "LACUNA_API_KEY": KEY,
        "LACUNA_POSTGRES_URL": limited,
        "LACUNA_POSTGRES_POOL_SIZE": "4",
        "LACUNA_VECTORS__BACKEND": "pgvector",
        "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0",
    }


@pytest.fixture(scope="module")
def server(env: dict[str, str], address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("house")
    owner = {**env, "LACUNA_POSTGRES_URL": address}
    done = lacuna("migrate", "--data-dir", folder / "data", "--app-role", ROLE, "--json", cwd=folder, env=owner)
    assert (done.code, json.loads(done.out)["app_role"]) == (0, ROLE), done.err
    with Server(folder / "data", folder, command=("serve", "--workers", "2"), env=env, headers=HEADERS) as running:
        yield running


def test_what_the_server_does_is_in_postgresql_and_nothing_in_a_file(server: Server, address: str) -> None:
    document = {"title": "Kestrel", "text": "The Kestrel sensor measures humidity.", "tier": "PUBLIC"}
    assert server.client.post("/api/v1/documents", json=document).status_code == 201
    assert server.client.post("/api/v1/admin/projects/import", json={"terms": ["blue heron"]}).is_success
    answer = server.client.post("/api/v1/classify", json={"query": "about project_apollo"}).json()
    assert answer["tier"] == "PROPRIETARY"
    assert server.client.get("/ready").status_code == 200
    with psycopg.connect(address) as connection:
        (records,) = connection.execute("SELECT count(*) FROM records").fetchone() or (0,)
        assert connection.execute("SELECT title FROM documents").fetchall() == [("Kestrel",)]
        assert connection.execute("SELECT name FROM terms").fetchall() == [("blue heron",)]
    assert records >= 5
    assert not (server.data_dir / "lacuna.db").exists()
    assert (server.data_dir / "checkpoint").exists()


def test_passages_are_in_postgresql_too_and_found_from_there(server: Server, address: str) -> None:
    secret = {"title": "Plover", "text": "The Plover valve is closed by hand.", "tier": "PROPRIETARY", "groups": ["x"]}
    stored = server.client.post("/api/v1/documents", json=secret)
    assert stored.status_code == 201
    found = server.client.post("/api/v1/search", json={"query": "who closes the plover valve", "top_k": 3}).json()
    assert found["results"][0]["title"] == "Plover"
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM lacuna_passages.chunks").fetchone() == (2,)
        document = stored.json()["document_id"]
        assert server.client.delete(f"/api/v1/documents/{document}").is_success
        assert connection.execute("SELECT count(*) FROM lacuna_passages.chunks").fetchone() == (1,)
    assert not (server.data_dir / "passages.db").exists()


def test_commands_beside_the_server_use_the_same_ledger(server: Server, env: dict[str, str]) -> None:
    asked = server.client.post("/api/v1/classify", json={"query": "hello"}).json()
    done = lacuna("audit", "export", "--data-dir", server.data_dir, cwd=server.cwd, env=env)
    assert done.code == 0, done.err
    assert asked["decision_id"] in done.out
    done = lacuna("migrate", "--data-dir", server.data_dir, cwd=server.cwd, env=env)
    assert (done.code, "current" in done.out) == (0, True), done.err
    assert server.client.post("/api/v1/audit/verify").json()["passed"]


def test_the_servers_role_cannot_change_the_ledger(server: Server, limited: str) -> None:
    with (
        psycopg.connect(limited) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM records")
    assert server.client.get("/ready").status_code == 200


def test_rights_of_a_role_are_for_postgresql(tmp_path: Path) -> None:
    done = lacuna("migrate", "--data-dir", tmp_path / "data", "--app-role", ROLE, cwd=tmp_path)
    assert done.code != 0
    assert "for a store in PostgreSQL" in done.err


def test_a_wrong_password_is_told_in_one_sentence(env: dict[str, str], address: str, tmp_path: Path) -> None:
    wrong = {**env, "LACUNA_POSTGRES_URL": address.replace("word", "w0rd")}
    done = lacuna("migrate", "--data-dir", tmp_path / "data", cwd=tmp_path, env=wrong)
    assert done.code != 0
    assert "refuses the user or password" in done.err
    assert "w0rd" not in done.err
    assert "Traceback" not in done.err
