"""Conversation taint in SQL: `lacuna.ports.storage.ConversationTaint`. Rises share the ledger's group commits."""

from collections.abc import Sequence
from typing import Final

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.tiers import Tier, join

_ROW_BYTES: Final = 150
_AT_ONCE: Final = 500
"""Keys of one statement: SQLite limits its parameters."""
_RAISE: Final = (
    "INSERT INTO conversations (key, tier) VALUES (?, ?) "
    "ON CONFLICT (key) DO UPDATE SET tier = CASE WHEN excluded.tier > conversations.tier THEN excluded.tier "
    "ELSE conversations.tier END RETURNING tier"
)


class SqlConversations:
    """A `ConversationTaint`. The maximum is taken in the statement itself, so no two writers can lower one another."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def highest(self, keys: Sequence[str]) -> Tier:
        parts = [keys[n : n + _AT_ONCE] for n in range(0, len(keys), _AT_ONCE)]
        found = await self._readers.run(lambda connection: [_highest(connection, part) for part in parts])
        return join(found)

    async def bind(self, keys: Sequence[str], tier: Tier) -> Tier:
        def work(transaction: Transaction) -> Tier:
            rows = [transaction.connection.execute(_RAISE, (key, int(tier))).fetchone() for key in keys]
            return join((Tier(row[0]) for row in rows), floor=tier)

        return await self._writes.submit(work, _ROW_BYTES * len(keys))


def _highest(connection: Connection, keys: Sequence[str]) -> Tier:
    statement = f"SELECT max(tier) FROM conversations WHERE key IN ({', '.join('?' * len(keys))})"  # noqa: S608
    (highest,) = connection.execute(statement, tuple(keys)).fetchone()
    return Tier.PUBLIC if highest is None else Tier(highest)
