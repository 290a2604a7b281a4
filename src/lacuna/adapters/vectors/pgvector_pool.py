"""Connections of the pgvector store: as many as there are threads, opened when needed, replaced when lost."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

import psycopg

from lacuna.adapters.vectors.pgvector_database import Connection, PgvectorDatabase

T = TypeVar("T")


class Connections:
    """Used by at most `size` threads at a time; a statement may take `seconds`, if any. Raises StorageError."""

    def __init__(self, database: PgvectorDatabase, size: int, seconds: float = 0) -> None:
        self._database = database
        self._seconds = seconds
        self._free: SimpleQueue[Connection | None] = SimpleQueue()
        for _ in range(size):
            self._free.put(None)

    def read(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which changes nothing: done again on a new connection where the old one was lost."""
        return self._use(work, again=True)

    def write(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`. A connection that was lost before is replaced; one lost in the middle is an error."""

        def prepared(connection: Connection) -> None:
            connection.execute("SELECT 1")

        self._use(prepared, again=True)
        return self._use(work, again=False)

    def close(self) -> None:
        """Once no thread uses one any more. May be called again."""
        while not self._free.empty():
            held = self._free.get()
            if held is not None:
                held.close()

    def _use(self, work: Callable[[Connection], T], *, again: bool) -> T:
        held = self._free.get()
        try:
            with self._database.translated():
                if held is None:
                    held, again = self._database.connect(self._seconds), False
                try:
                    return work(held)
                except psycopg.OperationalError:
                    if not (again and held.closed):
                        raise
                held = self._database.connect(self._seconds)
                return work(held)
        finally:
            self._free.put(None if held is None or held.closed else held)
