"""Ask for approval, grant and refuse it, and know what is approved.

Promise: an approval lets exactly one operation of one person pass: its key covers who asks, the facts that policy was
asked, whatever text goes along, and the obligation. Every act is in the ledger in the same transaction, without remarks
or texts; expiry takes effect by itself. A grant that is used is recorded each time.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.approvals import HOUR_US, MAX_REMARK, WAITS_US, Approval, State
from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import Conflict, Forbidden, InvalidInput, LacunaError, NotFound
from lacuna.domain.identity import Principal
from lacuna.domain.policy import Obligation, PolicyInput
from lacuna.ports.approvals import ApprovalStore
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger

EXPIRY_LOOK_S: Final = 5.0

_CLOCK: Final = "clock"
_LOOKED_AT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What approval is about: who wants what. `asked` are the facts of policy, `texts` whatever else decides what would
    happen; both only go into a keyed HMAC. `names` is what approvers are shown of it."""

    principal: Principal
    action: str
    tier: str
    asked: tuple[PolicyInput, ...]
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """A page of approvals by id, each in the state that it has by the clock; `next` continues it."""

    approvals: tuple[Approval, ...]
    next: str | None


class Approvals:
    """See the module."""

    def __init__(self, store: ApprovalStore, ledger: Ledger, keys: KeyRing, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids

    async def approved(self, obligations: Sequence[Obligation], subject: Subject) -> dict[Obligation, Approval]:
        """The obligations among these that somebody granted, each with its approval."""
        keys = self._keys_of(obligations, subject)
        found = await self._store.open(list(keys), self._clock.now_us())
        return {keys[each.key]: each for each in found if each.state is State.GRANTED}

    async def used(self, approvals: Sequence[Approval], decision_id: str, principal: Principal) -> None:
        """Records that grants let a decision pass. Durable when it returns."""
        if approvals:
            entries = [self._entry("approval.used", each, principal, decision_id) for each in approvals]
            await self._ledger.append(*entries)

    async def request(self, obligations: Sequence[Obligation], subject: Subject, decision_id: str) -> list[Approval]:
        """The open requests for these, made where there are none yet. Raises TooLarge or StorageError."""
        await self.expire()
        found = []
        for obligation in obligations:
            now = self._clock.now_us()
            if waiting := await self._store.open(list(self._keys_of([obligation], subject)), now):
                found.append(waiting[0])
                continue
            wanted = Approval(
                approval_id=self._ids.new("apr"),
                key=self._key(obligation, subject),
                requester=subject.principal.user_id,
                action=subject.action,
                subject=subject.names,
                tier=subject.tier,
                groups=obligation.values,
                rule=obligation.rule,
                reason=obligation.reason,
                hours=obligation.hours,
                created=now,
                expires=now + WAITS_US,
                decision_id=decision_id,
            )
            entry = self._entry("approval.requested", wanted, subject.principal, decision_id)
            found.append(await self._store.add(wanted, [entry]))
        return found

    async def page(self, state: State | None, after: str, limit: int, principal: Principal) -> ApprovalPage:
        """Requests by id, as far as the principal may decide them or made them."""
        await self.expire()
        shown: list[Approval] = []
        last = after
        for _ in range(_LOOKED_AT):
            some = await self._store.page(state, last, limit + 1)
            shown += [each for each in some if each.may_be_seen_by(principal)]
            if len(shown) > limit or len(some) <= limit:
                break
            last = some[-1].approval_id
        now = self._clock.now_us()
        given = tuple(replace(each, state=each.state_at(now)) for each in shown[:limit])
        return ApprovalPage(given, given[-1].approval_id if len(shown) > limit else None)

    async def grant(self, approval_id: str, remark: str, principal: Principal) -> Approval:
        """Lets exactly what was asked for pass, for the hours that policy names, from now. Raises NotFound, Forbidden,
        Conflict where it is no open request any more, InvalidInput or StorageError."""
        asked = await self._open(approval_id, principal)
        return await self._decided(
            asked, State.GRANTED, self._clock.now_us() + asked.hours * HOUR_US, remark, principal
        )

    async def refuse(self, approval_id: str, remark: str, principal: Principal) -> Approval:
        """Ends a request. Raises as `grant` does."""
        asked = await self._open(approval_id, principal)
        return await self._decided(asked, State.REFUSED, asked.expires, remark, principal)

    async def expire(self) -> None:
        """Records which approvals have expired. They stopped counting before, by the clock. Raises StorageError."""
        for over in await self._store.due(self._clock.now_us()):
            expired = replace(over, state=State.EXPIRED)
            try:
                await self._store.change(over.state, expired, [self._entry("approval.expired", expired)])
            except Conflict:
                continue  # somebody else was faster

    async def run(self) -> None:
        """Records what expires, every few seconds, for ever."""
        while True:
            await asyncio.sleep(EXPIRY_LOOK_S)
            with suppress(LacunaError):  # the next look may go well, and nothing counts for longer meanwhile
                await self.expire()

    async def check(self) -> None:
        """Nothing that passes depends on `run`."""

    def _keys_of(self, obligations: Sequence[Obligation], subject: Subject) -> dict[str, Obligation]:
        """What approvals of these are found by, under every HMAC key: a grant outlives a rotation."""
        ids = self._keys.hmac_key_ids
        return {self._key(each, subject, key_id): each for each in obligations for key_id in ids}

    def _key(self, obligation: Obligation, subject: Subject, key_id: str = "") -> str:
        # The moment is no part of what is approved, and policy's reasons may be reworded.
        asked = [repr(replace(each, at=0)) for each in subject.asked]
        what = [subject.principal.user_id, subject.action, asked, subject.texts, obligation.rule, obligation.values]
        return self._keys.hmac("approval\0" + json.dumps(what), key_id)

    async def _open(self, approval_id: str, principal: Principal) -> Approval:
        found = await self._store.get(approval_id)
        if found is None or not found.may_be_seen_by(principal):
            raise NotFound("There is no such request for approval.", cure="List them for their ids.")
        if not found.may_be_decided_by(principal):
            raise Forbidden("This is not yours to decide.", cure=f"Ask {' or '.join(found.groups)}.")
        state = found.state_at(self._clock.now_us())
        if state is not State.REQUESTED:
            raise Conflict(f"The request is {state}, not requested.", cure="Have it asked for again.")
        return found

    async def _decided(
        self, asked: Approval, state: State, expires: int, remark: str, principal: Principal
    ) -> Approval:
        if len(remark) > MAX_REMARK:
            raise InvalidInput(f"remark: longer than {MAX_REMARK} characters.", cure="Say it in less.")
        now = self._clock.now_us()
        decided = replace(
            asked, state=state, expires=expires, decided_by=principal.user_id, decided_at=now, remark=remark.strip()
        )
        entry = self._entry(f"approval.{state.value}", decided, principal)
        await self._store.change(State.REQUESTED, decided, [entry])
        return decided

    def _entry(
        self, kind: str, approval: Approval, principal: Principal | None = None, decision_id: str | None = None
    ) -> Entry:
        """The entry for an act. Without a principal it was the clock."""
        data: dict[str, Json] = {
            "approval": approval.approval_id,
            "key_hmac": approval.key,
            "hmac_key": self._keys.hmac_key_id,
            "requester": approval.requester,
            "action": approval.action,
            "tier": approval.tier,
            "groups": list(approval.groups),
            "rule": approval.rule,
            "expires": approval.expires,
            "remark_hmac": self._keys.hmac(f"approval remark\0{approval.remark}") if approval.remark else None,
        }
        actor, via = ("lacuna", _CLOCK) if principal is None else (principal.user_id, principal.via)
        decision = approval.decision_id if decision_id is None else decision_id
        return Entry(Record(kind, self._clock.now_us(), actor, via, decision, data))
