"""The embedded vector store: SQLite, with exact search by vectors and by terms in memory.

Implements `lacuna.ports.vectors.VectorStore` for one machine and several processes. Guarantees, beyond the port's:
exact recall under every filter; a search reads one state of the store; deleted text is off the disk when `remove`
returns (docs/retrieval.md says how, and what file systems may keep). Sized for some 500,000 chunks: some 3 KB of
memory for each with a vector of 384 dimensions. Leaves to others: embedding, fusing the two searches, and the second
look at who may read what (usecases/search.py).
"""

import asyncio
import math
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Concatenate, Final, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors import images, reads, terms, writes
from lacuna.adapters.vectors.analysis import question_terms
from lacuna.adapters.vectors.audiences import Audiences
from lacuna.adapters.vectors.corpus import StoreCorpus
from lacuna.adapters.vectors.database import connect, prepare, translated
from lacuna.adapters.vectors.follower import Follower, View
from lacuna.adapters.vectors.lane import Lane
from lacuna.domain.errors import Overloaded, StorageError, StorageLocked, StorageMissing
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk, StoredDocument

_READERS: Final = 3
_WAITING: Final = 256
"""Calls that may wait, for readers and for the writer each."""
_PURGE_AFTER: Final = 200
"""Replaced documents whose old text may be owed to the purge; `remove` and `close` pay at once."""
_QUIET_SECONDS: Final = 60.0
"""Nothing has changed for so long: time to write what a start reads faster (images.py)."""
_CLOSING_SECONDS: Final = 5.0
"""No further image is begun later while the store closes."""

_NOBODY: Final = Reach(Tier.PUBLIC, frozenset())
"""For calls that read no content by reach."""

P = ParamSpec("P")
T = TypeVar("T")


