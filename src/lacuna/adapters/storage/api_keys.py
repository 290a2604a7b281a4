"""API keys in SQL: `lacuna.ports.api_keys.ApiKeyStore`. A change and its ledger entries are one transaction."""

import json
from collections.abc import Callable, Sequence

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.api_keys import ApiKey
from lacuna.domain.errors import Conflict, NotFound, TooLarge
from lacuna.domain.permissions import Permission
from lacuna.domain.tiers import Tier
from lacuna.ports.api_keys import KeyTable
from lacuna.ports.storage import Entry

MAX_KEYS = 10_000
"""Keys that are not revoked."""

_COLUMNS = (
    "key_id, name, service_account, groups, clearance, scopes, networks, created_by, created_at, expires_at, replaces, "
    "revoked_at, revoked_by, last_used_at, last_used_from"
)
_SELECT = f"SELECT {_COLUMNS} FROM api_keys"  # noqa: S608  # constants only
_INSERT = f"INSERT INTO api_keys (token_hash, {_COLUMNS}) VALUES (?{', ?' * 15})"  # noqa: S608
_CHANGE = "UPDATE api_keys SET expires_at = ?, revoked_at = ?, revoked_by = ? WHERE key_id = ? AND revoked_at IS NULL"
_WEIGHT = 1_000


class SqlApiKeys:
    """An `ApiKeyStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def version(self) -> int:
        return await self._readers.run(_version)

    async def everything(self) -> tuple[int, KeyTable]:
        return await self._readers.snapshot(_everything)

    async def listed(self) -> list[ApiKey]:
        statement = f"{_SELECT} ORDER BY created_at DESC, key_id DESC"
        rows = await self._readers.run(lambda connection: connection.execute(statement).fetchall())
        return [_key(row) for row in rows]

    async def get(self, key_id: str) -> ApiKey | None:
        statement = f"{_SELECT} WHERE key_id = ?"
        row = await self._readers.run(lambda connection: connection.execute(statement, (key_id,)).fetchone())
        return None if row is None else _key(row)

    async def add(self, token_hash: str, key: ApiKey, entries: Sequence[Entry], ended: ApiKey | None = None) -> None:
        def write(connection: Connection) -> None:
            _require_room(connection, key)
            if ended is not None:
                _change(connection, ended)
            connection.execute(_INSERT, (token_hash, *_row(key)))

        await self._submit(write, entries)

    async def change(self, key: ApiKey, entries: Sequence[Entry]) -> None:
        await self._submit(lambda connection: _change(connection, key), entries)

    async def used(self, key_id: str, at: int, address: str) -> None:
        statement = "UPDATE api_keys SET last_used_at = ?, last_used_from = ? WHERE key_id = ?"

        def work(transaction: Transaction) -> None:
            transaction.connection.execute(statement, (at, address, key_id))

        await self._writes.submit(work, _WEIGHT)

    async def _submit(self, write: Callable[[Connection], None], entries: Sequence[Entry]) -> None:
        """Runs `write`, which raises before it changes anything, and appends the entries."""
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> None:
            write(transaction.connection)
            transaction.append(batch)
            transaction.connection.execute("UPDATE api_key_version SET version = version + 1 WHERE id = 1")

        await self._writes.submit(work, total_weight(batch) + _WEIGHT)


def _require_room(connection: Connection, key: ApiKey) -> None:
    (held,) = connection.execute("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL").fetchone()
    if held >= MAX_KEYS:
        raise TooLarge(f"{held} API keys are kept; the limit is {MAX_KEYS}.", cure="Revoke those no longer needed.")
    if key.replaces:
        return
    same = "SELECT 1 FROM api_keys WHERE name = ? AND revoked_at IS NULL AND coalesce(expires_at, ?) >= ?"
    if connection.execute(same, (key.name, key.created_at, key.created_at)).fetchone() is not None:
        raise Conflict("Another API key has this name.", cure="Choose another name, or rotate or revoke that key.")


def _change(connection: Connection, key: ApiKey) -> None:
    values = (key.expires_at, key.revoked_at, key.revoked_by, key.key_id)
    if connection.execute(_CHANGE, values).rowcount:
        return
    if connection.execute("SELECT 1 FROM api_keys WHERE key_id = ?", (key.key_id,)).fetchone() is None:
        raise NotFound("There is no such API key.", cure="List the keys for their ids.")
    raise Conflict("The key is revoked already.")


def _version(connection: Connection) -> int:
    (version,) = connection.execute("SELECT version FROM api_key_version WHERE id = 1").fetchone()
    return int(version)


def _everything(connection: Connection) -> tuple[int, KeyTable]:
    rows = connection.execute(
        f"SELECT token_hash, {_COLUMNS} FROM api_keys WHERE revoked_at IS NULL"  # noqa: S608
    ).fetchall()
    return _version(connection), {str(row[0]): _key(row[1:]) for row in rows}


def _row(k: ApiKey) -> tuple[object, ...]:
    scopes = None if k.scopes is None else json.dumps(sorted(k.scopes))
    who = (k.key_id, k.name, k.service_account, json.dumps(sorted(k.groups)), int(k.clearance), scopes)
    made = (json.dumps(list(k.networks)), k.created_by, k.created_at, k.expires_at, k.replaces)
    return (*who, *made, k.revoked_at, k.revoked_by, k.last_used_at, k.last_used_from)


def _key(row: Sequence[object]) -> ApiKey:
    key_id, name, account, groups, clearance, scopes, networks, *more = row
    try:
        return ApiKey(
            str(key_id),
            str(name),
            str(account),
            frozenset(json.loads(str(groups))),
            Tier(int(str(clearance))),
            None if scopes is None else frozenset(Permission(scope) for scope in json.loads(str(scopes))),
            tuple(json.loads(str(networks))),
            *more,  # type: ignore[arg-type]  # columns of the schema's types
        )
    except (ValueError, TypeError):
        raise unreadable("api_keys") from None
