"""The migrations lead to the schema, once, whoever runs them."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from lacuna.adapters.storage.database import connect, open_database
from lacuna.adapters.storage.migrations import FOLDER, HEAD
from lacuna.adapters.storage.postgres_database import PostgresDatabase
from lacuna.adapters.storage.schema import metadata
from lacuna.testing.servers.postgres import PostgresServer

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"""
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2"""
TRIGGERS = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"


def definitions(path: Path) -> dict[str, str]:
    """Every table and index with its definition, white space and the order of clauses aside."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: re.sub(r"\s+", " ", sql).strip() for name, sql in rows if name != "alembic_version"}


def test_a_migrated_database_equals_a_fresh_one(tmp_path: Path) -> None:
    fresh, migrated = tmp_path / "fresh.db", tmp_path / "migrated.db"
    engine = create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()
    open_database(migrated, create=True)
    assert definitions(migrated) == definitions(fresh)
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_packaged_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_openers_that_start_together_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "lacuna.db"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: open_database(path, create=True), range(8)))
    connection = connect(path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_an_interrupted_migration_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "lacuna.db"
    path.touch()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE records (idx INTEGER)")
    connection.close()
    open_database(path, create=True)
    assert "leaf" in definitions(path)["records"]


def catalogue(address: str) -> list[tuple[object, ...]]:
    """Every column, index, constraint, trigger and function of a PostgreSQL database with its definition."""
    with psycopg.connect(address) as connection:
        return [
            row
            for query in (COLUMNS, INDEXES, CONSTRAINTS, TRIGGERS, FUNCTIONS)
            for row in connection.execute(query.encode()).fetchall()
        ]


def test_a_migrated_postgresql_database_equals_a_fresh_one(postgres: PostgresServer) -> None:
    fresh, migrated = (postgres.url(postgres.create_database()) for _ in range(2))
    engine = create_engine(fresh.replace("postgresql://", "postgresql+psycopg://"))
    metadata.create_all(engine)
    engine.dispose()
    for _ in range(2):
        PostgresDatabase(migrated).bring_up_to_date(create=True)
    found = catalogue(migrated)
    assert found == catalogue(fresh)
    assert len(found) > 100
