"""SQLite and the fakes keep the same promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.storage.catalogue import SqlCatalogue
from lacuna.adapters.storage.conversations import SqlConversations
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.adapters.storage.store import Storage
from lacuna.ports.secrets import KeyRing
from lacuna.testing.contracts.catalogue import CatalogueContract
from lacuna.testing.contracts.conversation import ConversationContract
from lacuna.testing.contracts.ledger import LedgerContract
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger


@pytest.fixture
def keys() -> KeyRing:
    return FixedKeys()


@pytest.fixture
async def storage(tmp_path: Path, keys: KeyRing) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path, keys)
    yield opened
    await opened.close()


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger


class TestInMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, keys: KeyRing) -> InMemoryLedger:
        return InMemoryLedger(keys)


class TestSqliteCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self, storage: Storage) -> SqlCatalogue:
        return storage.catalogue


class TestInMemoryCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> InMemoryCatalogue:
        return InMemoryCatalogue()


class TestSqliteConversations(ConversationContract):
    @pytest.fixture
    def conversations(self, storage: Storage) -> SqlConversations:
        return storage.conversations


class TestInMemoryConversations(ConversationContract):
    @pytest.fixture
    def conversations(self) -> InMemoryConversations:
        return InMemoryConversations()
