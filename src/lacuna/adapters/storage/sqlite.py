"""The data folder opened: ledger, catalogue, conversation taint, terms, overrides, data sets and policies over one
SQLite database and one writer."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from lacuna.adapters.storage.api_keys import SqliteApiKeys
from lacuna.adapters.storage.approvals import SqliteApprovals
from lacuna.adapters.storage.catalogue import SqliteCatalogue
from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.committer import SqliteCommitter, Transaction
from lacuna.adapters.storage.conversations import SqliteConversations
from lacuna.adapters.storage.database import BUSY_SECONDS, open_database
from lacuna.adapters.storage.datasets import SqliteDatasets
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.ledger import SqliteLedger
from lacuna.adapters.storage.overrides import SqliteOverrides
from lacuna.adapters.storage.policies import SqlitePolicies
from lacuna.adapters.storage.readers import Readers
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.adapters.storage.terms import SqliteTerms
from lacuna.adapters.storage.verified_file import VerifiedFile
from lacuna.ports.secrets import KeyRing

DATABASE = "lacuna.db"


@dataclass(frozen=True, slots=True)
class Storage:
    """Everything that shares the database. Close it once, when nothing uses its parts any more."""

    ledger: SqliteLedger
    catalogue: SqliteCatalogue
    conversations: SqliteConversations
    terms: SqliteTerms
    overrides: SqliteOverrides
    datasets: SqliteDatasets
    policies: SqlitePolicies
    approvals: SqliteApprovals
    api_keys: SqliteApiKeys
    readers: Readers

    async def close(self) -> None:
        """Waits for accepted writes to be on disk, brings the checkpoint file up to date, and closes every
        connection."""
        await self.ledger.close()
        await self.readers.close()


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
    path = folder / DATABASE
    signer = CheckpointSigner(keys)
    file = CheckpointFile(folder)
    committer = SqliteCommitter(path, signer, file, max_bytes=max_bytes, busy_seconds=busy_seconds)

    def prepare() -> None:
        open_database(path, create=create)
        committer.prepare()

    await asyncio.to_thread(prepare)
    writes: GroupCommit[Transaction] = GroupCommit(committer, "ledger")
    readers = Readers(path)
    return Storage(
        ledger=SqliteLedger(path, signer, file, VerifiedFile(folder, signer), writes, readers),
        catalogue=SqliteCatalogue(writes, readers),
        conversations=SqliteConversations(writes, readers),
        terms=SqliteTerms(writes, readers),
        overrides=SqliteOverrides(writes, readers),
        datasets=SqliteDatasets(writes, readers),
        policies=SqlitePolicies(writes, readers),
        approvals=SqliteApprovals(writes, readers),
        api_keys=SqliteApiKeys(writes, readers),
        readers=readers,
    )
