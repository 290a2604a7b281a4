"""Requests that somebody approves one operation of one person.

Promise: an approval is for exactly what was asked about, by whoever asked, and it ends by itself: a request that nobody
decides after a week, one that was granted after the hours that policy names.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lacuna.domain.identity import Permission, Principal

HOUR_US: Final = 3_600_000_000
WAITS_US: Final = 7 * 24 * HOUR_US
"""How long a request waits for somebody to decide it."""
MAX_REMARK: Final = 2_000


class State(StrEnum):
    """Where a request stands. Only a granted one counts; refused and expired ones are final."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """`key` is the keyed HMAC of who asks, what policy was asked and what it concerns, so that nothing else is approved
    with it. `groups` may decide it, besides administrators; `hours` is how long a grant counts. Times are microseconds
    since the epoch."""

    approval_id: str
    key: str
    requester: str
    action: str
    subject: tuple[str, ...]
    tier: str
    groups: tuple[str, ...]
    rule: str
    reason: str
    hours: int
    created: int
    expires: int
    state: State = State.REQUESTED
    decision_id: str = ""
    decided_by: str = ""
    decided_at: int | None = None
    remark: str = ""

    def state_at(self, now: int) -> State:
        """The state by the clock."""
        over = self.expires <= now and self.state in (State.REQUESTED, State.GRANTED)
        return State.EXPIRED if over else self.state

    def may_be_decided_by(self, principal: Principal) -> bool:
        """Whether this principal may grant or refuse it: who decides all, or belongs to a group that decides this one.
        Nobody but an administrator decides an own request."""
        if not principal.may(Permission.USE_APPROVALS):
            return False
        if principal.is_admin:
            return True
        others = principal.user_id != self.requester
        return others and (principal.may(Permission.DECIDE_APPROVALS) or not principal.groups.isdisjoint(self.groups))

    def may_be_seen_by(self, principal: Principal) -> bool:
        """Whether this principal may know of it."""
        return principal.user_id == self.requester or self.may_be_decided_by(principal)
