"""`lacuna reindex` to PostgreSQL while a server with two workers answers: killed once, finished by the next run."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from lacuna.testing.servers.postgres import PostgresServer
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.running import Server, environment, lacuna

KEY = "k" * 40
HEADERS = {"authorization": f"Bearer {KEY}"}
DOCUMENTS = 40


@pytest.fixture(scope="module")
def address(postgres: PostgresServer) -> str:
    return postgres.url(postgres.create_database())


@pytest.fixture(scope="module")
def env(address: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    config = write_config(tmp_path_factory.mktemp("config"), CONFIG, "projects: []\n")
    return {
        "LACUNA_CONFIG_PATH": str(config),
        "LACUNA_API_KEY": KEY,
        "LACUNA_VECTORS__POSTGRES_URL": address,
        "LACUNA_VECTORS__TIMEOUT_S": "3",
        "LACUNA_SERVER__RATE_LIMIT_PER_MINUTE": "0",
    }


@pytest.fixture(scope="module")
def server(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("house")
    with Server(folder / "data", folder, command=("serve", "--workers", "2"), env=env, headers=HEADERS) as running:
        yield running


class Load:
    """Searches without end on its own connections; notes failures, and documents shown after they were gone."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, headers=HEADERS, timeout=60.0, trust_env=False)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.gone: set[str] = set()
        self.searches = 0
        self.failures: list[str] = []
        self.ghosts: list[str] = []

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._client.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            gone = set(self.gone)
            answer = self._client.post("/api/v1/search", json={"query": "the plover valve", "top_k": 100})
            self.searches += 1
            if answer.status_code != 200:
                self.failures.append(answer.text)
                continue
            found = {hit["document_id"] for hit in answer.json()["results"]}
            self.ghosts += sorted(found & gone)


def test_searches_go_on_and_what_was_deleted_stays_deleted(server: Server, env: dict[str, str], address: str) -> None:
    documents = []
    for n in range(DOCUMENTS):
        body = {"title": f"Plover {n}", "text": f"The plover valve number {n} is closed by hand.", "tier": "PUBLIC"}
        answer = server.client.post("/api/v1/documents", json=body)
        assert answer.status_code == 201, answer.text
        documents.append(answer.json()["document_id"])
    command = [sys.executable, "-m", "lacuna", "reindex", "--to", "pgvector", "--data-dir", str(server.data_dir)]
    with Load(server.url) as load:
        run = subprocess.Popen(command, cwd=server.cwd, env=environment(env), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
        record = server.data_dir / "passages.json"
        until = time.monotonic() + 60
        while json.loads(record.read_text())["target"] is None and time.monotonic() < until and run.poll() is None:
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
        run.wait()
        for document in documents[:5]:
            assert server.client.delete(f"/api/v1/documents/{document}").is_success
            load.gone.add(document)
        resumed = subprocess.Popen([*command, "--json"], cwd=server.cwd, env=environment(env), stdout=subprocess.PIPE)
        for document in documents[5:10]:
            assert server.client.delete(f"/api/v1/documents/{document}").is_success
            load.gone.add(document)
        changed = server.client.patch(f"/api/v1/documents/{documents[10]}", json={"tier": "PROPRIETARY"})
        assert changed.is_success
        out, _ = resumed.communicate(timeout=90)
        assert resumed.returncode == 0
        for document in documents[11:14]:
            assert server.client.delete(f"/api/v1/documents/{document}").is_success
            load.gone.add(document)
        time.sleep(0.2)
    done = json.loads(out)
    assert (done["resumed"], done["target"]) == (True, "pgvector-2")
    assert load.failures == []
    assert load.ghosts == []
    assert load.searches > 3
    found = server.client.post("/api/v1/search", json={"query": "plover", "top_k": 100}).json()["results"]
    assert {hit["document_id"] for hit in found} == {documents[10], *documents[14:]}
    with psycopg.connect(address) as connection:
        stored = connection.execute('SELECT count(*) FROM "lacuna_passages-2".documents').fetchone()
    assert stored == (DOCUMENTS - 13,)
    assert not (server.data_dir / "passages.db").exists()
    again = lacuna("reindex", "--abort", "--data-dir", server.data_dir, "--json", cwd=server.cwd, env=env)
    assert again.json() == {"abandoned": False}
