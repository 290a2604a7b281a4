"""Policies in the database and in the fake keep the same promises."""

import pytest

from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.policies import SqlPolicies
from lacuna.adapters.storage.store import Storage
from lacuna.testing.contracts.policies import PolicyStoreContract
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policies import InMemoryPolicies


class TestStoredPolicies(PolicyStoreContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger

    @pytest.fixture
    def store(self, storage: Storage) -> SqlPolicies:
        return storage.policies


class TestInMemoryPolicies(PolicyStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def store(self, ledger: InMemoryLedger) -> InMemoryPolicies:
        return InMemoryPolicies(ledger)
