"""The history of HMAC keys in SQL: `lacuna.ports.hmac_keys.HmacKeyHistory`."""

from collections.abc import Sequence

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.errors import Conflict
from lacuna.ports.storage import Entry

_ROW_BYTES = 100
_SELECT = "SELECT key_id FROM hmac_keys ORDER BY position"
_INSERT = "INSERT INTO hmac_keys (position, key_id) VALUES (?, ?)"


class SqlHmacKeys:
    """An `HmacKeyHistory`. Rows are added, never changed."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def known(self) -> tuple[str, ...]:
        return await self._readers.run(_known)

    async def begin(self, key_ids: Sequence[str]) -> tuple[str, ...]:
        if found := await self.known():
            return found

        def work(transaction: Transaction) -> tuple[str, ...]:
            known = _known(transaction.connection)
            if known:
                return known
            for position, key_id in enumerate(key_ids):
                transaction.connection.execute(_INSERT, (position, key_id))
            return tuple(key_ids)

        return await self._writes.submit(work, _ROW_BYTES * len(key_ids))

    async def rotate(self, old: str, new: str, entry: Entry) -> None:
        batch = [prepared(entry)]

        def work(transaction: Transaction) -> Conflict | None:
            known = _known(transaction.connection)
            if known[-1:] != (old,) or new in known:
                return Conflict(
                    f"The log's HMAC keys are {', '.join(known) or 'none'}, so {old} cannot be followed by {new}.",
                    cure="Run the command again.",
                )
            transaction.append(batch)
            transaction.connection.execute(_INSERT, (len(known), new))
            return None

        if (conflict := await self._writes.submit(work, total_weight(batch) + _ROW_BYTES)) is not None:
            raise conflict


def _known(connection: Connection) -> tuple[str, ...]:
    return tuple(str(key_id) for (key_id,) in connection.execute(_SELECT).fetchall())
