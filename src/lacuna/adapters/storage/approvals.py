"""Requests for approval in SQL: `lacuna.ports.approvals.ApprovalStore`. A change and its ledger entries are one
transaction, in which the state before it is compared."""

import json
from collections.abc import Callable, Sequence

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.approvals import Approval, State
from lacuna.domain.errors import Conflict, NotFound, TooLarge
from lacuna.ports.storage import Entry

MAX_OPEN = 10_000
"""Approvals that are requested or granted."""
MAX_OPEN_BY_REQUESTER = 100
"""Requests of one person that nobody has decided yet."""

_FIELDS = (
    'approval_id, "key", requester, action, subject, tier, "groups", rule, reason, hours, created, expires, state, '
    "decision_id, decided_by, decided_at, remark"
)
_SELECT = f"SELECT {_FIELDS} FROM approvals"  # noqa: S608  # constants only
_INSERT = f"INSERT INTO approvals ({_FIELDS}) VALUES ({rows.placeholders(17)})"  # noqa: S608  # constants only
_CHANGE = (
    "UPDATE approvals SET state = ?, expires = ?, decided_by = ?, decided_at = ?, remark = ? "
    "WHERE approval_id = ? AND state = ?"
)
_OPEN = "state IN ('requested', 'granted')"
_DUE_AT_ONCE = 1_000
_ROW_BYTES = 600


class SqlApprovals:
    """An `ApprovalStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def get(self, approval_id: str) -> Approval | None:
        found = await self._listed(f"{_SELECT} WHERE approval_id = ?", (approval_id,))
        return found[0] if found else None

    async def open(self, keys: Sequence[str], now: int) -> list[Approval]:
        which = f'"key" IN ({rows.placeholders(len(keys))}) AND {_OPEN} AND expires > ?'
        return await self._listed(f"{_SELECT} WHERE {which} ORDER BY approval_id", (*keys, now)) if keys else []

    async def page(self, state: State | None, after: str, limit: int) -> list[Approval]:
        which = "approval_id > ?" if state is None else "state = ? AND approval_id > ?"
        values = (after, limit) if state is None else (state.value, after, limit)
        return await self._listed(f"{_SELECT} WHERE {which} ORDER BY approval_id LIMIT ?", values)

    async def due(self, now: int) -> list[Approval]:
        statement = f"{_SELECT} WHERE {_OPEN} AND expires <= ? ORDER BY approval_id LIMIT {_DUE_AT_ONCE}"
        return await self._listed(statement, (now,))

    async def add(self, approval: Approval, entries: Sequence[Entry]) -> Approval:
        def write(connection: Connection) -> Approval | None:
            statement = f'{_SELECT} WHERE "key" = ? AND {_OPEN} AND expires > ?'
            row = connection.execute(statement, (approval.key, approval.created)).fetchone()
            if row is not None:
                return _approval(row)
            _require_room(connection, approval)
            connection.execute(_INSERT, _row(approval))
            return None

        known = await self._submit(write, entries)
        return approval if known is None else known

    async def change(self, expected: State, approval: Approval, entries: Sequence[Entry]) -> None:
        values = (approval.state.value, approval.expires, approval.decided_by, approval.decided_at, approval.remark)

        def write(connection: Connection) -> None:
            if not connection.execute(_CHANGE, (*values, approval.approval_id, expected.value)).rowcount:
                raise _other_state(connection, approval.approval_id)

        await self._submit(write, entries)

    async def _listed(self, statement: str, values: tuple[object, ...]) -> list[Approval]:
        found = await self._readers.run(lambda connection: connection.execute(statement, values).fetchall())
        return [_approval(row) for row in found]

    async def _submit(
        self, write: Callable[[Connection], Approval | None], entries: Sequence[Entry]
    ) -> Approval | None:
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> Approval | None:
            known = write(transaction.connection)
            if known is None:
                transaction.append(batch)
            return known

        return await self._writes.submit(work, total_weight(batch) + _ROW_BYTES)


def _require_room(connection: Connection, approval: Approval) -> None:
    (held,) = connection.execute(f"SELECT count(*) FROM approvals WHERE {_OPEN}").fetchone()  # noqa: S608
    if held >= MAX_OPEN:
        raise TooLarge(f"{held} approvals are open; the limit is {MAX_OPEN}.", cure="Decide some of them first.")
    own = "SELECT count(*) FROM approvals WHERE state = 'requested' AND requester = ?"
    (waiting,) = connection.execute(own, (approval.requester,)).fetchone()
    if waiting >= MAX_OPEN_BY_REQUESTER:
        raise TooLarge(
            f"{waiting} of your requests for approval wait; the limit is {MAX_OPEN_BY_REQUESTER}.",
            cure="Have them decided first.",
        )


def _other_state(connection: Connection, approval_id: str) -> Conflict | NotFound:
    row = connection.execute("SELECT state FROM approvals WHERE approval_id = ?", (approval_id,)).fetchone()
    if row is None:
        return NotFound("There is no such request for approval.", cure="List them for their ids.")
    return Conflict(f"The request is {row[0]} already.", cure="Look at it again; somebody else may have decided it.")


def _row(a: Approval) -> tuple[object, ...]:
    what = (a.approval_id, a.key, a.requester, a.action, json.dumps(a.subject), a.tier, json.dumps(a.groups), a.rule)
    when = (a.reason, a.hours, a.created, a.expires, a.state.value)
    return (*what, *when, a.decision_id, a.decided_by, a.decided_at, a.remark)


def _approval(
    row: tuple[str, str, str, str, str, str, str, str, str, int, int, int, str, str, str, int | None, str],
) -> Approval:
    approval_id, key, requester, action, subject, tier, groups, rule, reason, hours, created, expires, *rest = row
    try:
        state, decision, by, at, remark = rest
        what = (approval_id, key, requester, action, tuple(json.loads(subject)), tier, tuple(json.loads(groups)))
        when = (rule, reason, hours, created, expires, State(str(state)))
        return Approval(*what, *when, str(decision), str(by), None if at is None else int(at), str(remark))
    except ValueError:
        raise unreadable("approvals") from None
