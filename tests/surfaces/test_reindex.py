"""`lacuna reindex` from one store to the next while a server with two workers answers. Searches and answers go on, and
what is withdrawn is in none that is asked for afterwards: before, while and after another store comes into force."""

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from zlib import crc32

import httpx
import psycopg
import pytest

from lacuna.adapters.vectors.places import FILE, LOCKS, STRIPES
from lacuna.testing.servers.postgres import PostgresServer
from tests.surfaces.conftest import CONFIG, write_config
from tests.surfaces.crowd import Withdrawn, cited, crowd, document, key, withdraw
from tests.surfaces.running import Server, environment

KEY = "k" * 40
HEADERS = {"authorization": f"Bearer {KEY}"}
DOCUMENTS = 32
HELD = "held"
"""A document that stays, and whose lock a test takes to hold a move up."""
QUESTION = "How is the plover valve closed?"
QUESTION_ABOUT = "How is the plover valve {} closed?"


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


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    return key(server, "crowd")["token"]


@dataclass
class Move:
    """`lacuna reindex` as a child process."""

    server: Server
    env: Mapping[str, str]
    to: str
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        command = ("reindex", "--to", self.to, "--json", "--data-dir", str(self.server.data_dir))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lacuna", *command],
            cwd=self.server.cwd,
            env=environment(self.env),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def under_way(self) -> bool:
        """Whether another place is being filled."""
        return json.loads((self.server.data_dir / FILE).read_bytes())["target"] is not None

    @contextmanager
    def held_up(self, name: str) -> Iterator[None]:
        """From when it has begun it cannot copy document `name`, nor switch, as when a writer is slow."""
        with (self.server.data_dir / LOCKS / f"{stripe(name):02}").open("r+") as lock:
            until = time.monotonic() + 60
            while time.monotonic() < until and self.process.poll() is None:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if self.under_way:
                    break
                fcntl.flock(lock, fcntl.LOCK_UN)
                time.sleep(0.002)
            yield

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def finished(self) -> dict[str, object]:
        """What it printed."""
        out, _ = self.process.communicate(timeout=90)
        assert self.process.returncode == 0
        done: dict[str, object] = json.loads(out)
        return done


def stripe(name: str) -> int:
    """The number of the lock that writers of the document take."""
    return crc32(name.encode()) % STRIPES


def valves(server: Server, prefix: str, count: int) -> list[str]:
    """Documents whose locks `HELD` does not share."""
    wanted = (name for n in range(10 * count) if stripe(name := f"{prefix}{n}") != stripe(HELD))
    return [document(server, name, f"The plover valve {name} is closed by hand.") for name in islice(wanted, count)]


def gone(server: Server, token: str, names: Sequence[str]) -> Withdrawn:
    """Withdraws documents, each of which an answer cites until then and not any more."""
    for name in names:
        assert name in cited(server, token, QUESTION_ABOUT.format(name))

    def never_cited_again(name: str) -> None:
        assert name not in cited(server, token, QUESTION_ABOUT.format(name))

    return withdraw(server, names, never_cited_again)


def test_a_killed_move_is_finished_by_the_next_and_nothing_that_was_withdrawn_comes_back(
    server: Server, env: dict[str, str], address: str, token: str
) -> None:
    names = [document(server, HELD, "The plover valve of the tower is closed by a motor.")]
    names += valves(server, "first", DOCUMENTS - 1)
    with crowd(server, token, QUESTION, 100, size=2, pause_s=0.05) as people:
        people.after(0.0, 4)
        first = Move(server, env, "pgvector")
        with first.held_up(HELD):
            withdrawn = gone(server, token, names[1:4])
            first.kill()
            withdrawn += withdraw(server, names[4:7])
        second = Move(server, env, "pgvector")
        with second.held_up(HELD):
            withdrawn += gone(server, token, names[7:10])
            assert second.under_way
        withdrawn += withdraw(server, names[10:13])
        done = second.finished()
        withdrawn += gone(server, token, names[13:16])
        people.after(withdrawn[-1][1], 6)
    assert (done["resumed"], done["target"]) == (True, "pgvector-2")
    assert {sight.status for sight in people.seen} == {200}
    assert people.ghosts(withdrawn) == []
    assert people.shown_since(withdrawn[-1][1]) == {names[0], *names[16:]}
    with psycopg.connect(address) as connection:
        stored = connection.execute('SELECT count(*) FROM "lacuna_passages-2".documents').fetchone()
    assert stored == (DOCUMENTS - 5,)
    assert not (server.data_dir / "passages.db").exists()


def test_what_is_withdrawn_at_any_point_of_a_move_is_in_no_answer_any_more(
    server: Server, env: dict[str, str], token: str
) -> None:
    names = valves(server, "second", 13)
    with crowd(server, token, QUESTION, 100, size=2, pause_s=0.05) as people:
        people.after(0.0, 4)
        move = Move(server, env, "embedded")
        withdrawn = withdraw(server, names[:3])
        with move.held_up(HELD):
            withdrawn += gone(server, token, names[3:6])
            assert move.under_way
        withdrawn += withdraw(server, names[6:9])
        assert move.finished()["target"] == "embedded-3"
        withdrawn += gone(server, token, names[9:12])
        people.after(withdrawn[-1][1], 6)
    assert {sight.status for sight in people.seen} == {200}
    assert people.ghosts(withdrawn) == []
    assert people.shown_since(withdrawn[-1][1]) >= {HELD, names[12]}


def test_a_lost_record_of_where_passages_are_is_told_and_nothing_is_searched(server: Server, token: str) -> None:
    record, headers = server.data_dir / FILE, {"authorization": f"Bearer {token}"}

    def search() -> httpx.Response:
        return server.client.post("/api/v1/search", json={"query": QUESTION}, headers=headers)

    for spoil, code in ((Path.unlink, "storage_missing"), (lambda path: path.write_text("{"), "storage_corrupt")):
        kept = record.read_bytes()
        spoil(record)
        refused = search()
        assert (refused.status_code, refused.json()["code"]) == (503, code)
        assert (FILE in refused.json()["detail"], "backup" in refused.json()["cure"]) == (True, True)
        record.write_bytes(kept)
        assert search().status_code == 200
