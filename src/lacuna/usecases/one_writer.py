"""One writer for each document within a process, and writes that are finished once they have begun."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class OneWriter:
    """Locks by document id; an id that nobody holds takes no room."""

    def __init__(self) -> None:
        self._writing: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def alone(self, document_id: str) -> AsyncIterator[None]:
        """Waits for whoever writes the document now."""
        lock, users = self._writing.get(document_id, (asyncio.Lock(), 0))
        self._writing[document_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._writing[document_id]
            if users == 1:
                del self._writing[document_id]
            else:
                self._writing[document_id] = (lock, users - 1)


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which runs to its end even where the caller is cancelled meanwhile: a time limit must not
    leave a document half written, nor a record of what did not happen."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # whoever asked is gone; the ledger tells what became of it
        raise
