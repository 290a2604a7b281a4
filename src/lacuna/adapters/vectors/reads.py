"""Searches in the embedded store's file. Each takes a `View`, whose transaction the caller holds.

Ranking happens in memory, among permitted chunks only (matrix.py, postings.py); what is read from the file are the
passages that were chosen.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from lacuna.adapters.vectors.analysis import Terms
from lacuna.adapters.vectors.audiences import Audiences
from lacuna.adapters.vectors.follower import View
from lacuna.adapters.vectors.matrix import Floats
from lacuna.domain.errors import InvalidInput, StorageCorrupt
from lacuna.domain.retrieval import OF_A_DOCUMENT, Chunk, Scored, by_documents, passages_state
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_COLUMNS: Final = (
    "chunk, audience, chunk_id, document_id, ordinal, title, heading, text, first, past, own_tier, page, source"
)
_GIVEN: Final = "(SELECT value FROM json_each(?))"
_Row = tuple[int, int, str, str, int, str, str, str, int, int, int, int | None, str]
_ROWS: Final = msgspec.json.Decoder(list[_Row])
_TIERS: Final = tuple(Tier)
"""By number: asking the enumeration takes longer than the rest of a passage."""


def dense(connection: sqlite3.Connection, view: View, vector: Floats, fingerprint: str, limit: int) -> list[Scored]:
    """The nearest permitted chunks by cosine. Raises InvalidInput where the vector has not the length of the stored."""
    snapshot = view.vectors.get(fingerprint)
    if snapshot is None:
        return []
    if vector.shape != (snapshot.vectors.shape[1],):
        raise InvalidInput(f"A vector of {fingerprint} has {snapshot.vectors.shape[1]} dimensions, not {vector.size}.")
    return _read(connection, view.audiences, snapshot.nearest(vector, view.permitted, limit))


def lexical(connection: sqlite3.Connection, view: View, question: Terms, limit: int) -> list[Scored]:
    """The best permitted chunks by the terms they share with the question."""
    found = _read(connection, view.audiences, view.words.best(question, view.permitted, limit))
    return by_documents(found, _sizes(connection, {scored.chunk.document_id for scored in found}))


def chunks(connection: sqlite3.Connection, audiences: Audiences, chunk_ids: Sequence[str]) -> list[Chunk]:
    """Those that exist, in the order asked."""
    found = {row[2]: row for row in _rows(connection, "chunk_id", chunk_ids)}
    return [_chunk(found[chunk_id], audiences) for chunk_id in chunk_ids if chunk_id in found]


def document_ids(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in connection.execute("SELECT document_id FROM documents"))


def stored(connection: sqlite3.Connection, audiences: Audiences, document_id: str) -> StoredDocument | None:
    """Everything about one document."""
    statement = """
        SELECT s.fingerprint, v.vector, p.* FROM passages p LEFT JOIN vectors v ON v.chunk = p.chunk
        LEFT JOIN spaces s ON s.space = v.space
        WHERE p.chunk IN (SELECT c.chunk FROM chunks c JOIN documents d ON d.document = c.document
            WHERE d.document_id = ?)
        ORDER BY p.chunk"""
    rows = connection.execute(statement, (document_id,)).fetchall()
    if not rows:
        return None
    items = [
        IndexedChunk(_chunk(row, audiences), None if vector is None else np.frombuffer(vector, dtype="<f4"))
        for _, vector, *row in rows
    ]
    return StoredDocument(next((fingerprint for fingerprint, *_ in rows if fingerprint), ""), tuple(items))


def states(connection: sqlite3.Connection, audiences: Audiences) -> dict[str, str]:
    """The state of every document."""
    rows = connection.execute("SELECT document_id, audience, chunk_id FROM passages")
    found: dict[str, tuple[int, list[str]]] = {}
    for document_id, audience, chunk_id in rows:
        found.setdefault(document_id, (audience, []))[1].append(chunk_id)
    return {name: passages_state(*audiences[audience], ids) for name, (audience, ids) in found.items()}


def _read(connection: sqlite3.Connection, audiences: Audiences, ranked: Sequence[tuple[int, float]]) -> list[Scored]:
    found = {row[0]: row for row in _rows(connection, "chunk", [number for number, _ in ranked])}
    return [Scored(_chunk(found[number], audiences), score) for number, score in ranked]


def _sizes(connection: sqlite3.Connection, document_ids: set[str]) -> dict[str, int]:
    """How many passages each document has, counted up to OF_A_DOCUMENT."""
    counted = f"SELECT count(*) FROM (SELECT 1 FROM chunks c WHERE c.document = d.document LIMIT {OF_A_DOCUMENT})"  # noqa: S608
    statement = f"SELECT json_group_object(document_id, ({counted})) FROM documents d WHERE document_id IN {_GIVEN}"  # noqa: S608
    (found,) = connection.execute(statement, (json.dumps(sorted(document_ids)),)).fetchone()
    sizes: dict[str, int] = msgspec.json.decode(found)
    return sizes


def _rows(connection: sqlite3.Connection, column: str, values: Sequence[int | str]) -> list[_Row]:
    """The passages whose `column` is among `values`, all as one value: sqlite3 gives up the interpreter's lock for each
    row that it fetches, and a thread that gives it up waits for all others."""
    statement = f"SELECT json_group_array(json_array({_COLUMNS})) FROM passages WHERE {column} IN {_GIVEN}"  # noqa: S608
    (found,) = connection.execute(statement, (json.dumps(list(values)),)).fetchone()
    try:
        return _ROWS.decode(found)
    except msgspec.DecodeError:
        raise StorageCorrupt(
            "A passage in the vector store is damaged.", cure="Restore the file from a backup, or ingest anew."
        ) from None


def _chunk(row: _Row, audiences: Audiences) -> Chunk:
    _, audience, chunk_id, document_id, ordinal, title, heading, text, first, past, own_tier, page, source = row
    tier, groups = audiences[audience]
    return Chunk(
        chunk_id, document_id, ordinal, title, text, first, past, tier, _TIERS[own_tier], groups, heading, page, source
    )
