"""Data sets in SQL: `lacuna.ports.datasets.DatasetStore`. What an event told, its lineage and its ledger entry are
one transaction, in which what was known before is read."""

import json
from collections.abc import Sequence

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.datasets import MAX_COLUMNS, Dataset, merged
from lacuna.domain.errors import TooLarge
from lacuna.domain.operations import Column
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry

_COLUMNS = 'dataset_id, namespace, name, named, sampled, declared, columns, tags, "groups", owner, updated_at'
_PUT = (
    f"INSERT INTO datasets ({_COLUMNS}) VALUES ({rows.placeholders(11)}) "  # noqa: S608  # constants only
    f"ON CONFLICT (dataset_id) DO UPDATE SET {rows.excluded(_COLUMNS)}"
)
_MANY = f"SELECT {_COLUMNS} FROM datasets WHERE dataset_id IN ({{}})"  # noqa: S608  # constants only
_EVENT = "INSERT INTO lineage_events (key) VALUES (?) ON CONFLICT DO NOTHING"
_LOOKUP = 500
_ROW_BYTES = 400


class SqlDatasets:
    """A `DatasetStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def get(self, dataset_id: str) -> Dataset | None:
        return (await self.many([dataset_id])).get(dataset_id)

    async def many(self, dataset_ids: Sequence[str]) -> dict[str, Dataset]:
        wanted = list(dict.fromkeys(dataset_ids))
        return await self._readers.run(lambda connection: _many(connection, wanted))

    async def record(self, key: str, datasets: Sequence[Dataset], entries: Sequence[Entry]) -> bool:
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> bool:
            connection = transaction.connection
            if connection.execute("SELECT 1 FROM lineage_events WHERE key = ?", (key,)).fetchone():
                return False
            known = _many(connection, [dataset.dataset_id for dataset in datasets])
            new = [_row(_within_limit(merged(known.get(each.dataset_id), each))) for each in datasets]
            transaction.append(batch)
            connection.execute(_EVENT, (key,))
            connection.executemany(_PUT, new)
            return True

        size = sum(_ROW_BYTES + 60 * len(dataset.columns) for dataset in datasets)
        return await self._writes.submit(work, total_weight(batch) + size)


def _within_limit(dataset: Dataset) -> Dataset:
    if len(dataset.columns) > MAX_COLUMNS:
        raise TooLarge(
            f"A data set would have {len(dataset.columns)} columns; the limit is {MAX_COLUMNS}.",
            cure="Send its schema without columns that it no longer has.",
        )
    return dataset


def _many(connection: Connection, wanted: Sequence[str]) -> dict[str, Dataset]:
    found: dict[str, Dataset] = {}
    for start in range(0, len(wanted), _LOOKUP):
        part = wanted[start : start + _LOOKUP]
        for row in connection.execute(_MANY.format(rows.placeholders(len(part))), tuple(part)):
            found[row[0]] = _dataset(row)
    return found


def _row(dataset: Dataset) -> tuple[object, ...]:
    return (
        dataset.dataset_id,
        dataset.namespace,
        dataset.name,
        int(dataset.named),
        int(dataset.sampled),
        None if dataset.declared is None else int(dataset.declared),
        json.dumps([[column.name, int(column.tier), list(column.kinds)] for column in dataset.columns]),
        json.dumps(dataset.tags),
        json.dumps(sorted(dataset.groups)),
        dataset.owner,
        dataset.updated_at,
    )


def _dataset(row: Sequence[object]) -> Dataset:
    _, namespace, name, named, sampled, declared, columns, tags, groups, owner, at = row
    try:
        return Dataset(
            namespace=str(namespace),
            name=str(name),
            named=_tier(named),
            sampled=_tier(sampled),
            declared=None if declared is None else _tier(declared),
            columns=tuple(Column(n, Tier(tier), tuple(kinds)) for n, tier, kinds in json.loads(str(columns))),
            tags=tuple(json.loads(str(tags))),
            groups=frozenset(json.loads(str(groups))),
            owner=str(owner),
            updated_at=int(str(at)),
        )
    except (ValueError, TypeError):
        raise unreadable("datasets") from None


def _tier(value: object) -> Tier:
    return Tier(int(str(value)))
