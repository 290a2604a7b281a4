"""The file of the fingerprint index: opening, schema, and its changes, each one transaction.

Guarantees: a commit is on disk when it returns (WAL, synchronous=FULL); a file of a newer version or of another program
is refused untouched; every sqlite3 error leaves as a StorageError. Everything in it can be made again from the
documents, so the cure for a lost or damaged file is to ingest them again.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from lacuna.adapters.storage.faults import storage_fault
from lacuna.domain.errors import StorageCorrupt, StorageError, StorageMissing
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import Hashes

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x4C41_4350
"""Marks the file as ours (SQLite's application_id)."""

CHANGES_KEPT: Final = 20_000
"""Who missed more than these loads everything anew."""

_CURE: Final = "Restore it from a backup, or move it away and run `lacuna ingest` on the documents again."

_SCHEMA: Final = (
    # A document's number is new with each version; `hashes` are sorted little-endian 64-bit numbers.
    """CREATE TABLE documents (
        document INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL UNIQUE,
        scheme TEXT NOT NULL,
        tier INTEGER NOT NULL,
        hashes BLOB NOT NULL)""",
    # Which documents changed, in order: how other processes follow.
    "CREATE TABLE changes (change INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL)",
)


def connect(path: Path, busy_seconds: float, *, read_only: bool) -> sqlite3.Connection:
    """A connection that may be handed from thread to thread, in autocommit mode."""
    with translated(path):
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            for pragma in (
                "synchronous = FULL",
                "secure_delete = ON",
                f"query_only = {'ON' if read_only else 'OFF'}",
            ):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection


def prepare(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """Opens the file for writing, creating it where it is missing and the schema where it is empty. Raises
    StorageMissing where the folder is not there, StorageCorrupt where the file is damaged or something else, and
    StorageError where a newer version wrote it."""
    if not path.parent.is_dir():
        raise StorageMissing(f"The folder {path.parent} is not there.", cure="Create it or set another.")
    with translated(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = connect(path, busy_seconds, read_only=False)
        try:
            _check_ours(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            _create(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def replace(connection: sqlite3.Connection, scheme: str, document_id: str, tier: Tier, hashes: Hashes) -> None:
    """Stores `hashes`, sorted, in place of what the document had."""
    with transaction(connection, "IMMEDIATE"):
        _put(connection, scheme, document_id, tier, hashes)


def add(connection: sqlite3.Connection, scheme: str, document_id: str, tier: Tier, hashes: Hashes) -> None:
    """Joins tier and hashes to what the document has of the same scheme."""
    with transaction(connection, "IMMEDIATE"):
        row = connection.execute(
            "SELECT tier, hashes FROM documents WHERE document_id = ? AND scheme = ?", (document_id, scheme)
        ).fetchone()
        if row is not None:
            known, blob = row
            tier, hashes = max(tier, Tier(known)), np.union1d(hashes, unpacked(blob))
        _put(connection, scheme, document_id, tier, hashes)


def remove(connection: sqlite3.Connection, document_id: str) -> bool:
    """Whether there was such a document, of any scheme."""
    with transaction(connection, "IMMEDIATE"):
        return _drop(connection, document_id)


def retag(connection: sqlite3.Connection, document_id: str, tier: Tier) -> None:
    """Does nothing for a document that is not there."""
    with transaction(connection, "IMMEDIATE"):
        rows = connection.execute(
            "UPDATE documents SET tier = ? WHERE document_id = ? RETURNING document", (int(tier), document_id)
        ).fetchall()
        for (document,) in rows:
            _announce(connection, document)


def unpacked(blob: bytes) -> Hashes:
    """The hashes of a row. Raises ValueError where it is no row of 64-bit numbers."""
    return np.frombuffer(blob, dtype="<u8").astype(np.uint64, copy=False)


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
    """Turns faults of SQLite and the file system into StorageErrors that name the file and the cure."""
    try:
        yield
    except (sqlite3.Error, OSError) as fault:
        told = storage_fault(fault, path)
        if isinstance(told, StorageCorrupt):
            raise corrupt(path) from fault
        raise told from fault


def corrupt(path: Path) -> StorageCorrupt:
    """The error for a file whose content makes no sense."""
    return StorageCorrupt(f"The fingerprint index {path} is damaged or no SQLite database.", cure=_CURE)


def _put(connection: sqlite3.Connection, scheme: str, document_id: str, tier: Tier, hashes: Hashes) -> None:
    _drop(connection, document_id)
    document = connection.execute(
        "INSERT INTO documents (document_id, scheme, tier, hashes) VALUES (?, ?, ?, ?)",
        (document_id, scheme, int(tier), hashes.astype("<u8").tobytes()),
    ).lastrowid
    _announce(connection, document)


def _drop(connection: sqlite3.Connection, document_id: str) -> bool:
    rows = connection.execute(
        "DELETE FROM documents WHERE document_id = ? RETURNING document", (document_id,)
    ).fetchall()
    for (document,) in rows:
        _announce(connection, document)
    return bool(rows)


def _announce(connection: sqlite3.Connection, document: int | None) -> None:
    change = connection.execute("INSERT INTO changes (document) VALUES (?)", (document,)).lastrowid
    connection.execute("DELETE FROM changes WHERE change <= ?", ((change or 0) - CHANGES_KEPT,))


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return
    if application != APPLICATION_ID:
        raise StorageCorrupt(
            f"{path} is a SQLite database of another program, no fingerprint index.",
            cure="Move it away, or choose another data folder.",
        )
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"The fingerprint index {path} has schema {version}; this version of Lacuna knows {SCHEMA_VERSION}.",
            cure="Install the newer Lacuna that wrote it, or move the file away and ingest the documents again.",
            code="storage_newer_version",
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
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
