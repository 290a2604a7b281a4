"""The data folder as the store: everything in one SQLite database and one writer."""

from pathlib import Path

from lacuna.adapters.storage.database import BUSY_SECONDS, SqliteDatabase
from lacuna.adapters.storage.store import Storage, opened
from lacuna.ports.secrets import KeyRing

DATABASE = "lacuna.db"


async def open_storage(
    folder: Path,
    keys: KeyRing,
    *,
    create: bool = True,
    max_bytes: int | None = None,
    busy_seconds: float = BUSY_SECONDS,
) -> Storage:
    """Opens the store in `folder`, bringing its schema up to date; with `create`, makes what is missing.

    `max_bytes` limits the database file: beyond it, writes fail with StorageFull. `busy_seconds` is how long a write
    waits for writers of other processes before it fails with StorageLocked. Raises StorageMissing (no store and
    not `create`, or keys that did not sign this log), StorageCorrupt, StorageLocked, StorageFull, or another
    StorageError. A log that was tampered with opens, so that it can be examined; appending to it is refused.
    """
    database = SqliteDatabase(folder / DATABASE, max_bytes=max_bytes, busy_seconds=busy_seconds)
    return await opened(database, folder, keys, create=create)
