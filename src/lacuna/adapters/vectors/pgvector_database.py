"""The PostgreSQL database of the pgvector store: its schema brought up to date, connections, and its faults.

Guarantees that a database that cannot be reached, lacks pgvector, or was written by a newer Lacuna is refused with its
own error; that of several processes one migrates while the others wait; and that a commit is on disk when it returns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from lacuna.adapters.postgres_address import PostgresAddress
from lacuna.adapters.postgres_faults import postgres_fault
from lacuna.adapters.vectors.pgvector_migrations import FOLDER, HEAD
from lacuna.domain.errors import StorageError, StorageMissing

Connection = psycopg.Connection[tuple[Any, ...]]

OLDEST: Final = (0, 8)
"""The oldest pgvector: from this one on, a search through the index goes on until the filter has left enough."""
_MIGRATION_LOCK: Final = 0x4C41_4356
_MIGRATION_SECONDS: Final = 60
_CANDIDATES: Final = 200
"""What one pass through the index (HNSW) looks for at least, and how far further passes may go."""
_SCANNED: Final = 200_000


class PgvectorDatabase:
    """`address` is a libpq URL; the store's tables are in `schema`. A write waits `busy_seconds` for another's lock."""

    def __init__(self, address: str, schema: str, busy_seconds: float) -> None:
        parsed = PostgresAddress.parse(address)
        self.where = f"{parsed.where} (schema {schema})"
        self._conninfo = parsed.conninfo
        self._schema = schema
        self._busy_seconds = busy_seconds

    def bring_up_to_date(self) -> None:
        """Makes what is missing. Raises StorageError."""
        with self.translated(), self._connect() as connection:
            connection.autocommit = True
            self._require_extension(connection)
            known = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
            self._use_schema(connection)
            if self._revision(connection) != HEAD:
                self._migrate()

    def grant(self, role: str) -> None:
        """Gives another role the use of the tables, as their owner. Building an index stays with the owner."""
        schema, name = sql.Identifier(self._schema), sql.Identifier(role)
        with self.translated(), self._connect() as connection:
            for statement in (
                sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, name),
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}").format(schema, name),
                sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {}.passages_version FROM {}").format(schema, name),
            ):
                connection.execute(statement)

    def drop(self) -> None:
        """Removes the schema with all that is in it."""
        with self.translated(), self._connect() as connection:
            connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{int(self._busy_seconds * 1000)}ms",))
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(self._schema)))

    def connect(self, seconds: float = 0) -> Connection:
        """A connection that may be handed from thread to thread, in autocommit mode. The server gives up a statement
        after so many seconds, if any."""
        connection = self._connect()
        try:
            connection.autocommit = True
            self._use_schema(connection)
            for setting, value in (
                ("lock_timeout", f"{int(self._busy_seconds * 1000)}ms"),
                ("statement_timeout", f"{int(seconds * 1000)}ms"),
                ("idle_in_transaction_session_timeout", "30s"),
                # The planner is told what not to do by costs so high that it would compile every query.
                ("jit", "off"),
                ("hnsw.ef_search", str(_CANDIDATES)),
                ("hnsw.iterative_scan", "relaxed_order"),
                ("hnsw.max_scan_tuples", str(_SCANNED)),
            ):
                connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
            connection.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
            )
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns psycopg's errors into StorageErrors that name the database and the cure, and no value."""
        try:
            yield
        except psycopg.Error as fault:
            raise postgres_fault(fault, self.where) from None

    def _connect(self) -> Connection:
        return psycopg.connect(self._conninfo)

    def _use_schema(self, connection: Connection) -> None:
        """The extension may live in any schema of the database."""
        found = connection.execute(
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
            "WHERE e.extname = 'vector'"
        ).fetchone()
        if found is None:
            raise _no_extension(self.where)
        names = sql.SQL(", ").join(map(sql.Identifier, dict.fromkeys((self._schema, found[0]))))
        connection.execute(sql.SQL("SET search_path = {}").format(names))

    def _require_extension(self, connection: Connection) -> None:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported, psycopg.errors.InsufficientPrivilege):
            raise _no_extension(self.where) from None
        except psycopg.errors.UniqueViolation:
            pass  # another process created it at the same moment
        found = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        version = str(found[0]) if found is not None else "0"
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise StorageError(
                f"{self.where} has pgvector {version}; {OLDEST[0]}.{OLDEST[1]} or newer is needed.",
                cure="Install a newer pgvector and run ALTER EXTENSION vector UPDATE.",
                code="storage_old",
            )

    def _revision(self, connection: Connection) -> str | None:
        there = connection.execute(
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relname = 'passages_version'",
            (self._schema,),
        ).fetchone()
        if there is None:
            return None
        found = connection.execute("SELECT version_num FROM passages_version").fetchone()
        return None if found is None else str(found[0])

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory
        from sqlalchemy import create_engine
        from sqlalchemy.exc import DBAPIError
        from sqlalchemy.pool import NullPool

        def transactional() -> Connection:
            raw = self.connect()
            raw.autocommit = False
            return raw

        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        engine = create_engine("postgresql+psycopg://", creator=transactional, poolclass=NullPool)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATION_SECONDS}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                raw = connection.connection.driver_connection
                found = self._revision(raw)  # type: ignore[arg-type]  # what `transactional` made
                if found is not None and found not in known:
                    raise StorageError(
                        f"{self.where} has schema {found}, which this version does not know (its own is {HEAD}).",
                        cure="Install the newer Lacuna that wrote it, or run `lacuna reindex` into a new place.",
                        code="storage_newer_version",
                    )
                if found != HEAD:
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
        except DBAPIError as fault:
            if isinstance(fault.orig, psycopg.Error):
                raise postgres_fault(fault.orig, self.where) from None
            raise
        finally:
            engine.dispose()


def _no_extension(where: str) -> StorageError:
    return StorageMissing(
        f"{where} lacks the extension `vector`, or this user may not create it.",
        cure="Install pgvector on the server and run CREATE EXTENSION vector in the database as its owner.",
    )
