"""A PostgreSQL database: opening it, bringing it up to date, and connections with the settings the ledger relies on.

Guarantees that a database that is unreachable, another program's, too old, or from a newer Lacuna is refused with its
own error; that of several processes opening an old one one migrates it, in one transaction, while the others wait; and
that writers take turns by the lock on the head's row, so that a transaction sees all that was committed before it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from lacuna.adapters.postgres_address import PostgresAddress
from lacuna.adapters.postgres_faults import postgres_fault
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.entries import Prepared
from lacuna.adapters.storage.faults import unstorable
from lacuna.adapters.storage.migrations import HEAD, upgrade
from lacuna.adapters.storage.postgres_connection import BoundedConnection, PostgresConnection
from lacuna.adapters.storage.postgres_roles import grant_rights
from lacuna.domain.errors import StorageCorrupt, StorageError, StorageMissing

OLDEST: Final = 14
"""The oldest major version of PostgreSQL that is supported."""

BUSY_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0
MIGRATION_SECONDS: Final = 60.0
_STALLED_SECONDS: Final = 30
"""After so long the server ends a transaction whose client says nothing: it holds the lock that all writers need."""

_SAY_SO_SECONDS: Final = 2.0
"""A server that can tell that a query takes too long gets so much time to tell it."""

_MARK: Final = "Lacuna"
"""The comment on alembic_version: it tells our tables from those of another program that uses Alembic too."""
_MIGRATION_LOCK: Final = 0x4C41434E
_TURNS: Final = 0x4C41434F

_BEGIN: Final = (
    b"BEGIN ISOLATION LEVEL READ COMMITTED",
    # Who comes first writes first: a row that is changed by each writer would let those pass that come just then.
    b"SELECT pg_advisory_xact_lock(%d, 'log_head'::regclass::oid::int4)" % _TURNS,
    b"SELECT 1 FROM log_head WHERE id = 1 FOR UPDATE",
)
_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
)
_TABLES: Final = (
    "SELECT count(*) FROM pg_catalog.pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
)
_OURS: Final = "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"


class PostgresDatabase:
    """A `connection.Database`. `address` is a libpq URL; `warn` hears, once, of settings of the server that weaken what
    the ledger promises."""

    errors = psycopg.Error
    duplicates = psycopg.errors.UniqueViolation

    def __init__(
        self,
        address: str,
        *,
        schema: str = "",
        busy_seconds: float = BUSY_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Raises StorageError for an address that libpq does not understand."""
        parsed = PostgresAddress.parse(address, schema)
        self.where = parsed.where
        self._schema = schema
        self._conninfo = parsed.conninfo
        self._busy_seconds = busy_seconds
        self._answer_seconds = answer_seconds
        self._warn = warn

    def bring_up_to_date(self, *, create: bool) -> None:
        with self.translated():
            connection = self.writer()
            try:
                if create:
                    self._make_schema(connection)
                self._require_fit(connection)
                found = _revision(connection, self.where)
            finally:
                connection.close()
        if found is None and not create:
            raise StorageMissing(
                f"There is no store in {self.where}.", cure="Check the address, or create it with `lacuna migrate`."
            )
        if found != HEAD:
            self._migrate()

    def _make_schema(self, connection: PostgresConnection) -> None:
        """Makes the schema that was asked for. One that is there needs no right to make it."""
        if self._schema and connection.execute("SELECT current_schema()").fetchone() == (None,):
            connection.raw.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))

    def grant(self, role: str) -> None:
        """Gives another role what the application needs and no more. Raises StorageError."""
        with self.translated():
            connection = self.writer()
            try:
                grant_rights(connection, role)
            finally:
                connection.close()

    def writer(self) -> PostgresConnection:
        # No statement_timeout: a commit that waits for a standby would be cut short by it, and count as done.
        return self._connect(self._answer_seconds + self._busy_seconds)

    def reader(self) -> PostgresConnection:
        connection = self._connect(self._answer_seconds + _SAY_SO_SECONDS)
        connection.execute(
            f"SET default_transaction_read_only = on; SET statement_timeout = {int(self._answer_seconds * 1000)}"
        )
        return connection

    def require_present(self, connection: Connection) -> None:
        """A server does not exchange its files unseen."""

    def begin(self, connection: Connection, reading: str) -> tuple[Any, ...] | None:
        # The lock is taken by a statement of its own: those after it see what was committed while it waited.
        return _ours(connection).read_locked(_BEGIN, reading)

    def begin_snapshot(self, connection: Connection) -> None:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def finishing(self, connection: Connection) -> AbstractContextManager[None]:
        return _ours(connection).finishing()

    def settle(self, connection: Connection) -> None:
        _ours(connection).settle()

    def require_storable(self, entries: Sequence[Prepared]) -> None:
        for entry in entries:
            if entry.zero:
                raise unstorable()

    def lost(self, connection: Connection) -> bool:
        return _ours(connection).lost

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as fault:
            # Without the cause: its text may hold values, and it would be printed with the traceback.
            raise postgres_fault(fault, self.where) from None

    def _connect(self, patience: float | None) -> PostgresConnection:
        raw = BoundedConnection.connect(self._conninfo, autocommit=True)
        raw.patience = patience
        connection = PostgresConnection(raw)
        try:
            connection.execute(
                f"SET lock_timeout = {int(self._busy_seconds * 1000)}; "
                f"SET idle_in_transaction_session_timeout = '{_STALLED_SECONDS}s'"
            )
            connection.execute(_DURABLE)
        except BaseException:
            connection.close()
            raise
        return connection

    def _require_fit(self, connection: PostgresConnection) -> None:
        version = connection.raw.info.server_version // 10_000
        if version < OLDEST:
            raise StorageError(
                f"{self.where} is PostgreSQL {version}.", cure=f"Use PostgreSQL {OLDEST} or newer.", code="storage_old"
            )
        settings = "SELECT current_setting('server_encoding'), current_setting('fsync'), current_schema()"
        encoding, fsync, schema = connection.execute(settings).fetchone() or ("", "", None)
        if encoding != "UTF8":
            raise StorageError(
                f"{self.where} keeps texts as {encoding}.", cure="Create the database with encoding UTF8."
            )
        if schema is None:
            raise StorageError(
                f"{self.where} has no schema in its search_path.", cure="Create it, or set search_path for the user."
            )
        if fsync != "on":
            self._warn(f"{self.where} runs with fsync=off: a crash of its machine may lose acknowledged records.")

    def _migrate(self) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import DBAPIError
        from sqlalchemy.pool import NullPool

        def transactional() -> BoundedConnection:
            # Without a bound: changing large tables takes its time.
            raw = self._connect(None).raw
            raw.autocommit = False
            return raw

        engine = create_engine("postgresql+psycopg://", creator=transactional, poolclass=NullPool)
        try:
            with self.translated(), engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(MIGRATION_SECONDS * 1000)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                raw = connection.connection.driver_connection
                found = _revision(PostgresConnection(raw), self.where)  # type: ignore[arg-type]  # what `transactional` made
                if found != HEAD:
                    upgrade.require_known(found, self.where)
                    upgrade.run(connection)
                    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{_MARK}'")
        except DBAPIError as fault:
            if isinstance(fault.orig, psycopg.Error):
                raise postgres_fault(fault.orig, self.where) from None
            raise
        finally:
            engine.dispose()


def _ours(connection: Connection) -> PostgresConnection:
    if not isinstance(connection, PostgresConnection):
        raise TypeError(f"{type(connection).__name__} is no connection of PostgreSQL")
    return connection


def _revision(connection: PostgresConnection, where: str) -> str | None:
    """The schema's revision; None for an empty database. Raises StorageCorrupt for one of another program."""
    (tables,) = connection.execute(_TABLES).fetchone() or (0,)
    if not tables:
        return None
    if (connection.execute(_OURS).fetchone() or (None,))[0] != _MARK:
        raise StorageCorrupt(
            f"{where} holds tables of another program.",
            cure="Give Lacuna a database of its own, or a schema of its own by the search_path of its user.",
        )
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])
