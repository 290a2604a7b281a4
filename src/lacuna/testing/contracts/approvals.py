"""What every `lacuna.ports.approvals.ApprovalStore` has to do."""

from dataclasses import replace

import pytest

from lacuna.domain.approvals import Approval, State
from lacuna.domain.audit import Record
from lacuna.domain.errors import Conflict, NotFound
from lacuna.ports.approvals import ApprovalStore
from lacuna.ports.storage import Entry, Ledger, RecordFilter

ASKED = Approval(
    "apr_1", "k1", "bob", "export", ("dataset:a/b",), "PROPRIETARY", ("stewards",), "r", "because", 24, 10, 100
)
ENTRY = Entry(Record("approval.requested", 1, "bob", "test", "", {"approval": "apr_1"}))


class ApprovalStoreContract:
    """Tests of an empty `ApprovalStore` (fixture `approvals`) with the ledger that its entries go to (`ledger`)."""

    async def test_a_request_is_read_as_it_was_made(self, approvals: ApprovalStore) -> None:
        assert await approvals.add(ASKED, [ENTRY]) == ASKED
        assert await approvals.get("apr_1") == ASKED
        assert await approvals.open(["k1", "k2"], 50) == [ASKED]
        assert await approvals.page(State.REQUESTED, "", 10) == [ASKED]
        assert await approvals.page(State.GRANTED, "", 10) == []
        assert await approvals.page(None, "apr_1", 10) == []

    async def test_the_same_is_asked_for_once(self, approvals: ApprovalStore, ledger: Ledger) -> None:
        await approvals.add(ASKED, [ENTRY])
        again = replace(ASKED, approval_id="apr_2", created=20)
        assert await approvals.add(again, [ENTRY]) == ASKED
        assert len(await ledger.find(RecordFilter(kind="approval.requested"))) == 1
        later = replace(ASKED, approval_id="apr_3", created=100, expires=200)
        assert await approvals.add(later, [ENTRY]) == later

    async def test_a_change_needs_the_state_before_it(self, approvals: ApprovalStore, ledger: Ledger) -> None:
        await approvals.add(ASKED, [ENTRY])
        granted = replace(ASKED, state=State.GRANTED, decided_by="ann", decided_at=20, expires=60, remark="fine")
        await approvals.change(State.REQUESTED, granted, [ENTRY])
        assert await approvals.get("apr_1") == granted
        with pytest.raises(Conflict):
            await approvals.change(State.REQUESTED, replace(granted, state=State.REFUSED), [ENTRY])
        with pytest.raises(NotFound):
            await approvals.change(State.REQUESTED, replace(granted, approval_id="apr_9"), [ENTRY])
        assert await approvals.get("apr_1") == granted
        assert len(await ledger.find(RecordFilter(kind="approval.requested"))) == 2

    async def test_what_has_expired_is_not_open_but_due(self, approvals: ApprovalStore) -> None:
        await approvals.add(ASKED, [ENTRY])
        assert await approvals.open(["k1"], 100) == []
        assert await approvals.due(99) == []
        assert await approvals.due(100) == [ASKED]
        await approvals.change(State.REQUESTED, replace(ASKED, state=State.EXPIRED), [ENTRY])
        assert await approvals.due(1_000) == []
