"""What the store in PostgreSQL promises beyond the port: its index, migrations, faults, a server that comes back."""

from collections.abc import AsyncIterator

import numpy as np
import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from lacuna.adapters.vectors import pgvector_reads as reads
from lacuna.adapters.vectors.pgvector import PgvectorStore
from lacuna.adapters.vectors.pgvector_database import PgvectorDatabase
from lacuna.adapters.vectors.pgvector_migrations import FOLDER, HEAD
from lacuna.adapters.vectors.pgvector_schema import metadata
from lacuna.domain.errors import StorageError, StorageMissing
from lacuna.domain.identity import Reach
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.contracts.vectors import ids
from lacuna.testing.passages import FINGERPRINT, passage, unit
from lacuna.testing.servers.postgres import PostgresServer, postgres_programs

SCHEMA = 'passages of "a" schema\'s'
COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, is_nullable, is_identity, column_default
    FROM information_schema.columns
    WHERE table_schema = %(schema)s AND table_name <> 'passages_version' ORDER BY 1, 2"""
INDEXES = """
    SELECT indexname, replace(indexdef, %(schema)s || '.', '') FROM pg_indexes
    WHERE schemaname = %(schema)s AND tablename <> 'passages_version' ORDER BY 1"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
    WHERE nspname = %(schema)s AND conrelid::regclass::text <> 'passages_version' ORDER BY 1, 2"""


@pytest.fixture
async def store(fresh_database: str) -> AsyncIterator[PgvectorStore]:
    opened = await PgvectorStore.open(fresh_database, SCHEMA, exact=100)
    yield opened
    await opened.close()


def catalogue(address: str, schema: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address, options=f"-csearch_path={schema},public") as connection:
        return [
            row
            for query in (COLUMNS, INDEXES, CONSTRAINTS)
            for row in connection.execute(query.encode(), {"schema": schema}).fetchall()
        ]


def test_a_migrated_store_equals_a_fresh_one(fresh_database: str) -> None:
    for _ in range(2):
        PgvectorDatabase(fresh_database, "migrated", 5).bring_up_to_date()
    engine = create_engine(fresh_database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA fresh"))
        connection.execute(text("SET LOCAL search_path = fresh, public"))
        metadata.create_all(connection)
    engine.dispose()
    found = catalogue(fresh_database, "migrated")
    assert found == catalogue(fresh_database, "fresh")
    assert len(found) > 50


def test_the_packaged_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_through_the_index_few_are_missed_and_none_beyond_the_reach_is_seen(store: PgvectorStore) -> None:
    groups = [frozenset({f"g{n}"}) for n in range(4)]
    for document in range(40):
        name = f"d{document}"
        await store.replace(
            name,
            FINGERPRINT,
            [
                passage(
                    f"{name}-{n}",
                    "valve",
                    document_id=name,
                    tier=Tier.INTERNAL,
                    groups=groups[document % 4],
                    seed=document * 100 + n,
                )
                for n in range(25)
            ],
        )
    await store._index.finished()
    store._index.look()
    await store._index.finished()
    reach = Reach(Tier.INTERNAL, groups[1] | groups[2])
    connection = store._database.connect()
    number, dimension = reads.space(connection, FINGERPRINT) or (0, 0)
    assert reads.has_index(connection, number)
    hit = total = 0
    for seed in range(5_000, 5_020):
        found = await store.dense(unit(seed), FINGERPRINT, reach, 10)
        assert all(scored.chunk.groups <= reach.groups for scored in found)
        assert len(found) == 10
        assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
        true = reads.exact(connection, number, unit(seed), reach, 10)
        through = reads.indexed(connection, number, dimension, unit(seed), reach, 10)
        hit, total = hit + len({*ids(true)} & {*ids(through)}), total + 10
    connection.close()
    assert hit >= 0.95 * total
    assert store.corpus(FINGERPRINT).nearest(unit(101), 1)[0][0] == pytest.approx(1.0, abs=1e-5)


async def test_an_index_that_was_half_built_is_built_anew(fresh_database: str) -> None:
    store = await PgvectorStore.open(fresh_database, exact=5)
    try:
        await store.replace("doc", FINGERPRINT, [passage(f"c{n}", "valve", seed=n) for n in range(9)])
        await store._index.finished()
        store._index.look()
        await store._index.finished()
        with psycopg.connect(fresh_database, autocommit=True) as connection:
            connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
                               "'lacuna_passages.hnsw_vectors_1'::regclass")  # fmt: skip
        assert len(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5)) == 5
        store._index.look()
        await store._index.finished()
        with psycopg.connect(fresh_database) as connection:
            found = connection.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = 'lacuna_passages.hnsw_vectors_1'::regclass"
            )
            assert found.fetchone() == (True,)
    finally:
        await store.close()


async def test_scores_of_words_tell_nothing_about_what_the_asker_may_not_read(store: PgvectorStore) -> None:
    await store.replace("open", "", [passage("c1", "a valve and a pump", document_id="open")])
    await store.replace("more", "", [passage("c2", "a valve", document_id="more")])
    asker = Reach(Tier.INTERNAL, frozenset({"sales"}))
    before = [scored.score for scored in await store.lexical("valve pump", asker, 9)]
    for n in range(20):
        name = f"secret{n}"
        closed = passage(name, "pump", document_id=name, tier=Tier.PROPRIETARY, groups=frozenset({"board"}))
        await store.replace(name, "", [closed])
    assert [scored.score for scored in await store.lexical("valve pump", asker, 9)] == before


async def test_a_store_of_a_newer_version_is_left_alone(fresh_database: str) -> None:
    await (await PgvectorStore.open(fresh_database)).close()
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("UPDATE lacuna_passages.passages_version SET version_num = '9999'")
    with pytest.raises(StorageError) as refused:
        await PgvectorStore.open(fresh_database)
    assert refused.value.code == "storage_newer_version"


async def test_a_database_that_is_not_there_is_said_to_be_missing(postgres: PostgresServer) -> None:
    with pytest.raises(StorageMissing):
        await PgvectorStore.open(postgres.url("nowhere"))


async def test_a_user_without_rights_is_told_what_is_missing(postgres: PostgresServer, fresh_database: str) -> None:
    postgres.execute(f"CREATE ROLE \"passages reader\" LOGIN PASSWORD '{postgres.password}'")
    address = postgres.url(fresh_database.rpartition("/")[2], "passages reader")
    with pytest.raises(StorageMissing) as refused:
        await PgvectorStore.open(address)
    assert "CREATE EXTENSION" in refused.value.cure


async def test_a_server_that_was_killed_is_found_again_with_all_that_was_acknowledged(
    postgres: PostgresServer,
) -> None:
    programs = postgres_programs()  # where there are none, `postgres` has skipped, or failed in CI
    assert programs is not None
    with PostgresServer(programs) as server:
        store = await PgvectorStore.open(server.url())
        try:
            await store.replace("doc", FINGERPRINT, [passage("c1", "valve", seed=1)])
            corpus = store.corpus(FINGERPRINT)
            version = corpus.version
            server.kill()
            for refused in (store.replace("two", FINGERPRINT, []), store.lexical("valve", EVERYTHING, 5)):
                with pytest.raises(StorageError) as lost:
                    await refused
                assert lost.value.code == "storage_unreachable"
            with pytest.raises(StorageError):
                corpus.nearest(unit(1), 1)
            server.start()
            assert ids(await store.dense(unit(1), FINGERPRINT, EVERYTHING, 5)) == ["c1"]
            await store.replace("two", FINGERPRINT, [passage("c2", "valve", document_id="two", seed=2)])
            assert corpus.version != version
            assert np.isclose(corpus.nearest(unit(2), 1)[0][0], 1.0, atol=1e-5)
        finally:
            await store.close()
