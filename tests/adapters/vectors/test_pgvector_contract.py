"""The store in PostgreSQL keeps the port's promise: comparing one by one, and through its index."""

from collections.abc import AsyncIterator

import pytest

from lacuna.adapters.vectors.pgvector import PgvectorStore
from lacuna.ports.vectors import VectorStore
from lacuna.testing.contracts.vectors import VectorStoreContract
from lacuna.testing.servers.postgres import PostgresServer


@pytest.fixture(scope="session")
def vector_database(postgres: PostgresServer) -> str:
    """A database that the stores of one test after the other use."""
    return postgres.create_database()


@pytest.fixture
def address(postgres: PostgresServer, vector_database: str) -> str:
    """The address of a database without passages."""
    tables = postgres.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'lacuna_passages' AND tablename NOT IN "
        "('passages_version', 'state')",
        vector_database,
    )
    for (table,) in tables:
        postgres.execute(f"DELETE FROM lacuna_passages.{table}", vector_database)
    return postgres.url(vector_database)


class TestPgvectorStore(VectorStoreContract):
    @pytest.fixture
    async def store(self, address: str) -> AsyncIterator[VectorStore]:
        opened = await PgvectorStore.open(address)
        yield opened
        await opened.close()

    @pytest.fixture
    async def other(self, address: str) -> AsyncIterator[VectorStore]:
        opened = await PgvectorStore.open(address)
        yield opened
        await opened.close()
