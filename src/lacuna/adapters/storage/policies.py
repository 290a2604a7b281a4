"""Versions of policies in the database: `lacuna.ports.policies.PolicyStore`. A change and its ledger entries are one
transaction."""

import json
from collections.abc import Sequence

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.errors import StorageCorrupt
from lacuna.domain.policy_set import Activation, PolicySet, PolicyVersion
from lacuna.ports.storage import Entry

_COLUMNS = "version, author, added_at, note, files, data"
_SELECT = f"SELECT {_COLUMNS} FROM policy_versions"  # noqa: S608  # constants only
_IN_FORCE = f"{_SELECT} WHERE version = (SELECT version FROM policy_activations WHERE serial = ?)"  # noqa: S608
_INSERT = f"INSERT INTO policy_versions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
_ACTIVATE = (
    "INSERT INTO policy_activations (serial, version, activated_by, at) "
    "SELECT coalesce(max(serial), 0) + 1, ?, ?, ? FROM policy_activations"
)
_SERIAL = "SELECT coalesce(max(serial), 0) FROM policy_activations"


class SqlPolicies:
    """A `PolicyStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def version(self) -> int:
        return await self._readers.run(_serial)

    async def everything(self) -> tuple[int, PolicySet | None]:
        return await self._readers.snapshot(_active)

    async def versions(self, limit: int) -> list[PolicyVersion]:
        statement = f"{_SELECT} ORDER BY added_at DESC, version LIMIT ?"
        rows = await self._readers.run(lambda connection: connection.execute(statement, (limit,)).fetchall())
        return [_kept(row) for row in rows]

    async def get(self, version: str) -> PolicyVersion | None:
        statement = f"{_SELECT} WHERE version = ?"
        row = await self._readers.run(lambda connection: connection.execute(statement, (version,)).fetchone())
        return None if row is None else _kept(row)

    async def history(self, limit: int) -> list[Activation]:
        statement = "SELECT serial, version, activated_by, at FROM policy_activations ORDER BY serial DESC LIMIT ?"
        rows = await self._readers.run(lambda connection: connection.execute(statement, (limit,)).fetchall())
        return [Activation(*row) for row in rows]

    async def keep(self, added: PolicyVersion, entries: Sequence[Entry]) -> bool:
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> bool:
            new = transaction.connection.execute(_INSERT, _row(added)).rowcount > 0
            if new:
                transaction.append(batch)
            return new

        return await self._writes.submit(work, total_weight(batch) + _weight(added))

    async def activate(
        self, version: str | None, by: str, at: int, added: PolicyVersion | None, entries: Sequence[Entry]
    ) -> None:
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> None:
            transaction.append(batch)
            if added is not None:
                transaction.connection.execute(_INSERT, _row(added))
            transaction.connection.execute(_ACTIVATE, (version, by, at))

        await self._writes.submit(work, total_weight(batch) + (0 if added is None else _weight(added)))


def _serial(connection: Connection) -> int:
    (serial,) = connection.execute(_SERIAL).fetchone()
    return int(serial)


def _active(connection: Connection) -> tuple[int, PolicySet | None]:
    serial = _serial(connection)
    row = connection.execute(_IN_FORCE, (serial,)).fetchone()
    return serial, None if row is None else _kept(row).policies


def _row(added: PolicyVersion) -> tuple[object, ...]:
    files = json.dumps(added.policies.files, ensure_ascii=False)
    return added.version, added.author, added.added_at, added.note, files, added.policies.data


def _kept(row: tuple[str, str, int, str, str, str]) -> PolicyVersion:
    version, author, added_at, note, files, data = row
    try:
        policies = PolicySet(tuple((path, text) for path, text in json.loads(files)), data)
    except (ValueError, TypeError):
        raise _no_policies() from None
    if policies.version != version:
        raise _no_policies()
    return PolicyVersion(version, author, added_at, note, policies)


def _weight(added: PolicyVersion) -> int:
    return len(added.policies.data) + sum(len(path) + len(text) for path, text in added.policies.files)


def _no_policies() -> StorageCorrupt:
    return unreadable("policy_versions")
