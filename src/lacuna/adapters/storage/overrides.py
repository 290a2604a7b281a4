"""Overrides and labels in the database: `lacuna.ports.overrides.OverrideStore`. A change and its ledger entries are one
transaction, in which the state before it is compared."""

from collections.abc import Callable, Sequence

from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.errors import Conflict, NotFound, TooLarge
from lacuna.domain.overrides import Effect, Granted, Label, Override, OverrideKind, State
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry

MAX_OPEN = 20_000
"""Overrides that are requested or granted."""
MAX_OPEN_BY_AUTHOR = 100
"""Requests of one person that nobody has decided yet."""
MAX_PATTERNS = 200
"""Granted patterns: each is searched in every text."""
MAX_LABELS = 1_000
"""As many as the embedding layer learns."""

_OVERRIDE = (
    "override_id, kind, key, tier, effect, reason, author, created, expires, note, decision_id, state, decided_by, "
    "decided_at, remark"
)
_LABEL = "label_id, text, tier, decision_id, override_id, added_by, added_at"
_SELECT = f"SELECT {_OVERRIDE} FROM overrides"  # noqa: S608  # constants only
_INSERT = f"INSERT INTO overrides ({_OVERRIDE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_INSERT_LABEL = f"INSERT INTO labels ({_LABEL}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_COUNTING_LABELS = (
    f"SELECT {_LABEL} FROM labels WHERE override_id = '' OR override_id IN "  # noqa: S608
    "(SELECT override_id FROM overrides WHERE state = 'granted') ORDER BY label_id"
)
_CHANGE = (
    "UPDATE overrides SET state = ?, expires = ?, decided_by = ?, decided_at = ?, remark = ? "
    "WHERE override_id = ? AND state = ?"
)
_OPEN = "('requested', 'granted')"
_ROW_BYTES = 400


class SqlOverrides:
    """An `OverrideStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def version(self) -> int:
        return await self._readers.run(_version)

    async def everything(self) -> tuple[int, Granted]:
        return await self._readers.snapshot(_everything)

    async def page(self, state: State | None, after: str, limit: int) -> list[Override]:
        which = "override_id > ?" if state is None else "state = ? AND override_id > ?"
        values = (after, limit) if state is None else (state.value, after, limit)
        return await self._listed(f"{_SELECT} WHERE {which} ORDER BY override_id LIMIT ?", values)

    async def get(self, override_id: str) -> Override | None:
        found = await self._listed(f"{_SELECT} WHERE override_id = ?", (override_id,))
        return found[0] if found else None

    async def due(self, now: int) -> list[Override]:
        return await self._listed(f"{_SELECT} WHERE state IN {_OPEN} AND expires <= ? ORDER BY override_id", (now,))

    async def add(self, override: Override, label: Label | None, entries: Sequence[Entry]) -> Override:
        def write(connection: Connection) -> Override | None:
            if override.state is State.REQUESTED and (known := _same_request(connection, override)) is not None:
                return known
            _require_room(connection, override)
            if label is not None:
                _require_room_for_label(connection)
            connection.execute(_INSERT, _row(override))
            if label is not None:
                connection.execute(_INSERT_LABEL, _label_row(label))
            return None

        known = await self._submit(write, entries, label)
        return override if known is None else known

    async def change(self, expected: State, override: Override, entries: Sequence[Entry]) -> None:
        values = (override.state.value, override.expires, override.decided_by, override.decided_at, override.remark)

        def write(connection: Connection) -> None:
            if override.state is State.GRANTED:
                _require_room_for_pattern(connection, override)
            changed = connection.execute(_CHANGE, (*values, override.override_id, expected.value)).rowcount
            if not changed:
                raise _other_state(connection, override.override_id)
            if override.state not in (State.REQUESTED, State.GRANTED):
                connection.execute("DELETE FROM labels WHERE override_id = ?", (override.override_id,))

        await self._submit(write, entries, None)

    async def record(self, label: Label, entries: Sequence[Entry]) -> None:
        def write(connection: Connection) -> None:
            _require_room_for_label(connection)
            connection.execute(_INSERT_LABEL, _label_row(label))

        await self._submit(write, entries, label)

    async def _listed(self, statement: str, values: tuple[object, ...]) -> list[Override]:
        rows = await self._readers.run(lambda connection: connection.execute(statement, values).fetchall())
        return [_override(row) for row in rows]

    async def _submit(
        self, write: Callable[[Connection], Override | None], entries: Sequence[Entry], label: Label | None
    ) -> Override | None:
        """Runs `write`, which raises before it changes anything, and appends the entries unless it gives back an
        override that makes them needless."""
        batch = [prepared(entry) for entry in entries]

        def work(transaction: Transaction) -> Override | None:
            connection = transaction.connection
            known = write(connection)
            if known is None:
                transaction.append(batch)
                connection.execute("UPDATE override_version SET version = version + 1 WHERE id = 1")
            return known

        size = total_weight(batch) + _ROW_BYTES + (0 if label is None else 4 * len(label.text))
        return await self._writes.submit(work, size)


def _same_request(connection: Connection, wanted: Override) -> Override | None:
    statement = (
        f"{_SELECT} WHERE state = 'requested' AND author = ? AND kind = ? AND key = ? AND tier = ? AND effect = ?"
    )
    values = (wanted.author, wanted.kind.value, wanted.key, int(wanted.tier), wanted.effect.value)
    row = connection.execute(statement, values).fetchone()
    return None if row is None else _override(row)


def _require_room(connection: Connection, override: Override) -> None:
    (held,) = connection.execute(f"SELECT count(*) FROM overrides WHERE state IN {_OPEN}").fetchone()  # noqa: S608
    if held >= MAX_OPEN:
        raise TooLarge(
            f"{held} overrides are requested or granted; the limit is {MAX_OPEN}.",
            cure="Refuse or withdraw those that are no longer needed.",
        )
    if override.state is State.GRANTED:
        _require_room_for_pattern(connection, override)
        return
    own = "SELECT count(*) FROM overrides WHERE state = 'requested' AND author = ?"
    (waiting,) = connection.execute(own, (override.author,)).fetchone()
    if waiting >= MAX_OPEN_BY_AUTHOR:
        raise TooLarge(
            f"{waiting} of your requests wait for a decision; the limit is {MAX_OPEN_BY_AUTHOR}.",
            cure="Ask a steward to decide them first.",
        )


def _require_room_for_pattern(connection: Connection, override: Override) -> None:
    if override.kind is not OverrideKind.PATTERN:
        return
    statement = "SELECT count(*) FROM overrides WHERE state = 'granted' AND kind = 'pattern'"
    (held,) = connection.execute(statement).fetchone()
    if held >= MAX_PATTERNS:
        raise TooLarge(
            f"{held} patterns are granted; the limit is {MAX_PATTERNS}.",
            cure="Withdraw some, or join several into one.",
        )


def _require_room_for_label(connection: Connection) -> None:
    (held,) = connection.execute("SELECT count(*) FROM labels").fetchone()
    if held >= MAX_LABELS:
        raise TooLarge(
            f"{held} labels are kept; the limit is {MAX_LABELS}.",
            cure="Leave the text out: the override works without it, and nothing is learned.",
        )


def _other_state(connection: Connection, override_id: str) -> Conflict | NotFound:
    row = connection.execute("SELECT state FROM overrides WHERE override_id = ?", (override_id,)).fetchone()
    if row is None:
        return NotFound("There is no such override.", cure="List the overrides for their ids.")
    return Conflict(f"The override is {row[0]} already.", cure="Look at it again; somebody else may have decided it.")


def _version(connection: Connection) -> int:
    (version,) = connection.execute("SELECT version FROM override_version WHERE id = 1").fetchone()
    return int(version)


def _everything(connection: Connection) -> tuple[int, Granted]:
    overrides = connection.execute(f"{_SELECT} WHERE state = 'granted' ORDER BY override_id").fetchall()
    labels = connection.execute(_COUNTING_LABELS).fetchall()
    first = f"SELECT min(expires) FROM overrides WHERE state IN {_OPEN}"  # noqa: S608
    (next_expiry,) = connection.execute(first).fetchone()
    return _version(connection), Granted(tuple(map(_override, overrides)), tuple(map(_label, labels)), next_expiry)


def _row(o: Override) -> tuple[object, ...]:
    what = (o.override_id, o.kind.value, o.key, int(o.tier), o.effect.value, o.reason, o.author, o.created, o.expires)
    return (*what, o.note, o.decision_id, o.state.value, o.decided_by, o.decided_at, o.remark)


def _override(
    row: tuple[str, str, str, int, str, str, str, int, int | None, str, str, str, str, int | None, str],
) -> Override:
    override_id, kind, key, tier, effect, reason, author, created, expires, note, decision, state, by, at, remark = row
    try:
        what = (override_id, OverrideKind(kind), key, Tier(tier), Effect(effect), reason, author, created, expires)
        return Override(*what, note, decision, State(state), by, at, remark)
    except ValueError:
        raise unreadable("overrides") from None


def _label_row(label: Label) -> tuple[object, ...]:
    made = (label.decision_id, label.override_id, label.added_by, label.added_at)
    return (label.label_id, label.text, int(label.tier), *made)


def _label(row: tuple[str, str, int, str, str, str, int]) -> Label:
    label_id, text, tier, decision_id, override_id, added_by, added_at = row
    try:
        return Label(label_id, text, Tier(tier), decision_id, override_id, added_by, added_at)
    except ValueError:
        raise unreadable("labels") from None
