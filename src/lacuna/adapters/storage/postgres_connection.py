"""A psycopg connection that speaks the store's SQL: `?` for each value, rows as tuples, many rows by COPY.

Guarantees that a value PostgreSQL cannot hold is refused before anything is sent, so that it spoils no transaction, and
that a COMMIT that the server turned into a rollback is an error.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors

from lacuna.adapters.storage.faults import ZeroByte

_COPIED: Final = {
    "INSERT INTO records (": ("int8", "int8", "text", "text", "text", "bytea", "bytea"),
    "INSERT INTO subtrees (": ("int4", "int8", "bytea"),
}
"""Tables that are only ever added to, with the types of their columns."""

_LARGEST: Final = 2**63


class PostgresConnection:
    """A `connection.Connection`."""

    def __init__(self, raw: "psycopg.Connection[tuple[Any, ...]]") -> None:
        self.raw = raw

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> "psycopg.Cursor[tuple[Any, ...]]":
        # Several statements go in one message of the simple protocol only, which has no binary results.
        cursor = self.raw.cursor(binary=";" not in statement)
        if values:
            cursor.execute(_translated(statement), _storable(values))
        else:
            cursor.execute(statement.encode())
        if statement == "COMMIT" and cursor.statusmessage != "COMMIT":
            raise errors.InFailedSqlTransaction("the transaction was rolled back")
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        self.raw.cursor().executemany(_translated(statement), [_storable(row) for row in rows])

    def insert(self, into: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        if not rows:
            return
        types = _COPIED.get(into[: into.index("(") + 1])
        if types is None or conflict:
            marks = ", ".join("?" * len(rows[0]))
            self.executemany(f"{into} VALUES ({marks}) {conflict}", rows)
            return
        statement = into.replace("INSERT INTO", "COPY", 1) + " FROM STDIN (FORMAT BINARY)"
        with self.raw.cursor().copy(statement.encode()) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self.raw.close()


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
