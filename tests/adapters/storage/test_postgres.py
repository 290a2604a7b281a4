"""What only PostgreSQL can do to the store, and what it must not do."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from lacuna.adapters.storage.migrations import HEAD
from lacuna.adapters.storage.postgres import open_storage
from lacuna.adapters.storage.postgres_database import PostgresDatabase
from lacuna.adapters.storage.store import Storage
from lacuna.domain.errors import InvalidInput, LedgerBroken, StorageCorrupt, StorageError, StorageLocked, StorageMissing
from lacuna.ports.storage import Entry
from lacuna.testing.contracts.catalogue import DOCUMENT
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.servers.postgres import PostgresServer

KEYS = FixedKeys()


@pytest.fixture
async def storage(database: str, tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path, KEYS, address=database, busy_seconds=0.2)
    yield opened
    await opened.close()


def run(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


async def refusal(folder: Path, address: str) -> StorageError:
    with pytest.raises(StorageError) as caught:
        await open_storage(folder, KEYS, address=address)
    assert caught.value.cure
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(
    ("changed", "family", "code"),
    [
        (("test_", "nosuch_"), StorageMissing, "storage_missing"),
        (("postgres:", "ghost:"), StorageError, "storage_refused"),
        (("word", "w0rd"), StorageError, "storage_refused"),
        (("127.0.0.1:", "127.0.0.1:1"), StorageError, "storage_unreachable"),
        (("127.0.0.1", "[::"), StorageError, "storage_refused"),
    ],
    ids=["database", "user", "password", "port", "address"],
)
async def test_an_address_that_leads_nowhere_is_told_without_its_password(
    database: str, tmp_path: Path, changed: tuple[str, str], family: type[StorageError], code: str
) -> None:
    address = (
        database.replace(*changed) if changed[1] != "127.0.0.1:1" else "postgresql://postgres:s3word@127.0.0.1:1/x"
    )
    fault = await refusal(tmp_path, address)
    assert (type(fault), fault.code) == (family, code)
    assert "word" not in f"{fault.message} {fault.cure}".replace("password", "").replace("PASSWORD", "")


async def test_another_programs_database_is_refused_and_left_alone(fresh_database: str, tmp_path: Path) -> None:
    run(
        fresh_database,
        "CREATE TABLE alembic_version (version_num text)",
        f"INSERT INTO alembic_version VALUES ('{HEAD}')",
    )
    fault = await refusal(tmp_path, fresh_database)
    assert isinstance(fault, StorageCorrupt)
    assert "another program" in fault.message
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


async def test_a_database_from_a_newer_version_is_refused(database: str, tmp_path: Path) -> None:
    run(database, "UPDATE alembic_version SET version_num = '9999'")
    try:
        fault = await refusal(tmp_path, database)
    finally:
        run(database, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    assert fault.code == "storage_newer_version"


async def test_an_empty_database_is_not_filled_unless_asked_for(fresh_database: str, tmp_path: Path) -> None:
    with pytest.raises(StorageMissing):
        await open_storage(tmp_path, KEYS, address=fresh_database, create=False)
    said: list[str] = []
    with ThreadPoolExecutor(4) as threads:
        opening = [PostgresDatabase(fresh_database, warn=said.append) for _ in range(4)]
        list(threads.map(lambda each: each.bring_up_to_date(create=True), opening))
    assert ["fsync=off" in sentence for sentence in said] == [True] * 4
    with psycopg.connect(fresh_database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


async def test_keys_and_checkpoint_of_the_folder_belong_to_the_log(
    storage: Storage, database: str, tmp_path: Path
) -> None:
    await storage.ledger.append(entry(0))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = await open_storage(elsewhere, KEYS, address=database)
    with pytest.raises(LedgerBroken, match="checkpoint is missing"):
        await other.ledger.append(entry(1))
    await other.close()
    with pytest.raises(StorageMissing, match="signed by"):
        await open_storage(elsewhere, FixedKeys("other"), address=database)


async def test_connections_that_were_cut_are_opened_again(
    storage: Storage, postgres: PostgresServer, migrated: str
) -> None:
    await storage.ledger.append(entry(0))
    await storage.ledger.get(0)
    postgres.disconnect(migrated)
    await storage.ledger.append(entry(1))
    assert (await storage.ledger.get(1)).index == 1
    assert (await storage.ledger.verify()).passed


async def test_a_writer_that_is_cut_while_it_waits_reports_an_error_and_stores_nothing(
    storage: Storage, database: str, postgres: PostgresServer, migrated: str
) -> None:
    await storage.ledger.append(entry(0))
    with psycopg.connect(database) as holder:
        holder.execute("SELECT 1 FROM log_head FOR UPDATE")
        with pytest.raises(StorageLocked):
            await storage.ledger.append(entry(1))
        waiting = asyncio.ensure_future(storage.ledger.append(entry(2)))
        await asyncio.sleep(0.05)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lacuna'"
        postgres.execute(others, migrated)
        with pytest.raises(StorageError):
            await waiting
    assert [stored.index for stored in await storage.ledger.append(entry(3))] == [1]
    assert (await storage.ledger.verify()).passed


async def test_texts_that_postgresql_cannot_hold_are_refused_and_spoil_nothing(storage: Storage) -> None:
    bad = replace(entry(1).record, actor="a\0b")
    results = await asyncio.gather(
        storage.ledger.append(entry(0)),
        storage.ledger.append(Entry(bad)),
        storage.catalogue.put(replace(DOCUMENT, title="a\0b"), ready=True),
        storage.ledger.append(entry(2)),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [list, InvalidInput, InvalidInput, list]
    with pytest.raises(InvalidInput):
        await storage.catalogue.get("a\0b")
    assert (await storage.ledger.verify()).size == 2


async def test_a_record_beyond_the_head_stops_the_log(storage: Storage, database: str) -> None:
    await storage.ledger.append(entry(0))
    run(database, "INSERT INTO records SELECT idx + 1, at, kind, actor, decision, leaf, body FROM records")
    with pytest.raises(LedgerBroken, match="ends with record 1"):
        await storage.ledger.append(entry(1))


async def test_schemas_of_one_database_hold_logs_of_their_own(fresh_database: str, tmp_path: Path) -> None:
    opened = []
    for name in ("lacuna_acme", "lacuna_globex"):
        folder = tmp_path / name
        folder.mkdir()
        opened.append(await open_storage(folder, KEYS, address=fresh_database, schema=name))
    first, second = opened
    try:
        await first.ledger.append(entry(0), entry(1))
        await second.ledger.append(entry(2))
        assert [(await each.ledger.verify()).size for each in opened] == [2, 1]
    finally:
        for each in opened:
            await each.close()
    with psycopg.connect(fresh_database) as connection:
        found = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'records' ORDER BY 1").fetchall()
    assert found == [("lacuna_acme",), ("lacuna_globex",)]


def state_of(other: "psycopg.Connection[tuple[object, ...]]", pid: int) -> object:
    row = other.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
    return None if row is None else row[0]


async def test_the_server_sees_that_a_writer_falls_silent_while_it_holds_the_lock(
    storage: Storage, database: str
) -> None:
    connection = PostgresDatabase(database).writer()
    connection.read_locked([b"BEGIN"], "SELECT 1 FROM log_head FOR UPDATE")
    writing = connection.finishing()
    writing.__enter__()
    connection.insert("INSERT INTO subtrees (level, idx, hash)", [(9, 0, bytes(32))])
    state: object = None
    with psycopg.connect(database, autocommit=True) as other:
        # Only then does idle_in_transaction_session_timeout count.
        for _ in range(1_000):
            if (state := state_of(other, connection.raw.info.backend_pid)) == "idle in transaction":
                break
            await asyncio.sleep(0.01)
    assert state == "idle in transaction"
    connection.close()
    await storage.ledger.append(entry(0))
    assert (await storage.ledger.verify()).passed
