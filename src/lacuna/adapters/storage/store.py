"""The store opened: everything that is kept in the database, over one database and one writer."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from lacuna.adapters.storage.api_keys import SqlApiKeys
from lacuna.adapters.storage.approvals import SqlApprovals
from lacuna.adapters.storage.catalogue import SqlCatalogue
from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.committer import LogCommitter, Transaction
from lacuna.adapters.storage.connection import Database
from lacuna.adapters.storage.conversations import SqlConversations
from lacuna.adapters.storage.datasets import SqlDatasets
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.hmac_keys import SqlHmacKeys
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.overrides import SqlOverrides
from lacuna.adapters.storage.policies import SqlPolicies
from lacuna.adapters.storage.readers import THREADS, Readers
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.adapters.storage.source_items import SqlSourceItems
from lacuna.adapters.storage.terms import SqlTerms
from lacuna.adapters.storage.verified_file import VerifiedFile
from lacuna.ports.secrets import KeyRing


@dataclass(frozen=True, slots=True)
class Storage:
    """Everything that shares the database. Close it once, when nothing uses its parts any more."""

    ledger: SqlLedger
    catalogue: SqlCatalogue
    conversations: SqlConversations
    terms: SqlTerms
    overrides: SqlOverrides
    datasets: SqlDatasets
    policies: SqlPolicies
    approvals: SqlApprovals
    api_keys: SqlApiKeys
    hmac_keys: SqlHmacKeys
    source_items: SqlSourceItems
    readers: Readers

    async def close(self) -> None:
        """Waits for accepted writes to be on disk, brings the checkpoint file up to date, and closes every
        connection."""
        await self.ledger.close()
        await self.readers.close()


async def opened(database: Database, folder: Path, keys: KeyRing, *, create: bool, readers: int = THREADS) -> Storage:
    """The store in `database`, its schema brought up to date, with the checkpoint file in `folder`. At most `readers`
    connections read. Raises StorageError."""
    signer = CheckpointSigner(keys)
    file = CheckpointFile(folder)
    committer = LogCommitter(database, signer, file)

    def prepare() -> None:
        database.bring_up_to_date(create=create)
        committer.prepare()

    await asyncio.to_thread(prepare)
    writes: GroupCommit[Transaction] = GroupCommit(committer, "ledger")
    reading = Readers(database, readers)
    return Storage(
        ledger=SqlLedger(database.where, signer, file, VerifiedFile(folder, signer), writes, reading),
        catalogue=SqlCatalogue(writes, reading),
        conversations=SqlConversations(writes, reading),
        terms=SqlTerms(writes, reading),
        overrides=SqlOverrides(writes, reading),
        datasets=SqlDatasets(writes, reading),
        policies=SqlPolicies(writes, reading),
        approvals=SqlApprovals(writes, reading),
        api_keys=SqlApiKeys(writes, reading),
        hmac_keys=SqlHmacKeys(writes, reading),
        source_items=SqlSourceItems(writes, reading),
        readers=reading,
    )
