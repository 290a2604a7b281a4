"""Administrators' terms in the database: `lacuna.ports.terms.TermStore`. A change and its ledger entries are one
transaction."""

import asyncio
import json
from collections.abc import Sequence

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import Prepared, prepared, total_weight
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.errors import StorageCorrupt, TooLarge
from lacuna.domain.terms import Match, StoredTerm, Term, TermList, TermSet, form_of
from lacuna.ports.storage import Entry

MAX_TERMS = 250_000
"""The most terms that the store holds."""

_COLUMNS = "term_id, list, form, name, aliases, match, added_by, added_at"
_SELECT = f"SELECT {_COLUMNS} FROM terms"  # noqa: S608  # constants only
_INSERT = f"INSERT INTO terms ({_COLUMNS})"
_REPLACE = (
    "ON CONFLICT (list, form) DO UPDATE SET name = excluded.name, aliases = excluded.aliases, match = excluded.match, "
    "added_by = excluded.added_by, added_at = excluded.added_at"
)
_ROW_BYTES = 200
_NO_ALIASES = "[]"


class SqlTerms:
    """A `TermStore`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def version(self) -> int:
        return await self._readers.run(_version)

    async def everything(self) -> tuple[int, TermSet]:
        return await self._readers.snapshot(_everything)

    async def page(self, listed: TermList, after: str, limit: int) -> list[StoredTerm]:
        statement = f"{_SELECT} WHERE list = ? AND term_id > ? ORDER BY term_id LIMIT ?"
        found = await self._readers.run(lambda c: c.execute(statement, (listed.value, after, limit)).fetchall())
        return [_term(row) for row in found]

    async def get(self, term_id: str) -> StoredTerm | None:
        found = await self._readers.run(lambda c: c.execute(f"{_SELECT} WHERE term_id = ?", (term_id,)).fetchone())
        return None if found is None else _term(found)

    async def named(self, listed: TermList, name: str) -> StoredTerm | None:
        statement, key = f"{_SELECT} WHERE list = ? AND form = ?", (listed.value, form_of(name))
        found = await self._readers.run(lambda c: c.execute(statement, key).fetchone())
        return None if found is None else _term(found)

    async def change(self, put: Sequence[StoredTerm], removed: Sequence[str], entries: Sequence[Entry]) -> None:
        if len(put) > MAX_TERMS:
            raise _too_many(0, len(put))
        batch, wanted = await asyncio.to_thread(_ready, put, entries)

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            (held,) = connection.execute("SELECT count(*) FROM terms").fetchone()
            if held + len(wanted) > MAX_TERMS:
                raise _too_many(held, len(wanted))
            transaction.append(batch)
            for start in range(0, len(removed), rows.ROWS):
                part = removed[start : start + rows.ROWS]
                marks = rows.placeholders(len(part))
                connection.execute(f"DELETE FROM terms WHERE term_id IN ({marks})", tuple(part))  # noqa: S608
            connection.insert(_INSERT, wanted, _REPLACE)
            connection.execute("UPDATE term_version SET version = version + 1 WHERE id = 1")

        await self._writes.submit(work, total_weight(batch) + _ROW_BYTES * (len(wanted) + len(removed)))


def _ready(put: Sequence[StoredTerm], entries: Sequence[Entry]) -> tuple[list[Prepared], list[tuple[object, ...]]]:
    """What is written, made on a worker thread: an import has a hundred thousand terms."""
    return [prepared(entry) for entry in entries], [_row(stored) for stored in put]


def _too_many(held: int, more: int) -> TooLarge:
    return TooLarge(
        f"{held} terms are stored and {more} more were to be; the limit is {MAX_TERMS}.",
        cure="Remove terms that are no longer needed, or write some into proprietary_terms.yaml.",
    )


def _version(connection: Connection) -> int:
    (version,) = connection.execute("SELECT version FROM term_version WHERE id = 1").fetchone()
    return int(version)


def _everything(connection: Connection) -> tuple[int, TermSet]:
    version = _version(connection)
    lists: dict[str, list[Term]] = {each: [] for each in TermList}
    for listed, name, aliases, match in connection.execute("SELECT list, name, aliases, match FROM terms"):
        if listed not in lists:
            raise _no_term()
        lists[listed].append(_named(name, aliases, match))
    return version, TermSet.of({each: lists[each] for each in TermList})


def _row(stored: StoredTerm) -> tuple[object, ...]:
    term = stored.term
    return (
        stored.term_id,
        stored.listed.value,
        form_of(term.name),
        term.name,
        json.dumps(term.aliases, ensure_ascii=False) if term.aliases else _NO_ALIASES,
        term.match.value,
        stored.added_by,
        stored.added_at,
    )


def _term(row: tuple[str, str, str, str, str, str, str, int]) -> StoredTerm:
    term_id, listed, _, name, aliases, match, added_by, added_at = row
    if listed not in list(TermList):
        raise _no_term()
    return StoredTerm(term_id, TermList(listed), _named(name, aliases, match), added_by, added_at)


def _named(name: str, aliases: str, match: str) -> Term:
    try:
        return Term(name, tuple(json.loads(aliases)) if aliases != _NO_ALIASES else (), Match(match))
    except ValueError:
        raise _no_term() from None


def _no_term() -> StorageCorrupt:
    return unreadable("terms")
