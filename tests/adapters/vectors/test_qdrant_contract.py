"""The Qdrant store keeps the port's promise, on the client's own engine in memory. The server is not in this suite."""

from collections.abc import AsyncIterator
from threading import RLock
from typing import Any

import pytest
from qdrant_client import QdrantClient

from lacuna.adapters.vectors.qdrant import QdrantStore
from lacuna.ports.vectors import VectorStore
from lacuna.testing.contracts.vectors import VectorStoreContract


class OneAtATime:
    """The engine in memory is for one thread; a server is not. `close` is left to who made it."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client
        self._lock = RLock()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def alone(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return call(*args, **kwargs)

        return alone

    def close(self) -> None:
        """The two stores share it."""


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
class TestQdrantStore(VectorStoreContract):
    many_groups = 300

    @pytest.fixture
    def client(self) -> Any:
        return OneAtATime(QdrantClient(":memory:"))

    @pytest.fixture
    async def store(self, client: Any) -> AsyncIterator[VectorStore]:
        opened = await QdrantStore.over(client, "passages", "memory")
        yield opened
        await opened.close()

    @pytest.fixture
    async def other(self, client: Any) -> AsyncIterator[VectorStore]:
        opened = await QdrantStore.over(client, "passages", "memory")
        yield opened
        await opened.close()
