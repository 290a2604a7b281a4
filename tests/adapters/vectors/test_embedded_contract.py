"""The embedded store and the fake keep the port's promise."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.ports.vectors import VectorStore
from lacuna.testing.contracts.vectors import VectorStoreContract
from lacuna.testing.fakes.vectors import InMemoryVectorStore, Shelf


class TestEmbeddedVectorStore(VectorStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[VectorStore]:
        opened = await EmbeddedVectorStore.open(tmp_path / "passages.db")
        yield opened
        await opened.close()

    @pytest.fixture
    async def other(self, tmp_path: Path) -> AsyncIterator[VectorStore]:
        opened = await EmbeddedVectorStore.open(tmp_path / "passages.db")
        yield opened
        await opened.close()


class TestInMemoryVectorStore(VectorStoreContract):
    @pytest.fixture
    def shelf(self) -> Shelf:
        return Shelf()

    @pytest.fixture
    def store(self, shelf: Shelf) -> VectorStore:
        return InMemoryVectorStore(shelf)

    @pytest.fixture
    def other(self, shelf: Shelf) -> VectorStore:
        return InMemoryVectorStore(shelf)
