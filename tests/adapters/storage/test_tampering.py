"""Whoever changes the stored log is found out, and a log that was cut or forged is never extended."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lacuna.adapters.storage.sqlite import DATABASE, open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.domain.audit import Verification
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import CompactRange, leaf_hash
from lacuna.domain.notes import Checkpoint, signed_note
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys
from tests.adapters.storage.conftest import KEYS, SIZE, filled


def remove_triggers(connection: sqlite3.Connection) -> None:
    """What nobody who may write the file can be kept from."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file as an attacker opens it."""
    connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    remove_triggers(connection)
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
async def storage(folder: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(folder, KEYS)
    yield opened
    await opened.close()


async def verified(folder: Path) -> Verification:
    opened = await open_storage(folder, KEYS)
    try:
        return await opened.ledger.verify()
    finally:
        await opened.close()


async def refuses_to_append(folder: Path) -> None:
    opened = await open_storage(folder, KEYS)
    try:
        with pytest.raises(LedgerBroken):
            await opened.ledger.append(entry(0))
        with pytest.raises(LedgerBroken):
            await opened.ledger.check()
    finally:
        await opened.close()


async def test_the_untouched_log_passes(storage: Storage) -> None:
    result = await storage.ledger.verify()
    assert result.passed
    assert result.size == SIZE


async def test_every_single_byte_of_every_record_is_covered(tmp_path: Path) -> None:
    await filled(tmp_path, 3)
    storage = await open_storage(tmp_path, KEYS)
    with database(tmp_path) as connection:
        for index in range(3):
            for column in ("at", "kind", "actor", "decision", "leaf", "body"):
                (value,) = connection.execute(f"SELECT {column} FROM records WHERE idx = ?", (index,)).fetchone()
                for changed in _single_changes(value):
                    connection.execute(f"UPDATE records SET {column} = ? WHERE idx = ?", (changed, index))
                    result = await storage.ledger.verify()
                    assert result.bad_index == index, (column, result.problem)
                    assert f"Record {index} " in result.problem
                connection.execute(f"UPDATE records SET {column} = ? WHERE idx = ?", (value, index))
    assert (await storage.ledger.verify()).passed
    await storage.close()


def _single_changes(value: object) -> Iterator[object]:
    if isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(0, 63, 7))
        yield value + 0.5
    elif isinstance(value, bytes):
        yield from (value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :] for at in range(len(value)))
        yield value[:-1]
    elif isinstance(value, str):
        yield from (value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] for at in range(len(value)))
        yield value + " "
        yield ""


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        pytest.param("DELETE FROM records WHERE idx = 0", 0, id="first record removed"),
        pytest.param("DELETE FROM records WHERE idx = 300", 300, id="record removed from the middle"),
        pytest.param("DELETE FROM records WHERE idx = 599", 599, id="last record removed"),
        pytest.param("DELETE FROM records WHERE idx > 400", 401, id="tail removed"),
        pytest.param("DELETE FROM records", 0, id="all records removed"),
        pytest.param("UPDATE records SET idx = idx - 1 WHERE idx = 0", -1, id="record moved before the beginning"),
        pytest.param("UPDATE records SET idx = 600 WHERE idx = 599", 600, id="last record moved"),
        pytest.param(
            "INSERT INTO records SELECT 600, at, kind, actor, decision, leaf, body FROM records WHERE idx = 1",
            600,
            id="record inserted after the end",
        ),
        pytest.param(
            "UPDATE records SET leaf = (SELECT leaf FROM records WHERE idx = 7) WHERE idx = 8", 8, id="leaf replaced"
        ),
        pytest.param(
            "UPDATE records SET body = CAST(body AS TEXT) WHERE idx = 9", 9, id="same text stored as another type"
        ),
        pytest.param("UPDATE subtrees SET hash = zeroblob(32) WHERE idx = 1", 256, id="interior node changed"),
        pytest.param("UPDATE subtrees SET idx = 5 WHERE idx = 1", None, id="interior node moved"),
        pytest.param("DELETE FROM subtrees WHERE idx = 0", None, id="interior node removed"),
        pytest.param("INSERT INTO subtrees VALUES (2, 0, zeroblob(32))", None, id="interior node invented"),
        pytest.param("INSERT INTO subtrees VALUES (0, 0, zeroblob(32))", None, id="level invented"),
    ],
)
async def test_changed_rows_are_found(folder: Path, statement: str, first_bad: int | None) -> None:
    with database(folder) as connection:
        connection.execute(statement)
    result = await verified(folder)
    assert not result.passed
    assert result.bad_index == first_bad


@pytest.mark.parametrize(("one", "two"), [(3, 4), (10, 300), (255, 256), (590, 595), (598, 599)])
async def test_records_that_changed_places_are_found(folder: Path, one: int, two: int) -> None:
    with database(folder) as connection:
        for old, new in ((one, -9), (two, one), (-9, two)):
            connection.execute("UPDATE records SET idx = ? WHERE idx = ?", (new, old))
    result = await verified(folder)
    assert not result.passed
    assert result.bad_index is not None
    assert result.bad_index <= one
    assert "changed, moved or replaced" in result.problem


@pytest.mark.parametrize("index", [5, 255, 256, 511, 512, 599])
async def test_a_record_rewritten_with_its_leaf_and_nodes_is_found(folder: Path, index: int) -> None:
    """The attacker recomputes everything but the signature."""
    with database(folder) as connection:
        (body,) = connection.execute("SELECT body FROM records WHERE idx = ?", (index,)).fetchone()
        forged = body.replace(b'"PII.EMAIL"', b'"PII.NONE."')
        assert forged != body
        connection.execute("UPDATE records SET body = ?, leaf = ? WHERE idx = ?", (forged, leaf_hash(forged), index))
        rewritten = await _recomputed(connection)
    result = await verified(folder)
    assert not result.passed
    assert result.bad_index is not None
    assert result.bad_index <= index
    with database(folder) as connection:
        connection.execute("UPDATE log_head SET root = ?, range = ?", (rewritten.root, b"".join(rewritten.hashes)))
    result = await verified(folder)
    assert not result.passed
    await refuses_to_append(folder)


