"""A psycopg connection that speaks the store's SQL: `?` for each value, rows as tuples, many rows in one statement.

Guarantees that a value PostgreSQL cannot hold is refused before anything is sent, so that it spoils no transaction, and
that a COMMIT that the server turned into a rollback is an error.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors

from lacuna.adapters.storage.faults import ZeroByte

_APPENDED: Final = {
    "INSERT INTO records (": ("int8", "int8", "text", "text", "text", "bytea", "bytea"),
    "INSERT INTO subtrees (": ("int4", "int8", "bytea"),
}
"""Tables that are only ever added to, with the types of their columns: a column goes as one array."""

_LARGEST: Final = 2**63


class PostgresConnection:
    """A `connection.Connection`."""

    def __init__(self, raw: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self.raw = raw
        self._pipelined = False
        self._commit: psycopg.Cursor[tuple[Any, ...]] | None = None

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> "psycopg.Cursor[tuple[Any, ...]]":
        # Several statements go in one message of the simple protocol only, which has no binary results.
        cursor = self.raw.cursor(binary=";" not in statement)
        if values:
            cursor.execute(_translated(statement), _storable(values))
        else:
            cursor.execute(statement.encode())
        if statement == "COMMIT":
            self._commit = cursor
            if not self._pipelined:
                self._require_committed()
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        self.raw.cursor().executemany(_translated(statement), [_storable(row) for row in rows])

    def insert(self, into: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        if not rows:
            return
        if into[: into.index("(") + 1] in _APPENDED and not conflict:
            self.raw.cursor().execute(_from_arrays(into), [list(column) for column in zip(*rows, strict=True)])
            return
        marks = ", ".join("?" * len(rows[0]))
        self.executemany(f"{into} VALUES ({marks}) {conflict}", rows)

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """What is executed in the body goes in one exchange; errors come at its end. The body reads nothing."""
        self._pipelined = True
        try:
            with self.raw.pipeline():
                yield
        finally:
            self._pipelined = False
        self._require_committed()

    def close(self) -> None:
        self.raw.close()

    def _require_committed(self) -> None:
        cursor, self._commit = self._commit, None
        if cursor is not None and cursor.statusmessage != "COMMIT":
            raise errors.InFailedSqlTransaction("the transaction was rolled back")


def _storable(values: Sequence[Any]) -> Sequence[Any]:
    """The values. Raises one of `faults.UNSTORABLE`."""
    for value in values:
        if type(value) is str:
            if "\0" in value:
                raise ZeroByte
        elif type(value) is int and not -_LARGEST <= value < _LARGEST:
            raise OverflowError
    return values


@cache
def _translated(statement: str) -> bytes:
    """With psycopg's placeholders. No statement of the store has a `?` or `%` of any other meaning."""
    return statement.replace("?", "%s").encode()


@cache
def _from_arrays(into: str) -> bytes:
    """One statement for any number of rows: the server prepares it once."""
    arrays = ", ".join(f"%b::{kind}[]" for kind in _APPENDED[into[: into.index("(") + 1]])
    return f"{into} SELECT * FROM unnest({arrays})".encode()  # noqa: S608  # constants only
