"""Faults of SQLite and of the file system, told in the words of `lacuna.domain.errors`.

Every message names the file, says what is wrong with it, and carries a cure. Nothing of SQLite's own text gets
through: it may quote statements.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lacuna.domain.errors import (
    InvalidInput,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageMissing,
)


class ZeroByte(ValueError):
    """A text with the character U+0000, which PostgreSQL does not hold."""


UNSTORABLE = (UnicodeEncodeError, OverflowError, ZeroByte)
"""What is raised, before anything is done, for a value that the database cannot hold."""

_PRIMARY = 0xFF

_CORRUPT_CURE = (
    "Stop Lacuna, keep the file for examination, and restore the data folder from the newest backup; "
    "`lacuna audit verify` then shows whether the ledger is whole."
)
_FULL_CURE = (
    "Free space or enlarge the volume (or raise the configured size limit), then try again: nothing stored is lost."
)
_READ_ONLY_CURE = "Make the folder and the files in it writable for the user that runs Lacuna."


def storage_fault(fault: sqlite3.Error | OSError, path: Path) -> StorageError:
    """The domain error for what went wrong with `path`."""
    return _from_os(fault, path) if isinstance(fault, OSError) else _from_sqlite(fault, path)


def unreadable(table: str) -> StorageCorrupt:
    """The domain error for a row whose values make no sense."""
    return StorageCorrupt(
        f"A row of the table {table} does not hold what it should.",
        cure="Run `lacuna audit verify`, find out who changed the database, and restore it from the newest backup.",
    )


def unstorable() -> InvalidInput:
    """The domain error for a value that raised one of UNSTORABLE: the fault of its caller alone."""
    return InvalidInput(
        "A text with half a surrogate pair or a zero character, or a number beyond 64 bits, cannot be stored or "
        "looked for.",
        cure="Send valid Unicode and numbers below 2**63.",
    )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns faults of the body into domain errors about `path`."""
    try:
        yield
    except (sqlite3.Error, OSError) as fault:
        raise storage_fault(fault, path) from fault


def _from_sqlite(fault: sqlite3.Error, path: Path) -> StorageError:
    extended = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    name = getattr(fault, "sqlite_errorname", type(fault).__name__)
    match extended & _PRIMARY:
        case sqlite3.SQLITE_FULL:
            return StorageFull(f"No room is left to write {path}.", cure=_FULL_CURE)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageLocked(
                f"Another process has been writing {path} for too long.",
                cure="Try again; if it persists, find the process that holds the file and end it.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StorageCorrupt(f"{path} is damaged or is no SQLite database ({name}).", cure=_CORRUPT_CURE)
        case sqlite3.SQLITE_CANTOPEN:
            return StorageMissing(
                f"{path} cannot be opened.",
                cure="Check that the folder exists and that Lacuna's user may read and write it.",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StorageError(f"{path} cannot be written ({name}).", cure=_READ_ONLY_CURE, code="storage_read_only")
        case sqlite3.SQLITE_IOERR if extended == sqlite3.SQLITE_IOERR_SHMSIZE:
            return StorageFull(f"No room is left beside {path}.", cure=_FULL_CURE)
        case sqlite3.SQLITE_IOERR:
            return StorageError(
                f"Reading or writing {path} failed ({name}): a failing device, a quota, or a limit on file sizes.",
                cure="Check the system log for the device, and the user's quota and `ulimit -f`.",
                code="storage_io",
            )
        case _:
            return StorageError(
                f"{path} could not be used ({name}).",
                cure="Run `lacuna audit verify`; if it fails too, restore from a backup.",
            )


def _from_os(fault: OSError, path: Path) -> StorageError:
    reason = fault.strerror or type(fault).__name__
    match fault.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return StorageFull(f"No room is left to write {path} ({reason}).", cure=_FULL_CURE)
        case errno.ENOENT | errno.ENOTDIR:
            return StorageMissing(f"{path} is not there ({reason}).", cure="Check the configured data folder.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return StorageError(f"{path} may not be used ({reason}).", cure=_READ_ONLY_CURE, code="storage_read_only")
        case _:
            return StorageError(
                f"{path} could not be used ({reason}).", cure="Check the volume it lies on.", code="storage_io"
            )
