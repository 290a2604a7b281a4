"""Read-only queries off the event loop: a few threads, a connection for each, a bounded queue.

A query runs in its own snapshot only if it opens a transaction; each single statement is consistent in itself.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import LifoQueue
from typing import TypeVar

from lacuna.adapters.storage.connection import Connection, Database
from lacuna.adapters.storage.faults import UNSTORABLE, unstorable
from lacuna.domain.errors import Overloaded, StorageError

Result = TypeVar("Result")

THREADS = 4
MAX_WAITING = 1_024


class Readers:
    """Runs queries on read-only connections, which are opened when first needed and kept."""

    def __init__(self, database: Database, threads: int = THREADS) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ledger reader")
        self._idle: LifoQueue[Connection] = LifoQueue()
        self._running = 0
        self._closed = False

    async def run(self, query: Callable[[Connection], Result]) -> Result:
        """What `query` returns. Raises StorageErrors, and Overloaded when too many queries wait."""
        if self._closed:
            raise StorageError(f"{self._database.where} is closed.", cure="Restart Lacuna.", code="storage_closed")
        if self._running >= MAX_WAITING:
            raise Overloaded(
                f"{self._running} queries are waiting for {self._database.where}.", cure="Try again in a moment."
            )
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._query, query)
        finally:
            self._running -= 1

    async def snapshot(self, query: Callable[[Connection], Result]) -> Result:
        """Like `run`, with every statement of `query` seeing the same state."""
        return await self.run(partial(self._within, query))

    async def settled(self, query: Callable[[Connection], Result]) -> Result:
        """Like `run`, and what `query` saw is durable when this returns: what it returns may leave the house."""
        return await self.run(partial(self._settled, query))

    async def settled_snapshot(self, query: Callable[[Connection], Result]) -> Result:
        """Like `snapshot` and `settled`."""
        return await self.settled(partial(self._within, query))

    async def close(self) -> None:
        """Waits for running queries and closes the connections."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _within(self, query: Callable[[Connection], Result], connection: Connection) -> Result:
        self._database.begin_snapshot(connection)
        try:
            result = query(connection)
        except self._database.errors:
            # `_query` throws the connection away.
            raise
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("ROLLBACK")
        return result

    def _settled(self, query: Callable[[Connection], Result], connection: Connection) -> Result:
        result = query(connection)
        self._database.settle(connection)
        return result

    def _query(self, query: Callable[[Connection], Result]) -> Result:
        with self._database.translated():
            while True:
                fresh = self._idle.empty()
                connection = self._database.reader() if fresh else self._idle.get()
                try:
                    result = query(connection)
                except UNSTORABLE:
                    self._idle.put(connection)
                    raise unstorable() from None
                except self._database.errors:
                    # It may have met a file that has been replaced or repaired since, or a server that has gone: the
                    # next query opens it anew. One that was cut while it lay idle is no fault of the query's.
                    again = not fresh and self._database.lost(connection)
                    connection.close()
                    if not again:
                        raise
                    continue
                except BaseException:
                    self._idle.put(connection)
                    raise
                self._idle.put(connection)
                return result
