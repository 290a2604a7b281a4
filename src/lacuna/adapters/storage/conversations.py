"""Conversation taint on SQLite: `lacuna.ports.storage.ConversationTaint`. Rises share the ledger's group commits."""

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.tiers import Tier

_ROW_BYTES = 150
_RAISE = (
    "INSERT INTO conversations (key, tier) VALUES (?, ?) "
    "ON CONFLICT (key) DO UPDATE SET tier = max(tier, excluded.tier) RETURNING tier"
)


class SqliteConversations:
    """A `ConversationTaint`. The maximum is taken in the statement itself, so no two writers can lower one another."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def tier(self, key: str) -> Tier:
        statement = "SELECT tier FROM conversations WHERE key = ?"
        row = await self._readers.run(lambda connection: connection.execute(statement, (key,)).fetchone())
        return Tier.PUBLIC if row is None else Tier(row[0])

    async def raise_to(self, key: str, tier: Tier) -> Tier:
        def work(transaction: Transaction) -> Tier:
            (row,) = transaction.connection.execute(_RAISE, (key, int(tier))).fetchall()
            return Tier(row[0])

        return await self._writes.submit(work, _ROW_BYTES)
