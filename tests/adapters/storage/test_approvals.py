"""Requests for approval on SQLite and in memory keep the same promises."""

from dataclasses import replace

import pytest

from lacuna.adapters.storage.approvals import MAX_OPEN_BY_REQUESTER, SqlApprovals
from lacuna.adapters.storage.ledger import SqlLedger
from lacuna.adapters.storage.store import Storage
from lacuna.domain.errors import TooLarge
from lacuna.testing.contracts.approvals import ASKED, ApprovalStoreContract
from lacuna.testing.fakes.approvals import InMemoryApprovals
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger


class TestStoredApprovals(ApprovalStoreContract):
    @pytest.fixture
    def approvals(self, storage: Storage) -> SqlApprovals:
        return storage.approvals

    @pytest.fixture
    def ledger(self, storage: Storage) -> SqlLedger:
        return storage.ledger


class TestInMemoryApprovals(ApprovalStoreContract):
    @pytest.fixture
    def ledger(self) -> InMemoryLedger:
        return InMemoryLedger(FixedKeys())

    @pytest.fixture
    def approvals(self, ledger: InMemoryLedger) -> InMemoryApprovals:
        return InMemoryApprovals(ledger)


async def test_nobody_fills_the_list_alone(storage: Storage) -> None:
    for number in range(MAX_OPEN_BY_REQUESTER):
        await storage.approvals.add(replace(ASKED, approval_id=f"apr_{number}", key=f"k{number}"), [])
    with pytest.raises(TooLarge):
        await storage.approvals.add(replace(ASKED, approval_id="apr_x", key="kx"), [])
    await storage.approvals.add(replace(ASKED, approval_id="apr_y", key="ky", requester="eve"), [])
