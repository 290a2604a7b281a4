"""kill -9 of the database, and of writers, while records are appended: nothing acknowledged is lost."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.store import Storage
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


async def test_what_is_shown_is_durable(durable: PostgresServer, tmp_path: Path) -> None:
    engine = Engine(tmp_path, durable.url(durable.create_database()))
    storage = await engine.open()
    await storage.ledger.append(entry(0))
    reads: list[Callable[[], Awaitable[object]]] = [
        storage.ledger.checkpoint,
        lambda: storage.ledger.receipt(0),
        lambda: storage.ledger.get(0),
        storage.ledger.verify,
    ]
    with psycopg.connect(engine.address or "", autocommit=True) as other:
        other.execute("SET synchronous_commit = off")
        for read in reads:
            # As another writer that has committed and waits for the disk.
            other.execute("UPDATE log_head SET size = size")
            row = other.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
            await read()
            assert other.execute("SELECT pg_current_wal_flush_lsn() >= %s", row).fetchone() == (True,)
    await storage.close()


async def test_writers_go_on_after_a_kill_that_took_what_another_had_not_acknowledged(
    durable: PostgresServer, tmp_path: Path
) -> None:
    engine = Engine(tmp_path, durable.url(durable.create_database()))
    storages = [await engine.open() for _ in range(2)]
    promised: dict[int, int] = {}
    numbers = itertools.count()

    async def append_until_it_fails(storage: Storage) -> None:
        with contextlib.suppress(StorageError):
            while True:
                number = next(numbers)
                (stored,) = await storage.ledger.append(entry(number))
                promised[stored.index] = number

    for _ in range(2):
        tasks = [asyncio.create_task(append_until_it_fails(each)) for each in storages for _ in range(8)]
        await asyncio.sleep(0.15)
        await asyncio.to_thread(durable.kill)
        await asyncio.gather(*tasks)
        await asyncio.to_thread(durable.start)
    for storage in storages:
        await storage.ledger.append(entry(next(numbers)))
    found = {each.index: each.record().data["number"] async for each in storages[0].ledger.read()}
    assert len(promised) >= 4
    assert promised.items() <= found.items()
    assert (await storages[1].ledger.verify()).passed
    for storage in storages:
        await storage.close()


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


async def test_a_server_that_hangs_is_an_error_in_bounded_time_and_is_found_again(
    durable: PostgresServer, tmp_path: Path
) -> None:
    engine = Engine(tmp_path, durable.url(durable.create_database()) + "?connect_timeout=2")
    storage = await engine.open(busy_seconds=1.0, answer_seconds=0.5)
    promised: dict[int, int] = {}
    numbers = itertools.count()

    async def append_until_it_fails() -> str:
        while True:
            number = next(numbers)
            try:
                (stored,) = await storage.ledger.append(entry(number))
            except StorageError as fault:
                return fault.code
            promised[stored.index] = number

    await storage.ledger.append(entry(next(numbers)))
    await storage.ledger.get(0)
    tasks = [asyncio.create_task(append_until_it_fails()) for _ in range(8)]
    await asyncio.sleep(0.1)
    durable.pause()
    try:
        assert await asyncio.wait_for(asyncio.gather(*tasks), 30) == ["storage_timeout"] * 8
        with pytest.raises(StorageError) as caught:
            await asyncio.wait_for(storage.ledger.get(0), 30)
        assert caught.value.code == "storage_timeout"
        with pytest.raises(StorageError) as caught:
            await asyncio.wait_for(storage.ledger.check(), 30)
        assert caught.value.code == "storage_unreachable"
    finally:
        durable.resume()
    await storage.ledger.append(entry(next(numbers)))
    found = {each.index: each.record().data["number"] async for each in storage.ledger.read()}
    assert promised.items() <= found.items()
    assert (await storage.ledger.verify()).passed
    await storage.close()


async def test_a_query_that_takes_too_long_is_ended_by_the_server(database: str, tmp_path: Path) -> None:
    storage = await Engine(tmp_path, database).open(answer_seconds=0.2)
    with pytest.raises(StorageError) as caught:
        await storage.readers.run(lambda connection: connection.execute("SELECT pg_sleep(30)").fetchall())
    assert caught.value.code == "storage_timeout"
    await storage.ledger.append(entry(0))
    await storage.close()
