"""What is remembered of sources' items: the databases and memory keep the same promises."""

import pytest

from lacuna.adapters.storage.source_items import SqlSourceItems
from lacuna.adapters.storage.store import Storage
from lacuna.testing.contracts.source_items import SourceItemsContract
from lacuna.testing.fakes.source_items import InMemorySourceItems


class TestStoredSourceItems(SourceItemsContract):
    @pytest.fixture
    def items(self, storage: Storage) -> SqlSourceItems:
        return storage.source_items


class TestInMemorySourceItems(SourceItemsContract):
    @pytest.fixture
    def items(self) -> InMemorySourceItems:
        return InMemorySourceItems()
