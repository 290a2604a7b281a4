"""A store that cannot be used says what is wrong, where, and what to do; what was acknowledged stays."""

import asyncio
import os
import resource
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.adapters.storage.faults import storage_fault
from lacuna.adapters.storage.sqlite import DATABASE, open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.domain.errors import (
    LedgerBroken,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageMissing,
)
from lacuna.testing.contracts.catalogue import DOCUMENT
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys

KEYS = FixedKeys()


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path, KEYS, busy_seconds=0.05)
    yield opened
    await opened.close()


async def count(storage: Storage) -> int:
    result = await storage.ledger.verify()
    assert result.passed, result.problem
    return result.size


def explained(fault: StorageError, path: Path) -> None:
    assert str(path) in fault.message
    assert fault.cure


async def test_a_missing_store_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    with pytest.raises(StorageMissing) as caught:
        await open_storage(folder, KEYS, create=False)
    explained(caught.value, folder)
    assert not folder.exists()
    opened = await open_storage(folder, KEYS)
    await opened.close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / DATABASE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"this is a text file, not a database\n" * 40, b"SQLite format 3\x00" + bytes(4080)]
)
async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / DATABASE
    path.write_bytes(content)
    with pytest.raises(StorageCorrupt) as caught:
        await open_storage(tmp_path, KEYS)
    explained(caught.value, path)
    assert path.read_bytes() == content


async def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    with pytest.raises(StorageCorrupt, match="another program"):
        await open_storage(tmp_path, KEYS)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    connection.close()


async def test_a_database_from_a_newer_version_is_refused(tmp_path: Path, storage: Storage) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="9999") as caught:
        await open_storage(tmp_path, KEYS)
    assert caught.value.code == "storage_newer_version"
    explained(caught.value, tmp_path / DATABASE)


async def test_keys_that_did_not_sign_the_log_are_refused(tmp_path: Path, storage: Storage) -> None:
    await storage.ledger.append(entry(0))
    with pytest.raises(StorageMissing) as caught:
        await open_storage(tmp_path, FixedKeys("another"))
    assert KEYS.signer_name in caught.value.message
    assert "keys folder" in caught.value.cure


