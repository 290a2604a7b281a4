"""Many rows in one statement, and lists of columns for statements.

The driver gives up the interpreter lock for every step of a statement, and a busy event loop makes it wait up to five
milliseconds to get it back; so a batch is written in as few steps as possible.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain

ROWS = 64
"""The most rows of one statement: few enough that every count has its own prepared statement."""


class SqliteConnection(sqlite3.Connection):
    """A `connection.Connection`."""

    def insert(self, into: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            self.execute(_statement(into, len(part[0]), len(part), conflict), tuple(chain.from_iterable(part)))


def placeholders(count: int) -> str:
    """`count` question marks, for an IN list."""
    return ",".join("?" * count)


def excluded(columns: str) -> str:
    """Assignments that take each of the columns, the first (the key) aside, from the row that was to be inserted."""
    _, *others = columns.split(", ")
    return ", ".join(f"{column} = excluded.{column}" for column in others)


@cache
def _statement(into: str, columns: int, rows: int, conflict: str) -> str:
    row = f"({placeholders(columns)})"
    return f"{into} VALUES {','.join([row] * rows)} {conflict}"