async def _recomputed(connection: sqlite3.Connection) -> CompactRange:
    leaves = [row[0] for row in connection.execute("SELECT leaf FROM records ORDER BY idx")]
    grown, completed = CompactRange().extended(leaves)
    for done in completed:
        connection.execute("UPDATE subtrees SET hash = ? WHERE level = 1 AND idx = ?", (done.root, done.index))
    return grown


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_head SET size = 599",
        "UPDATE log_head SET size = 600.5",
        "UPDATE log_head SET root = zeroblob(32)",
        "UPDATE log_head SET root = zeroblob(31)",
        "UPDATE log_head SET range = zeroblob(length(range))",
        "UPDATE log_head SET range = substr(range, 33)",
        "UPDATE log_head SET checkpoint = replace(checkpoint, '600', '601')",
        "UPDATE log_head SET checkpoint = ''",
        "UPDATE log_head SET checkpoint = CAST(checkpoint AS BLOB)",
        "DELETE FROM log_head",
    ],
)
async def test_a_changed_head_is_found_and_never_extended(original: Path, tmp_path: Path, statement: str) -> None:
    folder = Path(shutil.copytree(original, tmp_path / "data"))
    with database(folder) as connection:
        connection.execute(statement)
    result = await verified(folder)
    assert not result.passed
    await refuses_to_append(folder)


async def test_a_log_cut_together_with_its_head_is_found_by_the_checkpoint_file(folder: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    await filled(folder, 10, start=SIZE)
    shutil.copy(older / DATABASE, folder / DATABASE)
    result = await verified(folder)
    assert result.bad_index == SIZE
    assert "cut or rolled back" in result.problem
    await refuses_to_append(folder)


async def test_another_history_signed_with_the_stolen_key_is_found_by_the_checkpoint_file(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    await filled(other, SIZE + 100, start=5)
    shutil.copy(other / DATABASE, folder / DATABASE)
    result = await verified(folder)
    assert not result.passed
    assert "replaced after it was signed" in result.problem


def _forged_size(note: str) -> str:
    return note.replace("\n600\n", "\n500\n")


def _foreign(note: str) -> str:
    keys = FixedKeys("another")
    text = Checkpoint(KEYS.signer_name, SIZE, bytes(32)).text()
    return signed_note(text, KEYS.signer_name, keys.public_key, keys.sign)


def _of_another_log(note: str) -> str:
    return signed_note(Checkpoint("else", 1, bytes(32)).text(), KEYS.signer_name, KEYS.public_key, KEYS.sign)


@pytest.mark.parametrize("change", [_forged_size, _foreign, _of_another_log, lambda note: "", lambda note: note[:-9]])
async def test_a_changed_checkpoint_file_is_found(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "checkpoint"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    result = await verified(folder)
    assert not result.passed
    assert "checkpoint" in result.problem
    await refuses_to_append(folder)


async def test_a_missing_checkpoint_file_is_found_and_not_made_anew(folder: Path) -> None:
    (folder / "checkpoint").unlink()
    result = await verified(folder)
    assert not result.passed
    await refuses_to_append(folder)
    assert not (folder / "checkpoint").exists()


async def test_the_checkpoint_file_can_be_put_back_from_the_signed_head(folder: Path) -> None:
    (folder / "checkpoint").unlink()
    opened = await open_storage(folder, KEYS)
    (folder / "checkpoint").write_text(await opened.ledger.checkpoint(), "utf-8")
    await opened.ledger.append(entry(0))
    assert (await opened.ledger.verify()).passed
    await opened.close()


async def test_a_database_put_back_under_a_running_writer_is_not_extended(folder: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    opened = await open_storage(folder, KEYS)
    await opened.ledger.append(entry(0))
    with database(folder) as connection, database(older) as source:
        source.backup(connection)
    with pytest.raises(LedgerBroken, match="attests 601"):
        await opened.ledger.append(entry(1))
    await opened.close()


async def test_a_proof_through_a_changed_hash_is_never_given(folder: Path) -> None:
    with database(folder) as connection:
        connection.execute("UPDATE records SET leaf = zeroblob(32) WHERE idx = 300")
        connection.execute("UPDATE subtrees SET hash = zeroblob(32) WHERE idx = 1")
    opened = await open_storage(folder, KEYS)
    for index in (300, 301, 5):
        with pytest.raises(LedgerBroken):
            await opened.ledger.receipt(index)
    with database(folder) as connection:
        connection.execute("DELETE FROM subtrees")
    with pytest.raises(LedgerBroken, match="lacks hashes"):
        await opened.ledger.receipt(5)
    await opened.close()


@pytest.mark.slow
async def test_the_second_level_of_interior_nodes_is_made_and_checked(tmp_path: Path) -> None:
    await filled(tmp_path, 65_536 + 300)
    result = await verified(tmp_path)
    assert result.passed
    opened = await open_storage(tmp_path, KEYS)
    for index in (0, 65_535, 65_536, 65_835):
        await opened.ledger.receipt(index)
    await opened.close()
    with database(tmp_path) as connection:
        connection.execute("UPDATE subtrees SET hash = zeroblob(32) WHERE level = 2")
    result = await verified(tmp_path)
    assert result.bad_index == 0
    assert "Records 0 to 65535" in result.problem
