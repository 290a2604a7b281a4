"""Images of the lexical index in the store's file: sorted segments as they are in memory, so that a start reads them
and need not cut and sort the terms of every passage anew.

An image holds the passages of one range of MOST_ROWS chunk numbers, as many as there were when it was written; a start
takes the others from their terms. Chunk numbers are never given twice, so an image stays right until one of its
passages is deleted: then a trigger of the file deletes the whole image, in the same transaction and whatever program
deletes, and it leaves the disk with the passage (writes.purge). An image that is missing, damaged, of another form of
terms or of passages that are not there is no image: the terms are the truth.
"""

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np

from lacuna.adapters.vectors import terms
from lacuna.adapters.vectors.database import transaction
from lacuna.adapters.vectors.matrix import Ints
from lacuna.adapters.vectors.segment import MOST_ROWS, Index

WORTH: Final = 1_024
"""So many passages of one range that are in no image take as long to sort as an image takes to write."""
_LAYOUT: Final = 1
"""Of the bytes of an image; another number is no image."""


@dataclass(frozen=True, slots=True)
class Image:
    """A segment without audiences, which are read when it is used: equally long `chunks` (ascending) and `documents`,
    and the index of their rows, in terms of `form`."""

    form: int
    chunks: Ints
    documents: Ints
    index: Index

    def stored(self) -> bytes:
        """Little-endian, the widest numbers first, so that each array is aligned: chunks, documents and starts of 64
        bits, keys of 32, rows of 16, steps of 8."""
        index = self.index
        arrays = (
            self.chunks.astype("<i8", copy=False),
            self.documents.astype("<i8", copy=False),
            index.starts.astype("<i8", copy=False),
            index.keys.astype("<u4", copy=False),
            index.rows.astype("<u2", copy=False),
            index.steps,
        )
        return b"".join([array.data for array in arrays])

    @classmethod
    def read(cls, form: int, passages: int, keys: int, postings: int, raw: bytes) -> "Image":
        """Of what `stored` gave, without a copy. Raises ValueError where it has another length."""
        shapes = (
            ("<i8", passages),
            ("<i8", passages),
            ("<i8", keys + 1),
            ("<u4", keys),
            ("<u2", postings),
            ("u1", postings),
        )
        arrays, at = [], 0
        for kind, count in shapes:
            arrays.append(np.frombuffer(raw, kind, count, at))
            at += arrays[-1].nbytes
        if at != len(raw):
            raise ValueError("an image has another length than its numbers say")
        chunks, documents, starts, held, rows, steps = arrays
        return cls(form, chunks, documents, Index(held, starts, rows, steps))


def of_all(connection: sqlite3.Connection) -> Iterator[tuple[int, Image | None]]:
    """The ranges that have an image of the present form, in order, with the image; None where it is damaged."""
    form = terms.form(connection)
    rows = connection.execute(
        """SELECT range, passages, keys, postings, checksum, image FROM segments WHERE form = ? AND layout = ?
        ORDER BY range""",
        (form, _LAYOUT),
    )
    for number, passages, keys, postings, checksum, raw in rows:
        try:
            whole = _checksum(passages, keys, postings, raw) == checksum
            yield number, Image.read(form, passages, keys, postings, raw) if whole else None
        except (ValueError, TypeError, struct.error):
            yield number, None


def forget(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Deletes the images of these ranges."""
    with transaction(connection, "IMMEDIATE"):
        connection.executemany("DELETE FROM segments WHERE range = ?", [(number,) for number in numbers])


def wanted(connection: sqlite3.Connection, *, only_full: bool) -> list[int]:
    """The ranges that have at least WORTH passages in no image; `only_full`, those that get no more and lost none."""
    found = connection.execute(
        f"""SELECT a.chunk / {MOST_ROWS} AS number, count(*) - coalesce(s.passages, 0) AS missing
        FROM access a LEFT JOIN segments s ON s.range = a.chunk / {MOST_ROWS} AND s.form = ? AND s.layout = ?
        GROUP BY number HAVING missing >= ? AND count(*) >= ?""",  # noqa: S608
        (terms.form(connection), _LAYOUT, WORTH, MOST_ROWS - 1 if only_full else 0),  # there is no chunk 0
    )
    return [number for number, _ in found.fetchall()]


def make(connection: sqlite3.Connection, number: int) -> Image | None:
    """The image of a range as it is now; None where it has no passages."""
    with transaction(connection, "DEFERRED"):
        form, read = terms.form(connection), terms.of_range(connection, number)
    if read is None:
        return None
    documents, passages = read
    return Image(form, passages.chunks, np.array(documents, np.int64), Index.of_passages(passages))


def keep(connection: sqlite3.Connection, image: Image) -> bool:
    """Writes it into the file, unless one of its passages was deleted since it was made: then False."""
    raw = image.stored()
    sizes = len(image.chunks), len(image.index.keys), len(image.index.rows)
    with transaction(connection, "IMMEDIATE"):
        if terms.form(connection) != image.form or not _all_there(connection, image.chunks):
            return False
        connection.execute(
            """INSERT OR REPLACE INTO segments (range, form, layout, passages, keys, postings, checksum, image)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (int(image.chunks[0]) // MOST_ROWS, image.form, _LAYOUT, *sizes, _checksum(*sizes, raw), raw),
        )
    return True


def _all_there(connection: sqlite3.Connection, chunks: Ints) -> bool:
    """Whether each is still stored: a number that was deleted never comes back."""
    (count,) = connection.execute(
        "SELECT count(*) FROM access WHERE chunk BETWEEN ? AND ?", (int(chunks[0]), int(chunks[-1]))
    ).fetchone()
    return bool(count == len(chunks))


def _checksum(passages: int, keys: int, postings: int, raw: bytes) -> int:
    return crc32(raw, crc32(struct.pack("<3Q", passages, keys, postings)))
