"""The database file: creating it, bringing it up to date, and opening connections with the settings the ledger relies
on.

Guarantees that a file that is missing, damaged, another program's, or from a newer Lacuna is refused with its own
error, and that of several processes opening an old file one migrates it, in one transaction, while the others wait.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import Prepared
from lacuna.adapters.storage.faults import storage_fault, translated
from lacuna.adapters.storage.folder_lock import exclusive
from lacuna.adapters.storage.migrations import HEAD, upgrade
from lacuna.adapters.storage.rows import SqliteConnection
from lacuna.domain.errors import StorageCorrupt, StorageMissing

APPLICATION_ID = 0x4C41434E
"""Marks the file as Lacuna's ("LACN") in SQLite's header."""

BUSY_SECONDS = 5.0
MIGRATION_SECONDS = 60.0

_JOURNAL_LIMIT = 64 * 1024 * 1024
_WRITER_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    # So that a row that is replaced meets the triggers against deleting.
    "PRAGMA recursive_triggers = ON",
    f"PRAGMA journal_size_limit = {_JOURNAL_LIMIT}",
)
_COMMON_SETTINGS = ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")


class SqliteDatabase:
    """A `connection.Database`: one file on a local disk. `max_bytes` limits its size; `busy_seconds` is how long a
    writer waits for others."""

    errors = sqlite3.Error
    duplicates = sqlite3.IntegrityError

    def __init__(self, path: Path, *, max_bytes: int | None = None, busy_seconds: float = BUSY_SECONDS) -> None:
        self.where = str(path)
        self._path = path
        self._max_bytes = max_bytes
        self._busy_seconds = busy_seconds
        self._identity = (0, 0)

    def bring_up_to_date(self, *, create: bool) -> None:
        open_database(self._path, create=create)

    def writer(self) -> SqliteConnection:
        status = os.stat(self._path)
        connection = connect(self._path, max_bytes=self._max_bytes, busy_seconds=self._busy_seconds)
        self._identity = (status.st_dev, status.st_ino)
        return connection

    def reader(self) -> SqliteConnection:
        return connect_reader(self._path)

    def require_present(self, connection: Connection) -> None:
        status = os.stat(self._path)
        if self._identity != (status.st_dev, status.st_ino):
            raise StorageMissing(
                f"{self._path} was removed or exchanged while it was in use.",
                cure="Put the file back and restart Lacuna; never exchange it under a running server.",
            )

    def begin(self, connection: Connection, reading: str) -> tuple[Any, ...] | None:
        connection.execute("BEGIN IMMEDIATE")
        row: tuple[Any, ...] | None = connection.execute(reading).fetchone()
        return row

    def begin_snapshot(self, connection: Connection) -> None:
        connection.execute("BEGIN")

    @contextmanager
    def finishing(self, connection: Connection) -> Iterator[None]:
        yield
        connection.execute("COMMIT")

    def settle(self, connection: Connection) -> None:
        """Nobody sees a commit before it is durable."""

    def require_storable(self, entries: Sequence[Prepared]) -> None:
        """Whatever was prepared can be stored."""

    def lost(self, connection: Connection) -> bool:
        return False

    def translated(self) -> AbstractContextManager[None]:
        return translated(self._path)


def open_database(path: Path, *, create: bool) -> None:
    """Sees to it that `path` is a database of this version. Raises StorageMissing where there is none and `create` is
    false, and the other StorageErrors for a file that cannot be used."""
    with translated(path):
        if not path.exists() and not create:
            raise StorageMissing(
                f"There is no database at {path}.",
                cure="Check the data folder, or create the store with `lacuna migrate`.",
            )
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _revision(path) == HEAD:
        return
    with exclusive(path.with_name("migrate.lock"), MIGRATION_SECONDS):
        found = _revision(path)
        if found != HEAD:
            _migrate(path, found)


def connect(path: Path, *, max_bytes: int | None = None, busy_seconds: float = BUSY_SECONDS) -> SqliteConnection:
    """A connection that writes durably: a commit returns after fsync. `max_bytes` limits the size of the database;
    `busy_seconds` is how long it waits for other writers."""
    connection = _connect(path, "rw", busy_seconds)
    try:
        for setting in (*_COMMON_SETTINGS, *_WRITER_SETTINGS):
            connection.execute(setting)
        if max_bytes is not None:
            (page_size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // page_size)}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> SqliteConnection:
    """A connection that cannot write. It may be used by one thread after another."""
    connection = _connect(path, "ro")
    try:
        for setting in _COMMON_SETTINGS:
            connection.execute(setting)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str, busy_seconds: float = BUSY_SECONDS) -> SqliteConnection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=SqliteConnection,
    )


def _revision(path: Path) -> str | None:
    """The schema's revision; None for a file that is missing or empty."""
    if not path.exists():
        return None
    with translated(path):
        connection = _connect(path, "rw")
        try:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
            if not tables:
                return None
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != APPLICATION_ID:
                raise StorageCorrupt(
                    f"{path} is a database of another program.",
                    cure="Choose another data folder, or move that file away.",
                )
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])
        finally:
            connection.close()


def _migrate(path: Path, found: str | None) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    upgrade.require_known(found, str(path))
    with translated(path):
        path.touch(mode=0o600)
        raw = connect(path)
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            upgrade.run(connection)
            connection.exec_driver_sql("COMMIT")
    except DBAPIError as fault:
        if isinstance(fault.orig, sqlite3.Error):
            raise storage_fault(fault.orig, path) from fault
        raise
    finally:
        engine.dispose()
        raw.close()
