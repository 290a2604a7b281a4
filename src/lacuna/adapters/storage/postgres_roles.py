"""Rights of the application's role where another role owns the tables: what Lacuna needs and no more.

Guarantees that the role cannot change, remove or empty the log by any right it holds on the tables, directly or as a
member of their owner. It may append, and move the head forward.
"""

from typing import Final

from psycopg import sql

from lacuna.adapters.storage.migrations.append_only import APPEND_ONLY
from lacuna.adapters.storage.postgres_connection import PostgresConnection
from lacuna.domain.errors import StorageError

_RIGHTS: Final = {
    "alembic_version": "SELECT",
    "log_head": "SELECT, INSERT, UPDATE",
    **dict.fromkeys(APPEND_ONLY, "SELECT, INSERT"),
    **dict.fromkeys(
        ("hmac_keys", "lineage_edges", "lineage_events", "policy_activations", "policy_versions"), "SELECT, INSERT"
    ),
    **dict.fromkeys(("term_version", "override_version", "api_key_version"), "SELECT, UPDATE"),
}
_STATE: Final = "SELECT, INSERT, UPDATE, DELETE"
"""For tables of current state."""

_TABLES: Final = (
    "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
    "ORDER BY relname"
)
_ROLE: Final = (
    "SELECT rolsuper, pg_has_role(rolname, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = 'records'::regclass), "
    "'MEMBER') FROM pg_catalog.pg_roles WHERE rolname = ?"
)

_MAY_CHANGE: Final = (
    "SELECT bool_or(has_table_privilege(?, name, 'UPDATE') OR has_table_privilege(?, name, 'DELETE') "
    "OR has_table_privilege(?, name, 'TRUNCATE')) FROM (VALUES ('records'), ('subtrees')) AS log (name)"
)


def grant_rights(connection: PostgresConnection, role: str) -> None:
    """Gives `role` the rights of the application in one transaction, and takes others away. The connection is that of
    the tables' owner. Raises StorageError for a role that is missing, or that no lack of rights would hold back."""
    _require_limited(connection, role)
    name = sql.Identifier(role)
    (schema,) = connection.execute("SELECT current_schema()").fetchone() or ("",)
    tables = [str(table) for (table,) in connection.execute(_TABLES)]
    statements = [sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), name)]
    for table in tables:
        of = sql.Identifier(table)
        rights = sql.SQL(_RIGHTS.get(table, _STATE))
        statements.append(sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(of, name))
        statements.append(sql.SQL("GRANT {} ON {} TO {}").format(rights, of, name))
    with connection.raw.transaction():
        for statement in statements:
            connection.raw.execute(statement)
        if connection.execute(_MAY_CHANGE, (role, role, role)).fetchone() != (False,):
            raise _unlimited(role)


def _require_limited(connection: PostgresConnection, role: str) -> None:
    found = connection.execute(_ROLE, (role,)).fetchone()
    if found is None:
        raise StorageError(
            "The server has no role of the name that was given.",
            cure=f'Create it first: CREATE ROLE "{role}" LOGIN PASSWORD ...',
            code="storage_refused",
        )
    if any(found):
        raise _unlimited(role)


def _unlimited(role: str) -> StorageError:
    return StorageError(
        f"The role {role} is a superuser, or may change the log as its owner or through another role: no right can be "
        "kept from it.",
        cure="Give the application a role of its own: CREATE ROLE ... LOGIN, without SUPERUSER and without membership "
        "in a role that owns the tables or may change them.",
        code="storage_refused",
    )