async def test_damaged_pages_are_told_from_an_empty_log(tmp_path: Path) -> None:
    opened = await open_storage(tmp_path, KEYS)
    await opened.ledger.append(*(entry(number) for number in range(300)))
    await opened.close()
    path = tmp_path / DATABASE
    raw = bytearray(path.read_bytes())
    for page in range(8, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(raw)
    with pytest.raises(StorageCorrupt) as caught:
        await _opened_and_verified(tmp_path)
    explained(caught.value, path)


async def _opened_and_verified(folder: Path) -> None:
    opened = await open_storage(folder, KEYS)
    try:
        await opened.ledger.verify()
    finally:
        await opened.close()


async def test_a_full_database_loses_nothing_and_recovers(tmp_path: Path) -> None:
    opened = await open_storage(tmp_path, KEYS, max_bytes=400_000)
    for number in range(100):
        await opened.catalogue.put(replace(DOCUMENT, document_id=f"doc_{number}", title="x" * 1_000), ready=True)
    acknowledged: list[int] = []
    for _ in range(2):
        with pytest.raises(StorageFull) as caught:
            await _append_until_refused(opened, acknowledged)
        explained(caught.value, tmp_path / DATABASE)
    stored = len(acknowledged)
    assert await count(opened) == stored > 0
    for number in range(90):
        await opened.catalogue.remove(f"doc_{number}")
    await opened.ledger.append(entry(0))
    await opened.ledger.check()
    assert await count(opened) == stored + 1
    await opened.close()


async def _append_until_refused(storage: Storage, acknowledged: list[int]) -> None:
    for number in range(10_000):
        (stored,) = await storage.ledger.append(entry(number))
        acknowledged.append(stored.index)


async def test_a_write_that_the_system_refuses_loses_nothing_and_recovers(storage: Storage, tmp_path: Path) -> None:
    await storage.ledger.append(*(entry(number) for number in range(100)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))
    try:
        for _ in range(3):
            with pytest.raises(StorageError) as caught:
                await storage.ledger.append(*(entry(number) for number in range(100)))
            explained(caught.value, tmp_path / DATABASE)
            with pytest.raises(StorageError):
                await storage.ledger.check()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await storage.ledger.append(entry(0))
    assert await count(storage) == 101


async def test_a_database_held_by_another_writer_is_reported_as_locked(storage: Storage, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(storage.ledger.append(entry(n)) for n in range(3)), return_exceptions=True)
    assert {type(result) for result in results} == {StorageLocked}
    assert len({id(result) for result in results}) == 3
    other.execute("ROLLBACK")
    other.close()
    await storage.ledger.append(entry(0))
    assert await count(storage) == 1


async def test_a_database_removed_while_in_use_takes_no_more_records(storage: Storage, tmp_path: Path) -> None:
    await storage.ledger.append(entry(0))
    moved = tmp_path / "moved"
    (tmp_path / DATABASE).rename(moved)
    for _ in range(2):
        with pytest.raises(StorageMissing):
            await storage.ledger.append(entry(1))
    moved.rename(tmp_path / DATABASE)
    await storage.ledger.append(entry(1))
    assert await count(storage) == 2


async def test_a_new_database_in_the_place_of_the_old_is_not_taken_for_it(storage: Storage, tmp_path: Path) -> None:
    await storage.ledger.append(entry(0))
    fresh = await open_storage(tmp_path / "fresh", KEYS)
    await fresh.close()
    os.replace(tmp_path / "fresh" / DATABASE, tmp_path / DATABASE)
    for rest in ("-wal", "-shm"):
        (tmp_path / (DATABASE + rest)).unlink()
    with pytest.raises(StorageMissing, match="exchanged"):
        await storage.ledger.append(entry(1))
    with pytest.raises(LedgerBroken):
        await storage.ledger.append(entry(1))


async def test_a_checkpoint_file_that_cannot_be_written_is_told_and_caught_up(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.new").mkdir()
    await storage.ledger.append(entry(0))
    with pytest.raises(StorageError):
        await storage.ledger.checkpoint()
    with pytest.raises(StorageError) as caught:
        await _check_until_refused(storage)
    explained(caught.value, tmp_path / "checkpoint")
    (tmp_path / "checkpoint.new").rmdir()
    note = await storage.ledger.checkpoint()
    assert (tmp_path / "checkpoint").read_text("utf-8") == note


async def _check_until_refused(storage: Storage) -> None:
    while True:
        await storage.ledger.check()


async def test_a_closed_store_refuses_work(tmp_path: Path) -> None:
    opened = await open_storage(tmp_path, KEYS)
    pending = [asyncio.ensure_future(opened.ledger.append(entry(number))) for number in range(50)]
    await asyncio.sleep(0)
    await opened.close()
    assert [len(await each) for each in pending] == [1] * 50
    assert "\n50\n" in (tmp_path / "checkpoint").read_text("utf-8")
    with pytest.raises(StorageError, match="closed"):
        await opened.ledger.append(entry(0))
    with pytest.raises(StorageError, match="closed"):
        await opened.ledger.get(0)
    await opened.close()


async def test_a_cancelled_caller_does_not_harm_the_others(storage: Storage) -> None:
    tasks = [asyncio.ensure_future(storage.ledger.append(entry(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, list) for result in results[1::2])
    await storage.ledger.append(entry(0))
    assert await count(storage) >= 11


def test_a_read_only_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    sqlite3.connect(path).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("CREATE TABLE x (x)")
    connection.close()
    fault = storage_fault(caught.value, path)
    assert fault.code == "storage_read_only"
    explained(fault, path)


@pytest.mark.parametrize(
    ("number", "family", "code"),
    [
        (28, StorageFull, "storage_full"),
        (122, StorageFull, "storage_full"),
        (2, StorageMissing, "storage_missing"),
        (13, StorageError, "storage_read_only"),
        (30, StorageError, "storage_read_only"),
        (5, StorageError, "storage_io"),
    ],
)
def test_faults_of_the_file_system_have_their_families(number: int, family: type[StorageError], code: str) -> None:
    fault = storage_fault(OSError(number, os.strerror(number)), Path("somewhere"))
    assert type(fault) is family
    assert fault.code == code
    explained(fault, Path("somewhere"))
