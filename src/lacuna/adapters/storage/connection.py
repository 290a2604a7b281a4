"""What the store needs of a database, whichever it is.

The statements in this package are written once, in SQL that SQLite and PostgreSQL both understand and with `?` for each
value; what the two do not share stands behind `Database`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from lacuna.adapters.storage.entries import Prepared


class Cursor(Protocol):
    """The rows of one statement."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection outside any transaction until one is begun. Used by one thread at a time."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object: ...

    def insert(self, into: str, rows: Sequence[tuple[object, ...]], conflict: str = "") -> None:
        """Inserts all rows in as few steps as the engine can. `into` is the statement up to VALUES and `conflict` what
        follows; both are constants."""
        ...

    def close(self) -> None: ...


class Database(Protocol):
    """One database, opened by connections of this process and of others."""

    @property
    def where(self) -> str:
        """How messages name it, without user and password."""
        ...

    @property
    def errors(self) -> type[Exception]:
        """What all of the driver's errors derive from."""
        ...

    @property
    def duplicates(self) -> type[Exception]:
        """What the driver raises for a row that is there already."""
        ...

    def bring_up_to_date(self, *, create: bool) -> None:
        """Sees to it that the schema is of this version. Raises StorageMissing where there is no store and `create` is
        false, and the other StorageErrors for one that cannot be used."""
        ...

    def writer(self) -> Connection:
        """A new connection whose commits are durable."""
        ...

    def reader(self) -> Connection:
        """A new connection that cannot write."""
        ...

    def require_present(self, connection: Connection) -> None:
        """Raises StorageMissing where the writer's `connection` leads to something that is no longer the database."""
        ...

    def begin(self, connection: Connection, reading: str) -> tuple[Any, ...] | None:
        """Begins a transaction that keeps all other writers out until it commits, and sees all that they did before.
        Returns the first row of the statement `reading`."""
        ...

    def begin_snapshot(self, connection: Connection) -> None:
        """Begins a transaction in which every statement sees the same state."""
        ...

    def finishing(self, connection: Connection) -> AbstractContextManager[None]:
        """Takes what the body executes, which reads nothing, to the database and commits, in as few exchanges as the
        engine can, for others wait for the lock. Errors may come at the end of the body. What was committed is
        durable when the body has ended; others may see it a moment before that."""
        ...

    def settle(self, connection: Connection) -> None:
        """Returns once all that this connection could see when it was called is durable. Not within a transaction."""
        ...

    def require_storable(self, entries: Sequence[Prepared]) -> None:
        """Raises InvalidInput for entries with texts that the database cannot hold."""
        ...

    def lost(self, connection: Connection) -> bool:
        """Whether the connection was cut, so that a new one may find the database again."""
        ...

    def translated(self) -> AbstractContextManager[None]:
        """Turns what the driver raises in the body into StorageErrors about this database."""
        ...
