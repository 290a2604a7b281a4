"""The terms of the passages in the embedded store's file, and how a file that holds older ones is brought up to date.

A blob begins with the number of 4-grams (32 bits), then come 4-grams (16 bits each), stems (32 bits each) and the
weights of all (8 bits each, in multiples of analysis.STEP); everything is little-endian and ascending.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Final

import numpy as np

from lacuna.adapters.vectors.analysis import ANALYSIS, GRAMS, STEP, Terms, passage_terms
from lacuna.adapters.vectors.database import SCHEMA_VERSION, transaction
from lacuna.adapters.vectors.segment import MOST_ROWS, Passages
from lacuna.domain.errors import StorageError

_BATCH: Final = 500
"""Passages analysed in one transaction: other processes wait that long."""
_ROWS: Final = """
    SELECT t.document, t.chunk, a.audience, t.terms
    FROM terms t JOIN access a ON a.chunk = t.chunk WHERE t.form = ?"""
_Row = tuple[int, int, int, bytes]
_UNANALYSED: Final = """
    SELECT c.chunk, c.document, c.title, c.heading, c.text FROM chunks c LEFT JOIN terms t ON t.chunk = c.chunk
    WHERE c.chunk > ? AND t.form IS NOT ? ORDER BY c.chunk"""


def stored(terms: Terms) -> bytes:
    """The blob of a passage's terms."""
    grams = int(np.searchsorted(terms.keys, GRAMS))
    steps = np.rint(terms.weights / np.float32(STEP)).astype(np.uint8)
    return b"".join(
        (
            grams.to_bytes(4, "little"),
            terms.keys[:grams].astype("<u2").tobytes(),
            terms.keys[grams:].astype("<u4").tobytes(),
            steps.tobytes(),
        )
    )


def form(connection: sqlite3.Connection) -> int:
    """The number of the present form; 0, which no passage has, where the file does not have it."""
    row = connection.execute("SELECT form FROM forms WHERE name = ?", (ANALYSIS,)).fetchone()
    return 0 if row is None else int(row[0])


def insert(connection: sqlite3.Connection, number: int | None, document: int, blob: bytes) -> None:
    """Raises StorageError where another version of Lacuna has analysed the file since it was opened."""
    present = form(connection)
    if not present:
        raise StorageError(
            "Another version of Lacuna has taken over the vector store.", cure="Restart with the newest version."
        )
    connection.execute(
        "INSERT OR REPLACE INTO terms (chunk, document, form, terms) VALUES (?, ?, ?, ?)",
        (number, document, present, blob),
    )


def of_document(connection: sqlite3.Connection, document: int) -> Passages | None:
    """None where it has no passages of the present form."""
    rows = connection.execute(f"{_ROWS} AND t.document = ?", (form(connection), document)).fetchall()
    return _passages(rows) if rows else None


def of_spans(
    connection: sqlite3.Connection, spans: Iterable[tuple[int, int]]
) -> Iterator[tuple[list[tuple[int, int]], Passages]]:
    """The passages of the present form whose numbers are from `first` to `last` of one of `spans`, in blocks that make
    a segment each, with how many of them each document has. One that comes in the middle of others comes twice."""
    rows = chain.from_iterable(map(partial(_span, connection, form(connection)), spans))
    while some := list(islice(rows, MOST_ROWS)):
        counts = [(document, len(list(group))) for document, group in groupby(some, key=itemgetter(0))]
        yield counts, _passages(some)


def of_range(connection: sqlite3.Connection, number: int) -> tuple[list[int], Passages] | None:
    """The passages of the present form in one range of MOST_ROWS chunk numbers, with the document of each; None where
    there are none."""
    rows = list(_span(connection, form(connection), (number * MOST_ROWS, (number + 1) * MOST_ROWS - 1)))
    return ([row[0] for row in rows], _passages(rows)) if rows else None


