"""A psycopg connection that speaks the store's SQL: `?` for each value, rows as tuples, many rows in one statement.

Guarantees that a value PostgreSQL cannot hold is refused before anything is sent, so that it spoils no transaction;
that a COMMIT that the server turned into a rollback is an error; and that a commit is durable when it returns.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.abc import RV, PQGen

from lacuna.adapters.postgres_faults import NoAnswer
from lacuna.adapters.storage.faults import ZeroByte
from lacuna.adapters.storage.postgres_pipeline import Pipeline, array, int8

_ARRAYS: Final = {
    "INSERT INTO records (": ("int8", "int8", "text", "text", "text", "bytea", "bytea"),
    "INSERT INTO subtrees (": ("int4", "int8", "bytea"),
    "INSERT INTO lineage_nodes (": ("text", "text", "int4", "text"),
    "INSERT INTO lineage_edges (": ("text", "text", "text"),
}
"""Tables that every append adds to, with the types of their columns: a column goes as one array."""

_LARGEST: Final = 2**63

_EARLY: Final = b"SELECT set_config('synchronous_commit', 'off', true)"
_DURABLE: Final = b"SELECT pg_logical_emit_message(true, 'lacuna', '')"
"""Writes a few bytes to PostgreSQL's log and nothing else: its commit returns when all commits before it are durable,
too."""
_SETTLE: Final = (
    b"SELECT CASE WHEN pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() "
    b"AND current_setting('synchronous_standby_names') = '' THEN NULL "
    b"ELSE pg_logical_emit_message(true, 'lacuna', '') END"
)


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A psycopg connection that does not wait for ever. A server whose processes are stopped or whose disk hangs keeps
    its connections alive, so that no time-out of TCP ends them."""

    patience: float | None = None
    """Seconds for one exchange with the server; None for as long as it takes."""

    unanswered = False

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        started = monotonic()
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as fault:
            if fault.sqlstate or self.patience is None or monotonic() - started < self.patience:
                raise
        self.unanswered = True
        self.close()
        raise NoAnswer


class PostgresConnection:
    """A `connection.Connection`."""

    def __init__(self, raw: BoundedConnection) -> None:
        self.raw = raw
        self._prepared: dict[bytes, bytes] = {}
        self._pipeline: Pipeline | None = None

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> "psycopg.Cursor[tuple[Any, ...]]":
        # Several statements go in one message of the simple protocol only, which has no binary results.
        cursor = self.raw.cursor(binary=";" not in statement)
        if self._pipeline is not None:
            self._pipeline.execute(_numbered(statement), [_binary(value) for value in values])
            return cursor
        if values:
            cursor.execute(_translated(statement), _storable(values))
        else:
            cursor.execute(statement.encode())
        if statement == "COMMIT":
            _require_committed(cursor.statusmessage)
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        self.raw.cursor().executemany(_translated(statement), [_storable(row) for row in rows])

    def insert(self, into: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        if not rows:
            return
        kinds = _ARRAYS.get(into[: into.index("(") + 1])
        if kinds is not None and self._pipeline is not None:
            columns = zip(*rows, strict=True)
            values = [array(kind, column) for kind, column in zip(kinds, columns, strict=True)]
            self._pipeline.execute(_from_arrays(into, kinds, conflict), values)
            self._pipeline.send()
            return
        marks = ", ".join("?" * len(rows[0]))
        self.executemany(f"{into} VALUES ({marks}) {conflict}", rows)

    def read_locked(self, begin: Sequence[bytes], reading: str) -> tuple[Any, ...] | None:
        """Executes what begins a transaction and then `reading`, in one exchange; the first row of that."""
        pipeline = Pipeline(self.raw, self._prepared)
        for statement in begin:
            pipeline.execute(statement)
        pipeline.execute(reading.encode())
        return pipeline.row(pipeline.finish()[-1])

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """What is executed in the body goes in one exchange together with the COMMIT at its end; the body reads
        nothing. Errors come at its end. What fails leaves a connection that is of no further use.

        The commit gives up its locks before it is durable, so that others need not wait for the disk. What waits for
        the disk is a second, empty transaction: when that has returned, so has every commit that it came after.
        """
        self._pipeline = Pipeline(self.raw, self._prepared)
        try:
            yield
            pipeline = self._pipeline
            pipeline.execute(_EARLY)
            commit = pipeline.execute(b"COMMIT")
            pipeline.end()
            pipeline.execute(_DURABLE)
            results = pipeline.finish()
        finally:
            self._pipeline = None
        _require_committed((results[commit].command_status or b"").decode())

    def settle(self) -> None:
        """See `connection.Database.settle`."""
        self.raw.cursor().execute(_SETTLE)

    @property
    def lost(self) -> bool:
        """Whether it was cut; not whether the server kept silent for too long, for then a new one would, too."""
        return self.raw.closed and not self.raw.unanswered

    def close(self) -> None:
        self.raw.close()


def _require_committed(status: str | None) -> None:
    if status != "COMMIT":
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


def _binary(value: object) -> bytes:
    """What the head is made of, in PostgreSQL's binary format."""
    match value:
        case bytes():
            return value
        case int():
            return int8(value)
        case str():
            return value.encode()
        case _:
            raise TypeError(f"no {type(value).__name__} is written at the end of a transaction")


@cache
def _translated(statement: str) -> bytes:
    """With psycopg's placeholders. No statement of the store has a `?` or `%` of any other meaning."""
    return statement.replace("?", "%s").encode()


@cache
def _numbered(statement: str) -> bytes:
    """With PostgreSQL's own placeholders."""
    first, *others = statement.split("?")
    return "".join([first, *(f"${number}{rest}" for number, rest in enumerate(others, 1))]).encode()


@cache
def _from_arrays(into: str, kinds: tuple[str, ...], conflict: str) -> bytes:
    """One statement for any number of rows: the server prepares it once."""
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, 1))
    return f"{into} SELECT * FROM unnest({arrays}) {conflict}".encode()  # noqa: S608  # constants only
