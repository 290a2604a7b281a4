"""The database itself refuses to change the log, whoever asks: by triggers, and in PostgreSQL by rights, too."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from lacuna.adapters.storage.database import connect
from lacuna.adapters.storage.postgres import grant_rights
from lacuna.adapters.storage.sqlite import DATABASE
from lacuna.domain.errors import StorageError
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.servers.postgres import PostgresServer
from tests.adapters.storage.conftest import Engine
from tests.conftest import APPLICATION

FORBIDDEN = (
    "UPDATE records SET actor = 'x'",
    "UPDATE records SET idx = idx + 1000",
    "DELETE FROM records",
    "DELETE FROM records WHERE idx = 299",
    "UPDATE subtrees SET level = level",
    "DELETE FROM subtrees",
    "UPDATE log_head SET size = size - 1",
    "DELETE FROM log_head",
)
COPY = "SELECT idx, at, kind, 'x', decision, leaf, body FROM records WHERE idx = 0"
UPSERT = f"INSERT INTO records {COPY} ON CONFLICT (idx) DO UPDATE SET actor = excluded.actor"
SIZE = 300


async def fill(engine: Engine) -> None:
    storage = await engine.open()
    await storage.ledger.append(*(entry(number) for number in range(SIZE)))
    await storage.close()


async def untouched(engine: Engine) -> bool:
    storage = await engine.open()
    await storage.ledger.append(entry(SIZE))
    result = await storage.ledger.verify()
    await storage.close()
    return result.passed and result.size == SIZE + 1


@pytest.fixture
def as_owner(postgres: PostgresServer, migrated: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(postgres.url(migrated), autocommit=True) as connection:
        yield connection


async def test_sqlite_refuses_to_change_the_log(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    await fill(engine)
    with closing(connect(tmp_path / DATABASE)) as connection:
        replace = f"INSERT OR REPLACE INTO records {COPY}"
        for statement in (*FORBIDDEN, UPSERT, replace):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    assert await untouched(engine)


async def test_postgresql_refuses_to_change_the_log_even_its_owner(
    application: str, as_owner: "psycopg.Connection[tuple[object, ...]]", tmp_path: Path
) -> None:
    engine = Engine(tmp_path, application)
    await fill(engine)
    for statement in (*FORBIDDEN, UPSERT, *(f"TRUNCATE {table}" for table in ("records", "subtrees", "log_head"))):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            as_owner.execute(statement.encode())
    assert await untouched(engine)


async def test_the_applications_role_may_not_change_the_log_nor_remove_what_protects_it(
    application: str, tmp_path: Path
) -> None:
    engine = Engine(tmp_path, application)
    await fill(engine)
    more = (
        UPSERT,
        "TRUNCATE records",
        "TRUNCATE log_head",
        "DROP TABLE subtrees",
        "DROP TRIGGER records_append_only ON records",
        "ALTER TABLE records DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION lacuna_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "UPDATE alembic_version SET version_num = '0'",
        "DELETE FROM policy_activations",
    )
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
    with psycopg.connect(application, autocommit=True) as connection:
        for statement in (*FORBIDDEN, *more):
            with pytest.raises(refusals):
                connection.execute(statement.encode())
    assert await untouched(engine)


@pytest.mark.parametrize(("role", "said"), [("postgres", "superuser"), ("nobody there", "no role of the name")])
def test_a_role_that_rights_cannot_limit_is_refused(database: str, role: str, said: str) -> None:
    with pytest.raises(StorageError, match=said):
        grant_rights(database, role)


def test_a_member_of_a_role_that_may_change_the_log_is_refused_and_gets_nothing(
    database: str, as_owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    as_owner.execute("CREATE ROLE housekeeping")
    as_owner.execute("GRANT DELETE ON records TO housekeeping")
    for group in ("postgres", "housekeeping"):
        as_owner.execute(f"CREATE ROLE insider LOGIN IN ROLE {group}".encode())
        try:
            with pytest.raises(StorageError, match="through another role"):
                grant_rights(database, "insider")
            given = as_owner.execute("SELECT has_table_privilege('insider', 'terms', 'INSERT')").fetchone()
            assert given == (group == "postgres",)
        finally:
            as_owner.execute("DROP ROLE insider")
    as_owner.execute("DROP OWNED BY housekeeping; DROP ROLE housekeeping")


def test_granting_again_takes_away_what_was_given_besides(
    application: str, database: str, as_owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    as_owner.execute(f'GRANT ALL ON records TO "{APPLICATION}"'.encode())
    grant_rights(database, APPLICATION)
    with (
        psycopg.connect(application) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM records")
