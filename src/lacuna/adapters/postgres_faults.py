"""Faults of PostgreSQL, told in the words of `lacuna.domain.errors`.

Every message names the server and the database, says what is wrong, and carries a cure. Nothing of PostgreSQL's own
text gets through: it may quote statements, values, or a part of the address.
"""

from typing import Final

import psycopg
from psycopg import errors

from lacuna.domain.errors import StorageCorrupt, StorageError, StorageFull, StorageLocked, StorageMissing

_CONNECTIONS: Final = "08"
_REFUSED: Final = ("28",)
_UNREACHABLE: Final = "storage_unreachable"
_REACH_CURE: Final = "See that PostgreSQL runs there and may be reached from here; Lacuna finds it again by itself."
_AUTHENTICATION: Final = ("password authentication failed", "no pg_hba.conf entry", "authentication failed", "role ")
"""What libpq says, in a server's default language, before there is a connection: it keeps the code to itself."""


class NoAnswer(psycopg.OperationalError):
    """The server took longer than it is given for one exchange. The connection is closed: what was
    sent may be done later, or not."""


def postgres_fault(fault: psycopg.Error, where: str) -> StorageError:
    """The domain error for what went wrong with the database that messages call `where`."""
    state = fault.sqlstate or ""
    name = type(fault).__name__
    if isinstance(fault, NoAnswer):
        return no_answer(where)
    if not state:
        return _without_code(fault, where)
    if state.startswith(_CONNECTIONS) or isinstance(
        fault,
        errors.AdminShutdown | errors.CrashShutdown | errors.CannotConnectNow | errors.IdleInTransactionSessionTimeout,
    ):
        return connection_lost(where)
    match fault:
        case errors.DiskFull():
            return StorageFull(
                f"The server of {where} has no room left.", cure="Free space on its volume, then try again."
            )
        case errors.QueryCanceled():
            return no_answer(where)
        case errors.LockNotAvailable() | errors.DeadlockDetected():
            return StorageLocked(
                f"Another process has been writing {where} for too long ({name}).",
                cure="Try again; if it persists, find the session that holds the lock in pg_stat_activity and end it.",
            )
        case errors.TooManyConnections():
            return too_many_connections(where)
        case errors.InsufficientPrivilege():
            return StorageError(
                f"The user in the address of {where} may not do what Lacuna needs.",
                cure="Make it the owner of the database, or run `lacuna migrate --app-role` as the owner "
                "(docs/postgresql.md).",
                code="storage_read_only",
            )
        case errors.ReadOnlySqlTransaction():
            return _standby(where)
        case errors.DataCorrupted() | errors.IndexCorrupted() | errors.UndefinedTable() | errors.UndefinedColumn():
            return StorageCorrupt(
                f"{where} is damaged or lacks a table ({name}).",
                cure="Stop Lacuna and restore the database from the newest backup; `lacuna audit verify` then shows "
                "whether the ledger is whole.",
            )
        case errors.InvalidCatalogName():
            return _no_database(where)
    return StorageError(
        f"{where} could not be used ({name}, {state}).", cure="PostgreSQL's own log says more about this moment."
    )


def connection_lost(where: str) -> StorageError:
    """For a connection that ended while it was in use."""
    return StorageError(
        f"The connection to {where} was lost. What was being written may have been stored or not.",
        cure=_REACH_CURE,
        code=_UNREACHABLE,
    )


def no_answer(where: str) -> StorageError:
    """For a server that keeps silent, or takes too long over one statement."""
    return StorageError(
        f"{where} has not answered in time. What was being written may have been stored or not.",
        cure="See whether PostgreSQL or its disk hangs, or what else keeps it busy; storage.postgres_timeout_s is the "
        "time it has.",
        code="storage_timeout",
    )


def too_many_connections(where: str) -> StorageError:
    """For a server that takes no more connections."""
    return StorageError(
        f"The server of {where} takes no more connections.",
        cure="Lower LACUNA_POSTGRES_POOL_SIZE or raise max_connections of PostgreSQL.",
        code=_UNREACHABLE,
    )


def _without_code(fault: psycopg.Error, where: str) -> StorageError:
    """Faults before there was a connection, or after it had gone."""
    said = str(fault)
    if "connection failed" not in said and "connection timeout" not in said:
        return connection_lost(where)
    if "does not exist" in said and "database " in said:
        return _no_database(where)
    if "too many" in said or "remaining connection slots" in said:
        return too_many_connections(where)
    if "hot standby" in said or "not read-only" in said or "is not primary" in said or "read-only" in said:
        return _standby(where)
    if any(part in said for part in _AUTHENTICATION):
        return StorageError(
            f"The server of {where} refuses the user or password in the address.",
            cure="Check them in LACUNA_POSTGRES_URL (or storage.postgres_url), and pg_hba.conf on the server.",
            code="storage_refused",
        )
    return StorageError(f"{where} cannot be reached.", cure=_REACH_CURE, code=_UNREACHABLE)


def _no_database(where: str) -> StorageError:
    return StorageMissing(
        f"The server is there, but has no database {where}.", cure="Create it (createdb), then run `lacuna migrate`."
    )


def _standby(where: str) -> StorageError:
    return StorageError(
        f"{where} is a standby, which takes no writes.",
        cure="Name the primary in the address, or several hosts separated by commas.",
        code="storage_read_only",
    )
