"""Changes of the embedded store's file, each one transaction.

`replace`, `remove` and `retag` make the change visible to every process at the commit. Deleted text may linger where no
query can reach it, in the write-ahead log, until `purge` empties that. `residue.owed` counts the changes that still
need it, so a crash cannot lose it.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from lacuna.adapters.vectors import terms
from lacuna.adapters.vectors.analysis import passage_terms
from lacuna.adapters.vectors.checks import checked_dimension, no_unicode, stored_already
from lacuna.adapters.vectors.database import transaction
from lacuna.domain.errors import InvalidInput, StorageLocked
from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk

_CHANGES_KEPT: Final = 20_000
"""Who missed more than these loads everything anew."""


def replace(connection: sqlite3.Connection, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> int:
    """What is owed to `purge` now. Raises InvalidInput where a chunk or vector does not belong; then nothing has
    changed."""
    dimension = checked_dimension(document_id, fingerprint, chunks)
    try:
        blobs = [terms.stored(passage_terms(i.chunk.title, i.chunk.heading, i.chunk.text)) for i in chunks]
        _replace(connection, document_id, fingerprint, dimension, list(zip(chunks, blobs, strict=True)))
    except UnicodeEncodeError:
        raise no_unicode(document_id) from None
    return owed(connection)


def remove(connection: sqlite3.Connection, document_id: str) -> bool:
    """Whether there was such a document. Its text is beyond every query now, and off the disk after `purge`."""
    with transaction(connection, "IMMEDIATE"):
        document = _document(connection, document_id)
        if document is None:
            return False
        _delete_chunks(connection, document)
        connection.execute("DELETE FROM documents WHERE document = ?", (document,))
        connection.execute("UPDATE residue SET owed = owed + 1")
        _announce(connection, document)
        return True


def retag(connection: sqlite3.Connection, document_id: str, tier: Tier, groups: Iterable[str]) -> None:
    """Does nothing for a document without chunks."""
    with transaction(connection, "IMMEDIATE"):
        document = _document(connection, document_id)
        if document is None:
            return
        connection.execute(
            "UPDATE access SET audience = ? WHERE chunk IN (SELECT chunk FROM chunks WHERE document = ?)",
            (_audience(connection, tier, groups), document),
        )
        _announce(connection, document)


def owed(connection: sqlite3.Connection) -> int:
    """Changes whose deleted text may still be on the disk."""
    (count,) = connection.execute("SELECT owed FROM residue").fetchone()
    return int(count)


def purge(connection: sqlite3.Connection) -> None:
    """Takes deleted text off the disk; costs nothing where none is owed.

    Raises StorageLocked where a reader in another process keeps the old state alive for too long: it stays owed.
    """
    due = owed(connection)
    if not due:
        return
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageLocked(
            "The document is deleted, but a reader in another process keeps its old pages on the disk.",
            cure="Repeat the deletion once that reader has finished.",
        )
    connection.execute("UPDATE residue SET owed = owed - ?", (due,))


def _replace(
    connection: sqlite3.Connection,
    document_id: str,
    fingerprint: str,
    dimension: int,
    chunks: Sequence[tuple[IndexedChunk, bytes]],
) -> None:
    with transaction(connection, "IMMEDIATE"):
        document = _document(connection, document_id)
        if document is not None and _delete_chunks(connection, document):
            connection.execute("UPDATE residue SET owed = owed + 1")
        if not chunks:
            connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))
        elif document is None:
            document = connection.execute("INSERT INTO documents (document_id) VALUES (?)", (document_id,)).lastrowid
        if document is None:
            return
        space = _space(connection, fingerprint, dimension) if dimension else None
        rights = {(item.chunk.tier, item.chunk.groups) for item, _ in chunks}
        audiences = {(tier, groups): _audience(connection, tier, groups) for tier, groups in rights}
        for item, blob in chunks:
            number = _insert(connection, document, space, audiences[item.chunk.tier, item.chunk.groups], item)
            terms.insert(connection, number, document, blob)
        _announce(connection, document)


def _document(connection: sqlite3.Connection, document_id: str) -> int | None:
    row = connection.execute("SELECT document FROM documents WHERE document_id = ?", (document_id,)).fetchone()
    return None if row is None else int(row[0])


def _delete_chunks(connection: sqlite3.Connection, document: int) -> bool:
    of_document = (document,)
    connection.execute("DELETE FROM access WHERE chunk IN (SELECT chunk FROM chunks WHERE document = ?)", of_document)
    connection.execute("DELETE FROM terms WHERE document = ?", of_document)
    connection.execute("DELETE FROM vectors WHERE document = ?", of_document)
    return connection.execute("DELETE FROM chunks WHERE document = ?", of_document).rowcount > 0


def _insert(
    connection: sqlite3.Connection, document: int, space: int | None, audience: int, item: IndexedChunk
) -> int | None:
    number = _insert_passage(connection, document, item.chunk)
    connection.execute("INSERT INTO access (chunk, audience) VALUES (?, ?)", (number, audience))
    if item.vector is not None:
        connection.execute(
            "INSERT INTO vectors (chunk, document, space, vector) VALUES (?, ?, ?, ?)",
            (number, document, space, np.asarray(item.vector, dtype="<f4").tobytes()),
        )
    return number


def _insert_passage(connection: sqlite3.Connection, document: int, chunk: Chunk) -> int | None:
    try:
        return connection.execute(
            """INSERT INTO chunks
            (document, chunk_id, ordinal, title, heading, text, first, past, own_tier, page, source)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                document,
                chunk.chunk_id,
                chunk.ordinal,
                chunk.title,
                chunk.heading,
                chunk.text,
                chunk.start,
                chunk.end,
                int(chunk.own_tier),
                chunk.page,
                chunk.source,
            ),
        ).lastrowid
    except sqlite3.IntegrityError:
        raise stored_already(chunk.chunk_id) from None


def _audience(connection: sqlite3.Connection, tier: Tier, groups: Iterable[str]) -> int:
    key = (int(tier), json.dumps(sorted(groups)))
    connection.execute("INSERT INTO audiences (tier, groups) VALUES (?, ?) ON CONFLICT DO NOTHING", key)
    (audience,) = connection.execute("SELECT audience FROM audiences WHERE tier = ? AND groups = ?", key).fetchone()
    return int(audience)


def _space(connection: sqlite3.Connection, fingerprint: str, dimension: int) -> int:
    connection.execute(
        "INSERT INTO spaces (fingerprint, dimension) VALUES (?, ?) ON CONFLICT DO NOTHING", (fingerprint, dimension)
    )
    space, known = connection.execute(
        "SELECT space, dimension FROM spaces WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    if known != dimension:
        raise InvalidInput(f"Vectors of {fingerprint} have {known} dimensions, not {dimension}.")
    return int(space)


def _announce(connection: sqlite3.Connection, document: int) -> None:
    change = connection.execute("INSERT INTO changes (document) VALUES (?)", (document,)).lastrowid
    connection.execute("DELETE FROM changes WHERE change <= ?", ((change or 0) - _CHANGES_KEPT,))
