"""On a small log, every single change to a table of the ledger is found, in process and one after the other."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.rows import SqliteConnection
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.adapters.storage.sqlite import DATABASE, open_storage
from lacuna.adapters.storage.verification import LogVerifier, Outside
from lacuna.domain.audit import Record, Verification
from lacuna.ports.storage import Entry
from lacuna.testing.fakes.keys import FixedKeys
from tests.adapters.storage.test_tampering import remove_triggers

KEYS = FixedKeys()
TABLES = ("records", "subtrees", "log_head")


class Small:
    """A log that an attacker has open; every change is taken back after it was looked at."""

    def __init__(self, folder: Path, size: int) -> None:
        asyncio.run(_fill(folder, size))
        self.size = size
        self.note = CheckpointFile(folder).read()
        self.connection = sqlite3.connect(folder / DATABASE, isolation_level=None, factory=SqliteConnection)
        self.connection.execute("PRAGMA ignore_check_constraints = ON")
        remove_triggers(self.connection)

    def verified(self) -> Verification:
        verifier = LogVerifier(CheckpointSigner(KEYS), "db", [Outside(self.note, "file")])
        result = verifier.begin(self.connection)
        while result is None:
            result = verifier.step(self.connection)
        return result

    def running(self, statement: str, *parameters: object) -> Verification:
        """The outcome after one statement."""
        return self.after(lambda connection: connection.execute(statement, parameters))

    def after(self, change: Callable[[sqlite3.Connection], object]) -> Verification:
        self.connection.execute("BEGIN")
        try:
            change(self.connection)
            return self.verified()
        finally:
            self.connection.execute("ROLLBACK")


async def _fill(folder: Path, size: int) -> None:
    storage = await open_storage(folder, KEYS)
    kinds = ("system.started", "terms.changed")
    await storage.ledger.append(
        *(Entry(Record(kinds[number % 2], number, "a", "b", f"d{number}", {"n": number})) for number in range(size))
    )
    await storage.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    small = Small(tmp_path_factory.mktemp("tiny"), 6)
    yield small
    small.connection.close()


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """A log with an interior node."""
    small = Small(tmp_path_factory.mktemp("tiled"), 257)
    yield small
    small.connection.close()


def flipped(value: object) -> Iterator[object]:
    """The value with each byte changed, in turn."""
    if isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(63))
    elif isinstance(value, str):
        yield from (value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] for at in range(len(value)))
    elif isinstance(value, bytes):
        yield from (value[:at] + bytes([value[at] ^ 0x80]) + value[at + 1 :] for at in range(len(value)))


def cells(small: Small, table: str) -> Iterator[tuple[str, str, tuple[object, ...], object]]:
    """Every cell of a table: its column, the condition that names its row, and its value."""
    columns = [row[1] for row in small.connection.execute(f"PRAGMA table_info({table})")]
    keys = {"records": ("idx",), "subtrees": ("level", "idx"), "log_head": ("id",)}[table]
    for row in small.connection.execute(f"SELECT * FROM {table}").fetchall():
        named = dict(zip(columns, row, strict=True))
        where = " AND ".join(f"{key} = ?" for key in keys)
        for column in columns:
            yield column, where, tuple(named[key] for key in keys), named[column]


@pytest.mark.parametrize("table", TABLES)
def test_every_changed_byte_is_found(request: pytest.FixtureRequest, table: str) -> None:
    small: Small = request.getfixturevalue("tiny" if table == "records" else "tiled")
    tried = 0
    for column, where, key, value in cells(small, table):
        for other in flipped(value):
            statement = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {where}"
            result = small.running(statement, other, *key)
            assert not result.passed, (table, column, key, other)
            if table == "records" and column != "idx":
                assert result.bad_index == key[0], (column, result.problem)
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("table", TABLES)
def test_every_removed_row_is_found(tiled: Small, table: str) -> None:
    column = "idx" if table == "records" else "rowid" if table == "log_head" else "level"
    for (key,) in tiled.connection.execute(f"SELECT {column} FROM {table}").fetchall():
        result = tiled.running(f"DELETE FROM {table} WHERE {column} = ?", key)
        assert not result.passed
        if table == "records":
            assert result.bad_index == key


def test_every_doubled_row_is_found_wherever_it_is_put(tiny: Small) -> None:
    copy = "INSERT OR REPLACE INTO records SELECT ?, at, kind, actor, decision, leaf, body FROM records WHERE idx = ?"
    for source in range(tiny.size):
        for target in range(-1, tiny.size + 2):
            if source != target:
                result = tiny.running(copy, target, source)
                assert not result.passed
                assert result.bad_index is not None
                assert result.bad_index <= max(target, tiny.size)


def test_every_inserted_row_that_moves_the_others_is_found(tiny: Small) -> None:
    def insert(at: int) -> Callable[[sqlite3.Connection], None]:
        def change(connection: sqlite3.Connection) -> None:
            for index in range(tiny.size - 1, at - 1, -1):
                connection.execute("UPDATE records SET idx = ? WHERE idx = ?", (index + 1, index))
            others = "SELECT ?, at, kind, actor, decision, leaf, body FROM records WHERE idx != ? LIMIT 1"
            connection.execute(f"INSERT INTO records {others}", (at, at))

        return change

    for at in range(tiny.size + 1):
        assert not tiny.after(insert(at)).passed


def test_every_two_records_that_changed_places_are_found(tiny: Small) -> None:
    for one, two in combinations(range(tiny.size), 2):

        def swap(connection: sqlite3.Connection, one: int = one, two: int = two) -> None:
            for old, new in ((one, -9), (two, one), (-9, two)):
                connection.execute("UPDATE records SET idx = ? WHERE idx = ?", (new, old))

        result = tiny.after(swap)
        assert not result.passed
        assert result.bad_index is not None
        assert result.bad_index <= one


def test_every_cut_tail_is_found_with_and_without_an_older_head(tmp_path: Path, tiny: Small) -> None:
    for size in range(tiny.size):
        result = tiny.running("DELETE FROM records WHERE idx >= ?", size)
        assert result.bad_index == size
        older = Small(tmp_path / f"older{size}", size) if size else None
        if older is not None:
            older.note = tiny.note
            result = older.verified()
            assert (result.passed, result.bad_index) == (False, size)
            older.connection.close()


def test_the_untouched_logs_pass(tiny: Small, tiled: Small) -> None:
    assert tiny.verified().passed
    assert tiled.verified().passed


def test_every_changed_byte_of_the_checkpoint_file_is_found(tiny: Small) -> None:
    note = tiny.note
    assert note is not None
    try:
        for at in range(len(note)):
            tiny.note = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
            assert not tiny.verified().passed, at
            tiny.note = note[:at]
            assert not tiny.verified().passed, at
    finally:
        tiny.note = note


def test_the_copies_that_were_looked_at_are_not_needed_any_more(tmp_path: Path) -> None:
    """A database without its checkpoint file is not trusted."""
    small = Small(tmp_path / "one", 3)
    small.note = None
    assert "missing" in small.verified().problem
    small.connection.close()
    shutil.rmtree(tmp_path / "one")
