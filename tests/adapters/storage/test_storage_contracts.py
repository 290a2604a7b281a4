"""SQLite, PostgreSQL and the fakes keep the same promises."""

import pytest

from lacuna.adapters.storage.catalogue import SqlCatalogue
from lacuna.adapters.storage.conversations import SqlConversations
from lacuna.adapters.storage.hmac_keys import SqlHmacKeys
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.store import Storage
from lacuna.ports.secrets import KeyRing
from lacuna.testing.contracts.catalogue import CatalogueContract
from lacuna.testing.contracts.conversation import ConversationContract
from lacuna.testing.contracts.hmac_keys import HmacKeyHistoryContract
from lacuna.testing.contracts.ledger import LedgerContract
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger


@pytest.fixture
def keys() -> KeyRing:
    return FixedKeys()


class TestStoredLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger


class TestInMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, keys: KeyRing) -> InMemoryLedger:
        return InMemoryLedger(keys)


class TestStoredCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self, storage: Storage) -> SqlCatalogue:
        return storage.catalogue


class TestInMemoryCatalogue(CatalogueContract):
    @pytest.fixture
    def catalogue(self) -> InMemoryCatalogue:
        return InMemoryCatalogue()


class TestStoredConversations(ConversationContract):
    @pytest.fixture
    def conversations(self, storage: Storage) -> SqlConversations:
        return storage.conversations


class TestInMemoryConversations(ConversationContract):
    @pytest.fixture
    def conversations(self) -> InMemoryConversations:
        return InMemoryConversations()


class TestStoredHmacKeys(HmacKeyHistoryContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger

    @pytest.fixture
    def history(self, storage: Storage) -> SqlHmacKeys:
        return storage.hmac_keys
