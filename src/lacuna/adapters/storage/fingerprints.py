"""The fingerprint index on SQLite, mirrored in memory: `lacuna.ports.fingerprints.FingerprintIndex` for one machine and
several processes.

Guarantees, beyond the port's: a lookup sees every change that was committed before it began, whichever process made it;
where the file cannot be read, a lookup raises and never answers from memory alone. Sized for some ten million hashes
(twenty-five million words of documents) at twelve bytes of memory each. Leaves to others: what to fingerprint.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from lacuna.adapters.storage import fingerprint_file as file
from lacuna.adapters.storage.faults import UNSTORABLE, unstorable
from lacuna.adapters.storage.fingerprint_mirror import Mirror
from lacuna.domain.errors import Overloaded, StorageError, StorageMissing
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import Hashes, Matches

DATABASE: Final = "fingerprints.db"
BUSY_SECONDS: Final = 5.0
_WAITING: Final = 256
"""Changes that may wait."""

T = TypeVar("T")


class SqliteFingerprints:
    """Open it with `open`. Safe to use from several threads, and from several processes on one file."""

    def __init__(self, path: Path, scheme: str, busy_seconds: float) -> None:
        self._path = path
        self._scheme = scheme
        self._writer = file.prepare(path, busy_seconds)
        try:
            self._mirror = Mirror(path, scheme, busy_seconds)
        except BaseException:
            self._writer.close()
            raise
        self._identity = _identity(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="fingerprints")
        self._waiting = 0
        self._closed = False
        self._tidying = False

    @classmethod
    async def open(cls, folder: Path, scheme: str, busy_seconds: float = BUSY_SECONDS) -> "SqliteFingerprints":
        """The index in `folder` for one scheme, created where it is missing; loaded when it returns. A call waits
        `busy_seconds` for another process before it raises StorageLocked. Raises StorageMissing where the folder is not
        there, StorageCorrupt where the file is damaged or something else, StorageError where a newer version wrote
        it."""
        return await asyncio.to_thread(lambda: cls(folder / DATABASE, scheme, busy_seconds))

    async def replace(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        await self._write(lambda writer: file.replace(writer, self._scheme, document_id, tier, hashes))

    async def add(self, document_id: str, tier: Tier, hashes: Hashes) -> None:
        await self._write(lambda writer: file.add(writer, self._scheme, document_id, tier, hashes))

    async def remove(self, document_id: str) -> bool:
        return await self._write(lambda writer: file.remove(writer, document_id))

    async def retag(self, document_id: str, tier: Tier) -> None:
        await self._write(lambda writer: file.retag(writer, document_id, tier))

    def lookup(self, hashes: Hashes) -> Matches:
        matches = self._mirror.lookup(hashes)
        if self._mirror.crowded and not self._tidying and not self._closed:
            self._tidying = True
            self._thread.submit(self._tidy)
        return matches

    @property
    def state(self) -> str:
        return self._mirror.state()

    async def document_ids(self) -> frozenset[str]:
        def read(writer: sqlite3.Connection) -> frozenset[str]:
            rows = writer.execute("SELECT document_id FROM documents WHERE scheme = ?", (self._scheme,))
            return frozenset(document_id for (document_id,) in rows)

        return await self._write(read)

    async def check(self) -> None:
        if _identity(self._path) != self._identity:
            raise StorageMissing(
                f"The fingerprint index {self._path} was moved or deleted while it was open.",
                cure="Put it back and restart, or restart and ingest the documents again.",
            )
        await asyncio.to_thread(self._mirror.state)

    async def close(self) -> None:
        """Waits for what was accepted."""
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown)
        self._mirror.close()
        self._writer.close()

    async def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        def changed() -> T:
            try:
                with file.translated(self._path):
                    result = change(self._writer)
                self._mirror.expire()
            except UNSTORABLE:
                raise unstorable() from None
            return result

        if self._closed:
            raise StorageError(f"{self._path} is closed.", cure="Restart Lacuna.", code="storage_closed")
        if self._waiting >= _WAITING:
            raise Overloaded(f"{self._waiting} changes wait for {self._path}.", cure="Try again in a moment.")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._thread, changed)
        future.add_done_callback(self._leave)
        return await future

    def _leave(self, _: object) -> None:
        self._waiting -= 1

    def _tidy(self) -> None:
        try:
            self._mirror.tidy()
        finally:
            self._tidying = False


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
