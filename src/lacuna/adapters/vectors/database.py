"""The file of the embedded vector store: opening, schema, and what its faults are called.

Guarantees: a commit is on disk when it returns (WAL, synchronous=FULL); freed content is overwritten (secure_delete); a
file of a newer version or of another program is refused untouched; every sqlite3 error leaves as a StorageError.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lacuna.domain.errors import StorageCorrupt, StorageError, StorageFull, StorageLocked, StorageMissing

SCHEMA_VERSION: Final = 2
APPLICATION_ID: Final = 0x4C41_4356
"""Marks the file as ours (SQLite's application_id)."""
RANGE: Final = 16_384
"""Chunk numbers that one segment may hold. Part of the file's format: a trigger divides by it."""

_SCHEMA: Final = (
    # Who may read a chunk: each distinct pair of tier and groups once. Rows are never changed or deleted.
    """CREATE TABLE audiences (
        audience INTEGER PRIMARY KEY,
        tier INTEGER NOT NULL,
        groups TEXT NOT NULL,
        UNIQUE (tier, groups))""",
    # Vectors are compared within one space only.
    """CREATE TABLE spaces (
        space INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL UNIQUE,
        dimension INTEGER NOT NULL)""",
    """CREATE TABLE documents (
        document INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL UNIQUE)""",
    """CREATE TABLE chunks (
        chunk INTEGER PRIMARY KEY AUTOINCREMENT,
        document INTEGER NOT NULL,
        chunk_id TEXT NOT NULL UNIQUE,
        ordinal INTEGER NOT NULL,
        title TEXT NOT NULL,
        heading TEXT NOT NULL,
        text TEXT NOT NULL,
        first INTEGER NOT NULL,
        past INTEGER NOT NULL,
        own_tier INTEGER NOT NULL,
        page INTEGER,
        source TEXT NOT NULL)""",
    "CREATE INDEX chunks_of_document ON chunks (document)",
    # Narrow on purpose: the lexical search looks up one row here for every match.
    "CREATE TABLE access (chunk INTEGER PRIMARY KEY, audience INTEGER NOT NULL)",
    """CREATE VIEW passages AS
        SELECT c.chunk, a.audience, c.chunk_id, d.document_id, c.ordinal, c.title, c.heading, c.text, c.first, c.past,
            c.own_tier, c.page, c.source
        FROM chunks c JOIN access a ON a.chunk = c.chunk JOIN documents d ON d.document = c.document""",
    """CREATE TABLE vectors (
        chunk INTEGER PRIMARY KEY,
        document INTEGER NOT NULL,
        space INTEGER NOT NULL,
        vector BLOB NOT NULL)""",
    "CREATE INDEX vectors_of_document ON vectors (document)",
    # Which documents changed, in order: how other processes follow.
    "CREATE TABLE changes (change INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL)",
    # Deleted text that the write-ahead log may still hold (writes.purge).
    "CREATE TABLE residue (owed INTEGER NOT NULL)",
    "INSERT INTO residue (owed) VALUES (0)",
)

_TERMS: Final = (
    # The forms that texts were analysed into; see analysis.ANALYSIS.
    "CREATE TABLE IF NOT EXISTS forms (form INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    # What the lexical search compares (terms.py).
    """CREATE TABLE IF NOT EXISTS terms (
        chunk INTEGER PRIMARY KEY,
        document INTEGER NOT NULL,
        form INTEGER NOT NULL,
        terms BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS terms_of_document ON terms (document)",
)


_SEGMENTS: Final = (
    # Sorted parts of the index of terms (images.py), one for each range of chunk numbers.
    """CREATE TABLE IF NOT EXISTS segments (
        range INTEGER PRIMARY KEY,
        form INTEGER NOT NULL,
        layout INTEGER NOT NULL,
        passages INTEGER NOT NULL,
        keys INTEGER NOT NULL,
        postings INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        image BLOB NOT NULL)""",
    # In the file, because older versions of Lacuna, which know no segments, delete passages too.
    f"""CREATE TRIGGER IF NOT EXISTS segment_of_deleted AFTER DELETE ON terms
        BEGIN DELETE FROM segments WHERE range = OLD.chunk / {RANGE}; END""",  # noqa: S608
)


def connect(path: Path, busy_seconds: float, *, read_only: bool) -> sqlite3.Connection:
    """A connection that may be handed from thread to thread, in autocommit mode. Waits `busy_seconds` for a lock."""
    with translated(path):
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            for pragma in (
                "synchronous = FULL",
                "secure_delete = ON",
                "temp_store = MEMORY",
                "cache_size = -16000",
                f"query_only = {'ON' if read_only else 'OFF'}",
            ):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection


def prepare(path: Path, busy_seconds: float, max_bytes: int | None) -> sqlite3.Connection:
    """Opens the file for writing, creating it where it is missing and the schema where it is empty. It will not grow
    beyond `max_bytes`.

    Raises StorageMissing where the folder is not there, StorageCorrupt where the file is damaged or something else, and
    StorageError where a newer version wrote it.
    """
    if not path.parent.is_dir():
        raise StorageMissing(
            f"The folder {path.parent} of the vector store is not there.", cure="Create it or set another."
        )
    with translated(path):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StorageError(
                f"The vector store {path} cannot be opened: {error.strerror}.", cure="Fix its permissions."
            ) from error
        connection = connect(path, busy_seconds, read_only=False)
        try:
            _check_ours(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            _create(connection)
            if max_bytes is not None:
                (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max(1, max_bytes // page_bytes)}")
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    """`kind` is DEFERRED for a stable view, IMMEDIATE for writing. Commits at the end, rolls back on any error."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns sqlite3's errors into StorageErrors that name the file and the cure."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(error, path) from error


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return
    if application != APPLICATION_ID:
        raise StorageCorrupt(
            f"{path} is a SQLite database of another program, no vector store.",
            cure="Move it away, or set another path.",
        )
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"The vector store {path} has schema {version}; this version of Lacuna knows {SCHEMA_VERSION}.",
            cure="Upgrade Lacuna, or restore the backup made before the upgrade.",
        )


def identity(connection: sqlite3.Connection) -> str:
    """What this file is called, unlike every other: numbers of changes begin anew in a file that is made anew."""
    (name,) = connection.execute("SELECT name FROM identity").fetchone()
    return str(name)


def _create(connection: sqlite3.Connection) -> None:
    with transaction(connection, "IMMEDIATE"):
        # Not part of a version: older ones do not mind it, and files of theirs get it now.
        connection.execute(
            "CREATE TABLE IF NOT EXISTS identity (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL)"
        )
        connection.execute("INSERT OR IGNORE INTO identity VALUES (1, lower(hex(randomblob(8))))")
        for statement in (*_TERMS, *_SEGMENTS):
            connection.execute(statement)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version:
            return
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _translation(error: sqlite3.Error, path: Path) -> StorageError:
    # The low byte is the primary result code (https://www.sqlite.org/rescode.html).
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return StorageFull(
                f"No room is left to write the vector store {path}.",
                cure="Free disk space or raise its limit, then repeat.",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageLocked(
                f"Another process held the vector store {path} for too long.",
                cure="Repeat once it has finished.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StorageCorrupt(
                f"The vector store {path} is damaged or no SQLite database.",
                cure="Restore it from a backup, or move it away and ingest the documents again.",
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StorageMissing(
                f"The vector store {path} cannot be opened.", cure="Check the path and its permissions."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StorageError(f"The vector store {path} may not be written.", cure="Fix the file's permissions.")
        case _:
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            return StorageError(
                f"The vector store {path} failed with {name}.", cure="Check the disk and the system's log, then repeat."
            )