class EmbeddedVectorStore:
    """Open it with `open`. Safe to use from several tasks of one event loop, and from several processes on one file."""

    def __init__(self, path: Path, busy_seconds: float, max_bytes: int | None, quiet_seconds: float) -> None:
        self._path = path
        self._quiet_seconds = quiet_seconds
        self._changed = asyncio.Event()
        self._has_written = False
        self._keeping: asyncio.Task[None] | None = None
        self._busy_seconds = busy_seconds
        self._corpora: list[StoreCorpus] = []
        self._writer = prepare(path, busy_seconds, max_bytes)
        self._file = _identity(path)
        self._readers: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        try:
            for _ in range(_READERS):
                self._readers.put(connect(path, busy_seconds, read_only=True))
        except BaseException:
            self._disconnect()
            raise
        self._follower = Follower(path)
        self._reading = Lane("vector store reads", _READERS, _WAITING)
        self._writing = Lane("vector store writes", 1, _WAITING)
        # Making an image takes some 70 MB, and what a thread has taken it keeps: so it is always the same thread.
        self._imaging = Lane("vector store images", 1, 1)

    @classmethod
    async def open(
        cls,
        path: Path,
        busy_seconds: float = 10.0,
        max_bytes: int | None = None,
        quiet_seconds: float = _QUIET_SECONDS,
    ) -> "EmbeddedVectorStore":
        """The store in the file `path`, created where it is missing; ready to search when it returns. A call waits
        `busy_seconds` for another process before it raises StorageLocked; beyond `max_bytes` it raises StorageFull.
        When it has not been changed for `quiet_seconds`, it keeps a sorted index in the file for the next start.

        Raises StorageMissing where the folder is not there, StorageCorrupt where the file is damaged or something else,
        StorageError where a newer version wrote it.
        """
        store = await asyncio.to_thread(lambda: cls(path, busy_seconds, max_bytes, quiet_seconds))
        try:
            await store._write(terms.bring_up_to_date)
            await store._reading.run(store._in_view, _NOBODY, lambda connection, view: None)
            await store._purge_if_free()
            if store._follower.damaged:
                await store._write(images.forget, store._follower.damaged)
            store._keeping = asyncio.create_task(store._keep_when_quiet())
        except BaseException:
            await store._shut()
            raise
        return store

    @staticmethod
    async def delete(path: Path) -> None:
        """Removes the file and what belongs to it; does nothing where there is none. Raises StorageError."""
        try:
            for suffix in ("-wal", "-shm", ""):
                await asyncio.to_thread(Path(f"{path}{suffix}").unlink, missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"The vector store {path} cannot be deleted: {error.strerror}.", cure="Delete the file by hand."
            ) from None

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        owed = await self._write(writes.replace, document_id, fingerprint, tuple(chunks))
        self._note_change()
        if owed > _PURGE_AFTER:
            await self._purge_if_free()

    async def remove(self, document_id: str) -> bool:
        """Off the disk when it returns. Raises StorageLocked where a reader in another process prevents that for too
        long: then the document can no longer be found, and repeating the call finishes the work."""
        removed = await self._write(writes.remove, document_id)
        self._note_change()
        await self._write(writes.purge)
        return removed

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        await self._write(writes.retag, document_id, tier, groups)

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        def search(connection: sqlite3.Connection, view: View) -> list[Scored]:
            return reads.dense(connection, view, vector, fingerprint, limit)

        return await self._reading.run(self._in_view, reach, search)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        def search(connection: sqlite3.Connection, view: View) -> list[Scored]:
            return reads.lexical(connection, view, question_terms(text), limit)

        return await self._reading.run(self._in_view, reach, search)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        return await self._reading.run(self._as_stored, partial(reads.chunks, chunk_ids=chunk_ids))

    async def document_ids(self) -> frozenset[str]:
        return await self._reading.run(self._on_reader, reads.document_ids)

    async def stored(self, document_id: str) -> StoredDocument | None:
        return await self._reading.run(self._as_stored, partial(reads.stored, document_id=document_id))

    async def states(self) -> dict[str, str]:
        return await self._reading.run(self._as_stored, reads.states)

    def corpus(self, fingerprint: str) -> StoreCorpus:
        connection = connect(self._path, self._busy_seconds, read_only=True)
        self._corpora.append(StoreCorpus(connection, self._follower, fingerprint))
        return self._corpora[-1]

    async def check(self) -> None:
        if _identity(self._path) != self._file:
            raise StorageMissing(
                f"The vector store {self._path} was moved or deleted while it was open.",
                cure="Put it back and restart, or restart and ingest the documents again.",
            )
        await self._reading.run(self._in_view, _NOBODY, lambda connection, view: None)

    async def close(self) -> None:
        """Waits for what was accepted, and pays what is owed to the purge unless another process is in the way."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._has_written:
            await self._keep_images(_CLOSING_SECONDS, only_full=False)
        with suppress(StorageError):
            await self._purge_if_free()
        await self._shut()

    async def _shut(self) -> None:
        await self._imaging.close()
        await self._writing.close()
        await self._reading.close()
        self._disconnect()

    def _disconnect(self) -> None:
        for corpus in self._corpora:
            corpus.close()
        self._writer.close()
        while not self._readers.empty():
            self._readers.get().close()

    async def _purge_if_free(self) -> None:
        """Leaves it owed where another process is in the way: nobody waits for this one."""
        with suppress(StorageLocked):
            await self._write(writes.purge)

    def _note_change(self) -> None:
        self._has_written = True
        self._changed.set()

    async def _keep_when_quiet(self) -> None:
        """Once after the start and after every change; what grows all the time gets images of its full ranges.
        Processes that started together do not do it together."""
        pause = self._quiet_seconds * (1 + os.getpid() % 8 / 8)
        self._changed.set()
        while await self._changed.wait():
            self._changed.clear()
            await asyncio.sleep(pause)
            if not self._changed.is_set():
                with suppress(StorageError, Overloaded):  # who searches next need not wait for all that was written
                    await self.check()
            await self._keep_images(math.inf, only_full=self._changed.is_set())

    async def _keep_images(self, seconds: float, *, only_full: bool) -> None:
        """Writes the images that are wanted; begins none after `seconds`. What goes wrong is left to the next time: the
        store works without."""
        until = time.monotonic() + seconds
        with suppress(StorageError, Overloaded):
            for number in await self._reading.run(self._on_reader, partial(images.wanted, only_full=only_full)):
                if time.monotonic() > until:
                    break
                image = await self._imaging.run(self._on_reader, partial(images.make, number=number))
                if image is not None:
                    await self._write(images.keep, image)

    async def _write(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def changed() -> T:
            with translated(self._path):
                return change(self._writer, *args, **kwargs)

        return await self._writing.run(changed)

    def _on_reader(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` on a connection of its own."""
        connection = self._readers.get()
        try:
            with translated(self._path):
                return work(connection)
        finally:
            self._readers.put(connection)

    def _as_stored(self, work: Callable[[sqlite3.Connection, Audiences], T]) -> T:
        """Runs `work`, which needs nothing that is kept in memory, on a connection of its own."""

        def read(connection: sqlite3.Connection) -> T:
            with self._follower.audiences(connection) as audiences:
                return work(connection, audiences)

        return self._on_reader(read)

    def _in_view(self, reach: Reach, work: Callable[[sqlite3.Connection, View], T]) -> T:
        """Runs `work` on a connection of its own, in one state of the store."""

        def viewed(connection: sqlite3.Connection) -> T:
            with self._follower.view(connection, reach) as view:
                return work(connection, view)

        return self._on_reader(viewed)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
