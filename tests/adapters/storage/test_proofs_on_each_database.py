"""Verification modes and the rotation of both keys, on SQLite and on PostgreSQL. Tiles and receipts are in the ledger's
contract, which runs on both, too."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from lacuna.adapters.secrets.files import FileKeyRing, finish_rekeying, finish_rotation
from lacuna.adapters.storage.sqlite import DATABASE
from lacuna.domain.audit import EVERYTHING, Examination, Extent, Kept, Verification
from lacuna.domain.errors import StorageMissing
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.usecases.hmac_key import rekeyed, require_current
from lacuna.usecases.rotate_key import rotated
from tests.adapters.storage.conftest import Engine
from tests.adapters.storage.test_tampering import remove_triggers

ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "cli")
SINCE = Examination(Extent.SINCE_LAST)
SIZE = 300


@pytest.fixture
def owner(engine: Engine, request: pytest.FixtureRequest) -> str:
    """The address of whoever owns the tables; empty for SQLite."""
    return "" if engine.address is None else str(request.getfixturevalue("database"))


@pytest.fixture
async def log(engine: Engine) -> Engine:
    """A log of SIZE records under keys from files."""
    storage = await engine.open(FileKeyRing(engine.folder))
    await storage.ledger.append(*(entry(number) for number in range(SIZE)))
    await storage.close()
    return engine


async def verified(engine: Engine, wanted: Examination = EVERYTHING, *, adding: int = 0) -> Verification:
    storage = await engine.open(FileKeyRing(engine.folder))
    try:
        if adding:
            await storage.ledger.append(*(entry(SIZE + number) for number in range(adding)))
        return await storage.ledger.verify(wanted)
    finally:
        await storage.close()


def tampered(folder: Path, owner: str, statement: str) -> None:
    """What whoever owns the tables can do."""
    if owner:
        with psycopg.connect(owner, autocommit=True) as session:
            session.execute("SET session_replication_role = replica")
            session.execute(statement.encode())
        return
    connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
    remove_triggers(connection)
    connection.execute(statement)
    connection.close()


async def test_every_mode_reads_what_it_says_and_finds_a_change(log: Engine, owner: str) -> None:
    assert (await verified(log, SINCE)).extent is Extent.FULL
    result = await verified(log, SINCE, adding=20)
    assert (result.passed, result.start, result.checked) == (True, 256, SIZE + 20 - 256)
    sample = await verified(log, Examination(Extent.SAMPLE, 50))
    assert (sample.passed, sample.checked) == (True, 50)
    tampered(log.folder, owner, f"UPDATE records SET actor = 'x' WHERE idx = {SIZE + 5}")
    for wanted in (Examination(), SINCE, Examination(Extent.SAMPLE, SIZE + 20)):
        assert (await verified(log, wanted)).bad_index == SIZE + 5


async def test_a_log_that_lost_what_others_saw_is_named_with_the_checkpoint(log: Engine, owner: str) -> None:
    storage = await log.open(FileKeyRing(log.folder))
    notes = []
    for number in range(3):
        await storage.ledger.append(entry(number))
        notes.append(Kept(await storage.ledger.checkpoint(), f"checkpoint {number}"))
    await storage.close()
    assert (await verified(log, Examination(against=tuple(notes)))).passed
    for statement in (f"DELETE FROM records WHERE idx > {SIZE}", f"UPDATE log_head SET size = {SIZE + 1}"):
        tampered(log.folder, owner, statement)
    result = await verified(log, Examination(against=tuple(notes)))
    assert not result.passed


async def test_the_signing_key_is_rotated(log: Engine) -> None:
    keys = FileKeyRing(log.folder, rotating=True)
    storage = await log.open(keys)
    until, statement = await rotated(storage.ledger, keys, FrozenClock(), ADMIN)
    await storage.close()
    finish_rotation(log.folder, until, statement)
    result = await verified(log, adding=5)
    assert (result.passed, result.size) == (True, SIZE + 2 + 5)
    assert until == SIZE + 2


async def test_the_hmac_key_is_rotated_once_for_every_process(log: Engine) -> None:
    keys = FileKeyRing(log.folder, rekeying=True)
    storage = await log.open(keys)
    await require_current(storage.hmac_keys, FileKeyRing(log.folder, rekeying=True))
    new = keys.incoming_hmac_key_id
    for _ in range(2):
        assert await rekeyed(storage.hmac_keys, keys.hmac_key_ids, new, FrozenClock(), ADMIN) == (keys.hmac_key_id, new)
    with pytest.raises(StorageMissing):
        await require_current(storage.hmac_keys, keys)
    await storage.close()
    finish_rekeying(log.folder)
    fresh = FileKeyRing(log.folder)
    storage = await log.open(fresh)
    await require_current(storage.hmac_keys, fresh)
    assert await storage.hmac_keys.known() == (keys.hmac_key_id, new)
    await storage.close()
    assert (await verified(log)).size == SIZE + 1
