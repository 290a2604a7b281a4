"""Advisory locks on files of the data folder (flock): they vanish with the process that holds them, however it ends.

`FolderLock` keeps a second server out of a folder, `FolderSourceRuns` a second synchronisation from a source.
`exclusive` serialises short work among processes. None of them hinders programs that do not ask; on network file
systems they are as good as the mount's flock.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from lacuna.adapters.storage.faults import translated
from lacuna.domain.errors import Conflict, StorageLocked

_POLL_SECONDS = 0.02


class FolderLock:
    """One server for each data folder. Commands that run beside a server do not take it: the ledger takes several
    writers."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "server.lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Holds the folder until `release` or the end of the process. Raises StorageLocked that names the holder's
        pid."""
        try:
            self._descriptor = _held(self._path)
        except _HeldElsewhereError as other:
            raise StorageLocked(
                f"Another Lacuna server (pid {other.holder}) is using {self._path.parent}.",
                cure=f"Stop it (`kill {other.holder}`) or choose another data folder.",
            ) from None

    def release(self) -> None:
        """Gives the folder up. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class FolderSourceRuns:
    """A `lacuna.ports.sources.SourceRuns` for all processes of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "sources.locks"

    @contextmanager
    def alone(self, source: str) -> Iterator[None]:
        """Raises Conflict ("being_synchronised") that names the holder's pid, and StorageError."""
        with translated(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = _held(self._folder / sha256(source.encode()).hexdigest()[:32])
        except _HeldElsewhereError as other:
            raise Conflict(
                f"Another run (pid {other.holder}) is synchronising this source.",
                cure="Wait until it has ended; where it is `lacuna ingest --watch`, it does what this run would.",
                code="being_synchronised",
            ) from None
        try:
            yield
        finally:
            os.close(descriptor)


class _HeldElsewhereError(Exception):
    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def _held(path: Path) -> int:
    """A descriptor that holds the lock file until it is closed, with this process's pid in the file."""
    with translated(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise _HeldElsewhereError(holder) from None
    with translated(path):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


@contextmanager
def exclusive(path: Path, seconds: float) -> Iterator[None]:
    """Holds the lock file `path` while the body runs. Raises StorageLocked after waiting `seconds`."""
    with translated(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise StorageLocked(
                        f"Another process has held {path} for {seconds:g} seconds.",
                        cure="Try again; if it persists, end it.",
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