def _span(connection: sqlite3.Connection, present: int, span: tuple[int, int]) -> Iterable[_Row]:
    return connection.execute(f"{_ROWS} AND t.chunk BETWEEN ? AND ? ORDER BY t.chunk", (present, *span))


def bring_up_to_date(connection: sqlite3.Connection) -> int:
    """Analyses every passage whose terms are missing or of another form, and returns how many those were.

    In small transactions, so that several processes that start together share the work and a crash costs a batch.
    """
    if _is_up_to_date(connection):
        return 0
    with transaction(connection, "IMMEDIATE"):
        connection.execute("INSERT INTO forms (name) VALUES (?) ON CONFLICT DO NOTHING", (ANALYSIS,))
    analysed = 0
    while not _finished(connection):
        last = 0
        while rows := _next_batch(connection, last):
            analysed, last = analysed + len(rows), rows[-1][0]
    return analysed


def _is_up_to_date(connection: sqlite3.Connection) -> bool:
    """Every passage has the present form, as its version says and no other form does: what makes that true is one
    transaction, and after it no program can write another form."""
    with transaction(connection, "DEFERRED"):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        names = connection.execute("SELECT name FROM forms").fetchall()
    return version == SCHEMA_VERSION and names == [(ANALYSIS,)]


def _finished(connection: sqlite3.Connection) -> bool:
    """Makes the present form the only one, where no passage of another is left."""
    with transaction(connection, "IMMEDIATE"):
        if connection.execute(f"{_UNANALYSED} LIMIT 1", (0, form(connection))).fetchone() is not None:
            return False
        connection.execute("DELETE FROM forms WHERE name <> ?", (ANALYSIS,))
        connection.execute("DELETE FROM segments WHERE form <> ?", (form(connection),))
        connection.execute("DROP TABLE IF EXISTS words")  # the index of schema 1
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return True


def _next_batch(connection: sqlite3.Connection, last: int) -> Sequence[tuple[int, int, str, str, str]]:
    """The passages after `last` that it has analysed."""
    with transaction(connection, "IMMEDIATE"):
        rows = connection.execute(f"{_UNANALYSED} LIMIT {_BATCH}", (last, form(connection))).fetchall()
        for number, document, *texts in rows:
            insert(connection, number, document, stored(passage_terms(*texts)))
    return rows


def _passages(rows: Sequence[_Row]) -> Passages:
    _, chunks, audiences, blobs = zip(*rows, strict=True)
    grams = np.fromiter((int.from_bytes(blob[:4], "little") for blob in blobs), np.int64, len(blobs))
    stems = (np.fromiter(map(len, blobs), np.int64, len(blobs)) - 4 - 3 * grams) // 5
    # Cut as bytes and joined before numpy sees them: arrays for each passage took ten times as long.
    after_grams = (4 + 2 * grams).tolist()
    after_stems = (4 + 2 * grams + 4 * stems).tolist()
    after_gram_steps = (4 + 3 * grams + 4 * stems).tolist()
    cuts = list(zip(blobs, after_grams, after_stems, after_gram_steps, strict=True))
    grams_joined = b"".join([blob[4:a] for blob, a, _, _ in cuts])
    stems_joined = b"".join([blob[a:b] for blob, a, b, _ in cuts])
    steps_of_grams = b"".join([blob[b:c] for blob, _, b, c in cuts])
    steps_of_stems = b"".join([blob[c:] for blob, _, _, c in cuts])
    numbers = np.arange(len(blobs), dtype=np.uint32)
    keys = np.empty(len(steps_of_grams) + len(steps_of_stems), dtype=np.uint32)
    keys[: len(steps_of_grams)] = np.frombuffer(grams_joined, "<u2")
    keys[len(steps_of_grams) :] = np.frombuffer(stems_joined, "<u4")
    return Passages(
        np.array(chunks, np.int64),
        np.array(audiences, np.int32),
        np.concatenate([np.repeat(numbers, grams), np.repeat(numbers, stems)]),
        keys,
        np.frombuffer(steps_of_grams + steps_of_stems, np.uint8),
    )
