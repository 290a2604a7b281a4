"""What is remembered of the items of sources, in SQL: `lacuna.ports.sources.SourceItems`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.ports.sources import ItemState, Known

_INSERT = "INSERT INTO source_items (source, origin, document_id, version, state)"
_CONFLICT = (
    "ON CONFLICT (source, origin) DO UPDATE SET document_id = excluded.document_id, version = excluded.version, "
    "state = excluded.state"
)
_OF_SOURCE = "SELECT origin, document_id, version, state FROM source_items WHERE source = ? ORDER BY origin"
_DOCUMENTS = "SELECT origin, document_id FROM source_items WHERE origin IN ({})"
_ORIGINS = "SELECT document_id, origin FROM source_items WHERE document_id IN ({})"
_FORGET = "DELETE FROM source_items WHERE origin IN (?, ?)"
_REMOVE = "DELETE FROM source_items WHERE source = ? AND origin IN ({})"
_LOOKUP = 500
_ROW_BYTES = 300


class SqlSourceItems:
    """A `SourceItems`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def of_source(self, source: str) -> list[Known]:
        found = await self._readers.run(lambda connection: connection.execute(_OF_SOURCE, (source,)).fetchall())
        return [_known(row) for row in found]

    async def documents(self, origins: Sequence[str]) -> dict[str, str]:
        return dict(await self._pairs(_DOCUMENTS, origins))

    async def origins(self, document_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        found = defaultdict[str, set[str]](set)
        for document_id, origin in await self._pairs(_ORIGINS, document_ids):
            found[document_id].add(origin)
        return {document_id: frozenset(origins) for document_id, origins in found.items()}

    async def put(self, source: str, items: Sequence[Known]) -> None:
        given = [_row(source, item) for item in items]
        if given:
            await self._writes.submit(
                lambda transaction: transaction.connection.insert(_INSERT, given, _CONFLICT), _ROW_BYTES * len(given)
            )

    async def move(self, source: str, gone: str, item: Known) -> None:
        def work(transaction: Transaction) -> None:
            transaction.connection.execute(_FORGET, (gone, item.origin))
            transaction.connection.insert(_INSERT, [_row(source, item)], _CONFLICT)

        await self._writes.submit(work, _ROW_BYTES)

    async def remove(self, source: str, origins: Sequence[str]) -> None:
        def work(transaction: Transaction) -> None:
            for part in _parts(origins):
                transaction.connection.execute(_REMOVE.format(rows.placeholders(len(part))), (source, *part))

        if origins:
            await self._writes.submit(work, _ROW_BYTES * len(origins))

    async def _pairs(self, statement: str, keys: Sequence[str]) -> list[tuple[str, str]]:
        def query(connection: Connection) -> list[tuple[str, str]]:
            return [
                (str(one), str(other))
                for part in _parts(list(dict.fromkeys(keys)))
                for one, other in connection.execute(statement.format(rows.placeholders(len(part))), part)
            ]

        return await self._readers.run(query) if keys else []


def _parts(keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(keys[start : start + _LOOKUP]) for start in range(0, len(keys), _LOOKUP))


def _row(source: str, item: Known) -> tuple[object, ...]:
    return (source, item.origin, item.document_id, item.version, item.state.value)


def _known(row: Sequence[object]) -> Known:
    origin, document_id, version, state = map(str, row)
    try:
        return Known(origin, document_id, version, ItemState(state))
    except ValueError:
        raise unreadable("source_items") from None
