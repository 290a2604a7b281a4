"""PostgreSQL as the store: everything that a data folder keeps in lacuna.db.

The data folder keeps the keys, the checkpoint file, and the passages.
"""

from collections.abc import Callable
from pathlib import Path

from lacuna.adapters.storage.postgres_database import ANSWER_SECONDS, BUSY_SECONDS, PostgresDatabase
from lacuna.adapters.storage.store import Storage, opened
from lacuna.ports.secrets import KeyRing


async def open_storage(
    folder: Path,
    keys: KeyRing,
    *,
    address: str,
    schema: str = "",
    pool_size: int = 20,
    create: bool = True,
    busy_seconds: float = BUSY_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
    warn: Callable[[str], None] = lambda _: None,
) -> Storage:
    """Opens the store in the database at `address`, bringing its schema up to date; with `create`, makes the tables in
    an empty one.

    `schema` holds the tables, and is made where it is missing; empty: the one that the user's search_path begins with.
    At most `pool_size` connections, but at least two, are open at a time: one writes. `busy_seconds` is how long a
    write waits for writers of other processes before it fails with StorageLocked, `answer_seconds` how long the server
    may take for one answer. `warn` hears of settings of the server that weaken what the ledger promises. Raises
    StorageMissing, StorageCorrupt, StorageLocked, StorageFull, or another StorageError. A log that was tampered with
    opens, so that it can be examined; appending to it is refused.
    """
    database = PostgresDatabase(
        address, schema=schema, busy_seconds=busy_seconds, answer_seconds=answer_seconds, warn=warn
    )
    return await opened(database, folder, keys, create=create, readers=max(1, pool_size - 1))


def grant_rights(address: str, role: str, schema: str = "") -> None:
    """Gives `role` the application's rights on the tables of the database at `address`, which is that of their owner,
    and takes others away. Raises StorageError."""
    PostgresDatabase(address, schema=schema).grant(role)
