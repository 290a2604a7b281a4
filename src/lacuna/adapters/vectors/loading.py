"""Everything in the embedded store's file that searches keep in memory, read at once, as a start does it.

Whole blocks are read as one row each: sqlite3 gives up the interpreter's lock for every row that it fetches, and making
a Python object of every vector took longer than reading it.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np

from lacuna.adapters.vectors import images, terms
from lacuna.adapters.vectors.matrix import AudienceNumbers, Ints, Matrix, Rows
from lacuna.adapters.vectors.postings import Postings
from lacuna.adapters.vectors.segment import Segment, places_of
from lacuna.domain.errors import StorageCorrupt

_BLOCK: Final = 4_096
"""Vectors read from the file at once."""
_NUMBERS: Final = msgspec.json.Decoder(list[int])


class Access(NamedTuple):
    """Who may read each passage: `chunks` ascend."""

    chunks: Ints
    audiences: AudienceNumbers

    def rows(self, chunks: Ints) -> Ints | None:
        """The places of `chunks` in `self.chunks`; None where one is not among them."""
        if not len(self.chunks):
            return None if len(chunks) else chunks[:0]
        rows = np.searchsorted(self.chunks, chunks).clip(max=len(self.chunks) - 1)
        return rows if np.array_equal(self.chunks[rows], chunks) else None


def access(connection: sqlite3.Connection) -> Access:
    """Of all passages."""
    row = connection.execute("SELECT json_group_array(chunk), json_group_array(audience) FROM access").fetchone()
    chunks, audiences = _numbers(row[0]), _numbers(row[1])
    order = np.argsort(chunks, kind="stable")
    return Access(chunks[order], audiences[order].astype(np.int32))


def load_postings(connection: sqlite3.Connection, known: Access) -> tuple[Postings, list[int]]:
    """The index of terms: from images where there are some, else from the terms of the passages; and the ranges whose
    images are damaged."""
    postings, damaged = Postings(), list[int]()
    rest = np.ones(len(known.chunks), dtype=np.bool_)
    for number, image in images.of_all(connection):
        rows = None if image is None else known.rows(image.chunks)
        if image is None or rows is None:
            damaged.append(number)
            continue
        rest[rows] = False
        places = places_of(_counted(image.documents))
        postings.add(Segment(places, image.chunks, known.audiences[rows], image.index))
    postings.load(terms.of_spans(connection, _spans(known.chunks, rest)))
    return postings, damaged


def load_vectors(connection: sqlite3.Connection, known: Access) -> dict[int, tuple[str, Matrix]]:
    """By space, its fingerprint and its vectors. Raises StorageCorrupt where a vector has the wrong length."""
    found = connection.execute("SELECT space, fingerprint, dimension FROM spaces").fetchall()
    fingerprints = {space: fingerprint for space, fingerprint, _ in found}
    dimensions = {space: dimension for space, _, dimension in found}
    matrices: dict[int, tuple[str, Matrix]] = {}
    for first in range(0, len(known.chunks), _BLOCK):
        some = known.chunks[first : first + _BLOCK]
        for space, documents, rows in _vectors(connection, int(some[0]), int(some[-1]), known, dimensions):
            if space not in matrices:
                room = len(known.chunks) + len(known.chunks) // 8
                matrices[space] = fingerprints[space], Matrix(dimensions[space], room)
            matrices[space][1].load(documents, rows)
    return matrices


def _vectors(
    connection: sqlite3.Connection, first: int, last: int, known: Access, dimensions: Mapping[int, int]
) -> Iterator[tuple[int, list[tuple[int, int]], Rows]]:
    row = connection.execute(
        """SELECT json_group_array(space), json_group_array(document), json_group_array(chunk),
            CAST(group_concat(vector, '') AS BLOB)
        FROM vectors WHERE chunk BETWEEN ? AND ?""",
        (first, last),
    ).fetchone()
    spaces, documents, chunks = map(_numbers, row[:3])
    raw, rows = row[3] or b"", known.rows(chunks)
    sizes = np.array([4 * dimensions.get(space, 0) for space in spaces.tolist()], np.int64)
    if rows is None or sizes.sum() != len(raw) or not sizes.all():
        raise StorageCorrupt(
            "A vector in the vector store has the wrong length, or belongs to no passage.",
            cure="Restore the file from a backup, or move it away and ingest the documents again.",
        )
    stops = np.cumsum(sizes)
    for space in np.unique(spaces).tolist():
        chosen = np.flatnonzero(spaces == space)
        joined = raw
        if len(chosen) < len(spaces):
            joined = b"".join([raw[stops[n] - sizes[n] : stops[n]] for n in chosen.tolist()])
        vectors = np.frombuffer(joined, "<f4").reshape(len(chosen), dimensions[space])
        yield space, _counted(documents[chosen]), Rows(chunks[chosen], known.audiences[rows[chosen]], vectors)


def _counted(documents: Ints) -> list[tuple[int, int]]:
    """Each document with how many rows follow each other."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(documents)) + 1, [len(documents)]))
    return list(zip(documents[starts[:-1]].tolist(), np.diff(starts).tolist(), strict=True)) if len(documents) else []


def _spans(chunks: Ints, wanted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """First and last number of each run of `wanted` chunks that nothing else interrupts."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], wanted, [False])).astype(np.int8)))
    return [(int(chunks[first]), int(chunks[past - 1])) for first, past in edges.reshape(-1, 2).tolist()]


def _numbers(text: str) -> Ints:
    return np.array(_NUMBERS.decode(text), np.int64)
