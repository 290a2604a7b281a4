"""Advisory locks on files of the data folder (flock): they vanish with the process that holds them, however it ends.

`FolderLock` keeps a second server out of a folder. `exclusive` serialises short work among processes. Neither hinders
programs that do not ask; on network file systems they are as good as the mount's flock.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lacuna.adapters.storage.faults import translated
from lacuna.domain.errors import StorageLocked

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
        with translated(self._path):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StorageLocked(
                f"Another Lacuna server (pid {holder}) is using {self._path.parent}.",
                cure=f"Stop it (`kill {holder}`) or choose another data folder.",
            ) from None
        with translated(self._path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Gives the folder up. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


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
