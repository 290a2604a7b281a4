"""What is remembered of sources' items, and who is at them: disk and memory keep the same promises."""

from pathlib import Path

import pytest

from lacuna.adapters.storage.folder_lock import FolderSourceRuns
from lacuna.adapters.storage.source_items import SqlSourceItems
from lacuna.adapters.storage.store import Storage
from lacuna.testing.contracts.source_items import SourceItemsContract, SourceRunsContract
from lacuna.testing.fakes.source_items import InMemorySourceItems, InMemorySourceRuns


class TestStoredSourceItems(SourceItemsContract):
    @pytest.fixture
    def items(self, storage: Storage) -> SqlSourceItems:
        return storage.source_items


class TestInMemorySourceItems(SourceItemsContract):
    @pytest.fixture
    def items(self) -> InMemorySourceItems:
        return InMemorySourceItems()


class TestFolderSourceRuns(SourceRunsContract):
    @pytest.fixture
    def runs(self, tmp_path: Path) -> FolderSourceRuns:
        return FolderSourceRuns(tmp_path)


class TestInMemorySourceRuns(SourceRunsContract):
    @pytest.fixture
    def runs(self) -> InMemorySourceRuns:
        return InMemorySourceRuns()
