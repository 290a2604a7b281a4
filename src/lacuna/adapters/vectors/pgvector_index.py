"""Builds the index over vectors (HNSW) once there are too many to compare one by one, beside what else goes on.

Up to that many an index would never be asked, and every insertion would pay for it. The index is built without holding
up writers, by one process; where this user may not build it, searches stay exact and grow slower.
"""

import asyncio
from contextlib import suppress
from typing import Final

import psycopg

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.pgvector_database import Connection, PgvectorDatabase
from lacuna.domain.errors import StorageError

_LOCK: Final = 0x4C41_4349
_LONGEST: Final = 4_000
"""Dimensions of 16 bits that pgvector's index takes."""


class IndexBuilder:
    """`least` is how many vectors of one embedder call for an index."""

    def __init__(self, database: PgvectorDatabase, least: int) -> None:
        self._database = database
        self._least = least
        self._since = 0
        self._running: asyncio.Task[None] | None = None

    def written(self, vectors: int) -> None:
        """So many more are stored. Looks now and then whether an index is due."""
        self._since += vectors
        if self._since >= max(1, self._least // 4):
            self.look()

    def look(self) -> None:
        """Builds what is due, in the background, unless that is under way."""
        if self._running is None or self._running.done():
            self._since = 0
            self._running = asyncio.create_task(self._build())

    async def finished(self) -> None:
        """Waits for what is under way."""
        if self._running is not None:
            await self._running

    async def close(self) -> None:
        """Gives up waiting for a build that a server is busy with: it ends there with its connection."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _build(self) -> None:
        with suppress(StorageError):
            await asyncio.to_thread(self._build_due)

    def _build_due(self) -> None:
        with self._database.translated():
            connection = self._database.connect()
            try:
                if connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
                    return
                for number, dimension in due(connection, self._least):
                    create(connection, number, dimension)
            finally:
                connection.close()


def due(connection: Connection, least: int) -> list[tuple[int, int]]:
    """Spaces with at least so many vectors and no index."""
    found = connection.execute("SELECT space, dimension FROM spaces").fetchall()
    counted = "SELECT count(*) FROM (SELECT 1 FROM vectors WHERE space = %s LIMIT %s) counted"
    return [
        (number, dimension)
        for number, dimension in found
        if dimension <= _LONGEST
        and not reads.has_index(connection, number)
        and connection.execute(counted, (number, least)).fetchone() == (least,)
    ]


def create(connection: Connection, number: int, dimension: int) -> None:
    """One index, complete when it returns. What an interrupted build left is removed first."""
    name = reads.index_name(number)
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET lock_timeout = 0")
    connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}".encode())
    with suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute(
            f"CREATE INDEX CONCURRENTLY {name} ON vectors "
            f"USING hnsw ((embedding::halfvec({int(dimension)})) halfvec_ip_ops) WHERE space = {int(number)}".encode()
        )
