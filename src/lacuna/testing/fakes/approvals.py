"""Requests for approval in memory: `lacuna.ports.approvals.ApprovalStore`."""

from collections.abc import Sequence

from lacuna.domain.approvals import Approval, State
from lacuna.domain.errors import Conflict, NotFound
from lacuna.ports.storage import Entry, Ledger

_OPEN = (State.REQUESTED, State.GRANTED)


class InMemoryApprovals:
    """An `ApprovalStore` whose entries go to `ledger`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Approval] = {}

    async def get(self, approval_id: str) -> Approval | None:
        return self._known.get(approval_id)

    async def open(self, keys: Sequence[str], now: int) -> list[Approval]:
        return [a for a in self._sorted() if a.key in keys and a.state_at(now) in _OPEN]

    async def page(self, state: State | None, after: str, limit: int) -> list[Approval]:
        return [a for a in self._sorted() if a.approval_id > after and state in (None, a.state)][:limit]

    async def due(self, now: int) -> list[Approval]:
        return [a for a in self._sorted() if a.state in _OPEN and a.expires <= now]

    async def add(self, approval: Approval, entries: Sequence[Entry]) -> Approval:
        if known := await self.open([approval.key], approval.created):
            return known[0]
        await self._ledger.append(*entries)
        self._known[approval.approval_id] = approval
        return approval

    async def change(self, expected: State, approval: Approval, entries: Sequence[Entry]) -> None:
        known = self._known.get(approval.approval_id)
        if known is None:
            raise NotFound("There is no such request for approval.")
        if known.state is not expected:
            raise Conflict(f"The request is {known.state} already.")
        await self._ledger.append(*entries)
        self._known[approval.approval_id] = approval

    def _sorted(self) -> list[Approval]:
        return [self._known[name] for name in sorted(self._known)]
