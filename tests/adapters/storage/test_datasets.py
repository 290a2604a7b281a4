"""Data sets on SQLite and in memory keep the same promises."""

import pytest

from lacuna.adapters.storage.datasets import SqlDatasets
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.store import Storage
from lacuna.testing.contracts.datasets import DatasetStoreContract
from lacuna.testing.fakes.datasets import InMemoryDatasets
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger


class TestStoredDatasets(DatasetStoreContract):
    @pytest.fixture
    def datasets(self, storage: Storage) -> SqlDatasets:
        return storage.datasets

    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger


class TestInMemoryDatasets(DatasetStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def datasets(self, ledger: InMemoryLedger) -> InMemoryDatasets:
        return InMemoryDatasets(ledger)
