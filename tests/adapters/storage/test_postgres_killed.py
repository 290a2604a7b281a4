"""kill -9 of the database, and of writers, while records are appended: nothing acknowledged is lost."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.domain.errors import StorageError
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.servers.postgres import PostgresServer, postgres_programs
from tests.adapters.storage.conftest import Engine
from tests.adapters.storage.test_several_processes import acknowledged, records, start

ROUNDS = 2


@pytest.fixture(scope="module")
def durable(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server of this module's own, with fsync, that may be killed."""
    programs = postgres_programs()
    assert programs is not None
    with PostgresServer(programs, options=()) as server:
        yield server


async def test_what_was_acknowledged_survives_kill_9_of_the_database(durable: PostgresServer, tmp_path: Path) -> None:
    chance = random.Random(7)
    engine = Engine(tmp_path, durable.url(durable.create_database()))
    await (await engine.open(FileKeyRing(tmp_path))).close()
    promised: dict[int, tuple[str, int]] = {}
    for number in range(ROUNDS):
        children = {f"{number} {name}": start(engine, f"{number} {name}", 1_000_000, tasks=16) for name in "ab"}
        firsts = {}
        for name, child in children.items():
            assert child.stdout is not None
            firsts[name] = await asyncio.to_thread(child.stdout.readline)
        await asyncio.sleep(chance.uniform(0.0, 0.2))
        await asyncio.to_thread(durable.kill)
        for name, child in children.items():
            rest, _ = await asyncio.to_thread(child.communicate, timeout=60)
            assert child.returncode == 1
            for index, appended in acknowledged(firsts[name] + rest).items():
                assert index not in promised
                promised[index] = (name, appended)
        await asyncio.to_thread(durable.start)
    found = await records(engine)
    assert len(promised) >= 2 * ROUNDS
    assert {index: (found[index].actor, found[index].data["number"]) for index in promised} == promised


async def test_a_writer_finds_a_database_again_that_was_killed(durable: PostgresServer, tmp_path: Path) -> None:
    engine = Engine(tmp_path, durable.url(durable.create_database()))
    storage = await engine.open()
    await storage.ledger.append(entry(0))
    durable.kill()
    for attempt in (storage.ledger.append(entry(1)), storage.ledger.get(0), storage.ledger.check()):
        with pytest.raises(StorageError) as caught:
            await attempt
        assert caught.value.code == "storage_unreachable"
    durable.start()
    (stored,) = await storage.ledger.append(entry(2))
    assert stored.index == 1
    assert (await storage.ledger.get(0)).index == 0
    assert (await storage.ledger.verify()).passed
    await storage.close()
