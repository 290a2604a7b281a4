"""Requests for approval."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.approvals import Approval, State
from lacuna.ports.storage import Entry


class ApprovalStore(Protocol):
    """What a change did MUST be visible to every later read in every process from the moment the call returns, and
    durable; a change and its ledger entries are one transaction. Remarks MUST NOT show up in logs or errors."""

    async def get(self, approval_id: str) -> Approval | None: ...

    async def open(self, keys: Sequence[str], now: int) -> list[Approval]:
        """The requested and granted approvals of these keys that have not expired at `now`."""
        ...

    async def page(self, state: State | None, after: str, limit: int) -> list[Approval]:
        """Approvals by id, those after `after`, as stored: a state that the clock alone changed is not known here."""
        ...

    async def due(self, now: int) -> list[Approval]:
        """Requested and granted ones whose expiry is at most `now`; some of them, where there are many."""
        ...

    async def add(self, approval: Approval, entries: Sequence[Entry]) -> Approval:
        """Stores a request. Where one of the same key is open at its `created`, that one is returned and nothing is
        stored. Raises TooLarge where the store, or the requester, has more open requests than may be."""
        ...

    async def change(self, expected: State, approval: Approval, entries: Sequence[Entry]) -> None:
        """Replaces an approval that is in the state `expected`. Raises Conflict where it is in another, NotFound."""
        ...
