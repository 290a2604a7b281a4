"""Policies in the database and in the fake keep the same promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.storage.ledger import SqliteLedger
from lacuna.adapters.storage.policies import SqlitePolicies
from lacuna.adapters.storage.sqlite import Storage, open_storage
from lacuna.testing.contracts.policies import PolicyStoreContract
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policies import InMemoryPolicies


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path, FixedKeys())
    yield opened
    await opened.close()


class TestSqlitePolicies(PolicyStoreContract):
    @pytest.fixture
    def ledger(self, storage: Storage) -> SqliteLedger:
        return storage.ledger

    @pytest.fixture
    def store(self, storage: Storage) -> SqlitePolicies:
        return storage.policies


class TestInMemoryPolicies(PolicyStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def store(self, ledger: InMemoryLedger) -> InMemoryPolicies:
        return InMemoryPolicies(ledger)
