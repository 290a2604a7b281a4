"""The part of the store that lives in memory, kept in step with the file.

Every search asks `follow` inside its own read transaction. It applies exactly the changes the transaction sees, so what
a search reads from memory and from the file is one state, whichever process made the last change. Text stays in the
file; memory holds vectors, terms, chunk numbers and audiences.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from lacuna.adapters.vectors import terms
from lacuna.adapters.vectors.audiences import Audiences
from lacuna.adapters.vectors.database import identity, transaction, translated
from lacuna.adapters.vectors.loading import access, load_postings, load_vectors
from lacuna.adapters.vectors.matrix import Filter, Matrix, Rows, Snapshot
from lacuna.adapters.vectors.postings import LexicalSnapshot, Postings
from lacuna.domain.errors import StorageCorrupt
from lacuna.domain.identity import Reach
from lacuna.domain.tiers import Tier

_VECTORS: Final = """
    SELECT v.space, v.document, v.chunk, a.audience, v.vector
    FROM vectors v JOIN access a ON a.chunk = v.chunk"""

_Row = tuple[int, int, int, int, bytes]


@dataclass(frozen=True, slots=True)
class View:
    """One state of the store, numbered `change`. `vectors` by fingerprint; `audiences` may know more than the state
    does, never less."""

    change: int
    vectors: dict[str, Snapshot]
    words: LexicalSnapshot
    audiences: Audiences
    permitted: Filter


class Follower:
    """Safe under threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._change = -1
        self._audiences = Audiences()
        self._spaces: dict[int, tuple[str, Matrix]] = {}
        self._postings = Postings()
        self.damaged: list[int] = []
        """Ranges whose images (images.py) were damaged when they were read."""

    @contextmanager
    def view(self, connection: sqlite3.Connection, reach: Reach) -> Iterator[View]:
        """The newest state, during one read transaction on `connection`."""
        with translated(self._path):
            while True:
                with transaction(connection, "DEFERRED"):
                    found = self._follow(connection, reach)
                    if found is not None:
                        yield found
                        return

    @contextmanager
    def audiences(self, connection: sqlite3.Connection) -> Iterator[Audiences]:
        """Who may read what in the newest state, during one read transaction on `connection`. The index in memory stays
        where it is: a process that only writes needs none."""
        with translated(self._path), transaction(connection, "DEFERRED"):
            with self._lock:
                self._learn_audiences(connection)
            yield self._audiences

    def newest(self, connection: sqlite3.Connection) -> int:
        """The number of the newest state."""
        with translated(self._path):
            return _newest(connection)

    def file(self, connection: sqlite3.Connection) -> str:
        """What the file is called, unlike every other."""
        with translated(self._path):
            return identity(connection)

    def _follow(self, connection: sqlite3.Connection, reach: Reach) -> View | None:
        """None where another thread already followed to a newer state than this transaction sees."""
        change = _newest(connection)
        with self._lock:
            if change < self._change:
                return None
            if change > self._change:
                self._learn_audiences(connection)
                self._apply(connection, change)
            snapshots = {fingerprint: matrix.snapshot() for fingerprint, matrix in self._spaces.values()}
            permitted = self._audiences.permitted(reach)
            return View(change, snapshots, self._postings.snapshot(), self._audiences, permitted)

    def _learn_audiences(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            "SELECT tier, groups FROM audiences WHERE audience > ? ORDER BY audience", (len(self._audiences),)
        )
        self._audiences.learn([(Tier(tier), frozenset(json.loads(groups))) for tier, groups in rows])

    def _apply(self, connection: sqlite3.Connection, change: int) -> None:
        (oldest,) = connection.execute("SELECT coalesce(min(change), 0) FROM changes").fetchone()
        if self._change < 0 or self._change < oldest - 1:
            self._reload(connection)
        else:
            changed = connection.execute("SELECT DISTINCT document FROM changes WHERE change > ?", (self._change,))
            for (document,) in changed.fetchall():
                for _, matrix in self._spaces.values():
                    matrix.drop(document)
                self._postings.drop(document)
                if (passages := terms.of_document(connection, document)) is not None:
                    self._postings.put(document, passages)
                self._put(connection, document)
        self._change = change

    def _reload(self, connection: sqlite3.Connection) -> None:
        known = access(connection)
        self._postings, self.damaged = load_postings(connection, known)
        self._spaces = load_vectors(connection, known)

    def _put(self, connection: sqlite3.Connection, document: int) -> None:
        found = connection.execute(f"{_VECTORS} WHERE v.document = ?", (document,)).fetchall()
        for space, group in groupby(found, key=itemgetter(0)):
            if space not in self._spaces:
                self._open_space(connection, space)
            _, matrix = self._spaces[space]
            matrix.put(document, self._rows(list(group), matrix.dimension))

    def _rows(self, found: Sequence[_Row], dimension: int) -> Rows:
        _, _, chunks, audiences, vectors = zip(*found, strict=True)
        try:
            floats = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(chunks), dimension)
        except ValueError:
            raise StorageCorrupt(
                f"A vector in {self._path} has the wrong length.",
                cure="Restore the file from a backup, or move it away and ingest the documents again.",
            ) from None
        return Rows(np.array(chunks, np.int64), np.array(audiences, np.int32), floats)

    def _open_space(self, connection: sqlite3.Connection, space: int) -> None:
        fingerprint, dimension = connection.execute(
            "SELECT fingerprint, dimension FROM spaces WHERE space = ?", (space,)
        ).fetchone()
        self._spaces[space] = (fingerprint, Matrix(dimension))


def _newest(connection: sqlite3.Connection) -> int:
    (change,) = connection.execute("SELECT coalesce(max(change), 0) FROM changes").fetchone()
    return int(change)
