"""List, make, grant, refuse and withdraw overrides.

Promise: stewards only; every act is in the ledger in the same transaction, with keyed HMACs and never a text, pattern
or reason; of two acts on one override one happens. What was granted or withdrawn is in force in this process when the
call returns, and in the others within a second (usecases/follow.py); expiry takes effect by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import Conflict, InvalidInput, NotFound
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.overrides import (
    DAY_US,
    Effect,
    Granted,
    Override,
    OverrideKind,
    State,
    effect_of,
    fault_of,
    fault_of_term,
)
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.overrides import OverrideStore, PatternCompiler
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.follow import Follow
from lacuna.usecases.overrides_in_force import OverridesInForce
from lacuna.usecases.trace import decision_records

_CLOCK: Final = "clock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An override to be made, about exactly one of `text`, `pattern` and `decision_id`. `days` is how long it counts
    from now; without `granted` it waits for somebody to grant it."""

    tier: Tier
    reason: str
    text: str | None = None
    pattern: str | None = None
    decision_id: str | None = None
    effect: Effect | None = None
    days: int | None = None
    note: str = ""
    granted: bool = True


@dataclass(frozen=True, slots=True)
class OverridePage:
    """A page of overrides by id, each in the state that it has by the clock; `next` continues it."""

    overrides: tuple[Override, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class DecidedText:
    """What a decision's record says of the text: its HMAC, the id of the key it is under, and the tier it got."""

    text_hmac: str
    key_id: str
    tier: Tier
    facts: Mapping[str, Json]


class OverrideRecords:
    """The ledger entries of acts on overrides."""

    def __init__(self, keys: KeyRing, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def of(self, override: Override, principal: Principal | None = None, **more: Json) -> Entry:
        """The entry for what brought the override into its state. Without a principal it was the clock."""
        data: dict[str, Json] = {
            "override": override.override_id,
            "subject": override.kind.value,
            "key_hmac": self._key_hmac(override),
            "tier": str(override.tier),
            "effect": override.effect.value,
            "expires": override.expires,
            "reason_hmac": self._keys.hmac(f"override reason\0{override.reason}"),
            "remark_hmac": self._keys.hmac(f"override reason\0{override.remark}") if override.remark else None,
            "hmac_key": self._keys.hmac_key_id,
            **more,
        }
        actor, via = ("lacuna", _CLOCK) if principal is None else (principal.user_id, principal.via)
        kind = f"override.{override.state.value}"
        return Entry(Record(kind, self._clock.now_us(), actor, via, override.decision_id, data))

    def _key_hmac(self, override: Override) -> str:
        if override.kind is OverrideKind.PATTERN:
            return self._keys.hmac(f"override pattern\0{override.key}")
        return override.key


class Overrides:
    """See the module. `longest_days` is how long a lowering override may count."""

    def __init__(
        self,
        store: OverrideStore,
        ledger: Ledger,
        in_force: OverridesInForce,
        follow: Follow[Granted],
        compiled: PatternCompiler,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        longest_days: int,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._in_force = in_force
        self._follow = follow
        self._compiled = compiled
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._longest_days = longest_days
        self._records = OverrideRecords(keys, clock)

    async def page(self, state: State | None, after: str, limit: int, principal: Principal) -> OverridePage:
        """Overrides by id, of one state or all. Raises Forbidden."""
        principal.require(Permission.MANAGE_OVERRIDES)
        await self.expire()
        found = await self._store.page(state, after, limit + 1)
        now = self._clock.now_us()
        shown = tuple(replace(o, state=o.state_at(now)) for o in found[:limit])
        return OverridePage(shown, shown[-1].override_id if len(found) > limit else None)

    async def make(self, wanted: Wanted, principal: Principal) -> Override:
        """The override as stored; an open request for the same by the same person is returned as it is. Raises
        Forbidden, InvalidInput, NotFound for an unknown decision, TooLarge or StorageError."""
        principal.require(Permission.MANAGE_OVERRIDES)
        kind, key, decided = await self._subject(wanted, principal)
        made = self.asked_for(
            kind,
            key,
            wanted.tier,
            effect_of(wanted.tier, wanted.effect, decided),
            wanted.reason,
            wanted.days,
            principal,
        )
        made = replace(made, note=wanted.note.strip(), decision_id=wanted.decision_id or "")
        entries = [self._records.of(made, principal)]
        if wanted.granted:
            made = self.granted(made, principal)
            entries.append(self._records.of(made, principal))
        stored = await self._store.add(made, None, entries)
        await self._follow.look()
        return stored

    async def grant(self, override_id: str, days: int | None, remark: str, principal: Principal) -> Override:
        """Lets a request count, for `days` from now where that is given. Raises Forbidden, NotFound, Conflict where it
        is no open request any more, InvalidInput for a term that may not be, TooLarge or StorageError."""
        asked = await self._open(override_id, State.REQUESTED, principal)
        expires = asked.expires if days is None else self._clock.now_us() + days * DAY_US
        return await self._decided(
            State.REQUESTED, self.granted(replace(asked, expires=expires), principal, remark), principal
        )

    async def refuse(self, override_id: str, remark: str, principal: Principal) -> Override:
        """Ends a request. Raises as `grant` does."""
        asked = await self._open(override_id, State.REQUESTED, principal)
        return await self._decided(
            State.REQUESTED, self._moved(asked, State.REFUSED, remark, principal.user_id), principal
        )

    async def withdraw(self, override_id: str, remark: str, principal: Principal) -> Override:
        """Ends a granted override. Raises as `grant` does."""
        counting = await self._open(override_id, State.GRANTED, principal)
        return await self._decided(
            State.GRANTED, self._moved(counting, State.WITHDRAWN, remark, principal.user_id), principal
        )

    async def expire(self) -> None:
        """Records which overrides have expired. They stopped counting before, by the clock. Raises StorageError."""
        for over in await self._store.due(self._clock.now_us()):
            expired = self._moved(over, State.EXPIRED, over.remark, over.decided_by)
            try:
                await self._store.change(over.state, expired, [self._records.of(expired)])
            except Conflict:
                continue  # somebody else was faster: another process, or a steward

    async def expire_when_due(self) -> bool:
        """The same where this process knows of one that has expired; cheap where it knows of none."""
        if self._in_force.due():
            await self.expire()
        return False

    def asked_for(
        self,
        kind: OverrideKind,
        key: str,
        tier: Tier,
        effect: Effect | None,
        reason: str,
        days: int | None,
        principal: Principal,
    ) -> Override:
        """A request that is sound. Raises InvalidInput."""
        if effect is None:
            raise InvalidInput(
                f"An override to {tier} may raise or lower.", cure="Say which in `effect`: raise or lower."
            )
        if fault := fault_of(tier, effect):
            raise InvalidInput(f"{fault[0].upper()}{fault[1:]}.", cure="Choose another tier or effect.")
        if not reason.strip():
            raise InvalidInput("An override needs a reason.", cure="Say why in a sentence.")
        now = self._clock.now_us()
        expires = None if days is None else now + days * DAY_US
        override_id = self._ids.new("ovr")
        return Override(override_id, kind, key, tier, effect, reason.strip(), principal.user_id, now, expires)

    def granted(self, asked: Override, principal: Principal, remark: str = "") -> Override:
        """The request granted. Raises InvalidInput for a term that may not be."""
        now = self._clock.now_us()
        if fault := fault_of_term(asked.effect, now, asked.expires, self._longest_days):
            raise InvalidInput(f"The override {fault}.", cure="Give `days`.")
        return self._moved(asked, State.GRANTED, remark, principal.user_id)

    async def decided_text(self, decision_id: str, principal: Principal) -> DecidedText:
        """What was decided. Raises NotFound for a decision that there is not or that this principal may not see, and
        InvalidInput for one whose text cannot be recognised again."""
        records = await decision_records(self._ledger, decision_id, principal)
        facts = records[0].record().data
        text_hmac, tier = facts.get("text_hmac"), facts.get("tier")
        if not isinstance(text_hmac, str) or not isinstance(tier, str):
            raise InvalidInput("This decision is about no text.", cure="Name the decision of a question.")
        key_id = facts.get("hmac_key")
        if key_id not in self._keys.hmac_key_ids:
            raise InvalidInput(
                "The decision was recorded under a key that is not known, so its text cannot be recognised any more.",
                cure="Ask the question again and use the new decision.",
            )
        return DecidedText(text_hmac, str(key_id), Tier.parse(tier), facts)

    async def _subject(self, wanted: Wanted, principal: Principal) -> tuple[OverrideKind, str, Tier | None]:
        """What the override is about, and the tier that the text got where a decision is named."""
        given = [each for each in (wanted.text, wanted.pattern, wanted.decision_id) if each is not None]
        if len(given) != 1:
            raise InvalidInput(
                "An override is about one text, one pattern or one decision.",
                cure="Give exactly one of `text`, `pattern` and `decision_id`.",
            )
        if wanted.text is not None:
            if not wanted.text.strip():
                raise InvalidInput("The text is empty.", cure="Give the text that the override is about.")
            return OverrideKind.TEXT, self._keys.hmac(wanted.text.strip()), None
        if wanted.pattern is not None:
            self._compiled([wanted.pattern])
            return OverrideKind.PATTERN, wanted.pattern, None
        decided = await self.decided_text(given[0], principal)
        return OverrideKind.DECISION, decided.text_hmac, decided.tier

    async def _open(self, override_id: str, expected: State, principal: Principal) -> Override:
        principal.require(Permission.MANAGE_OVERRIDES)
        found = await self._store.get(override_id)
        if found is None:
            raise NotFound("There is no such override.", cure="List the overrides for their ids.")
        state = found.state_at(self._clock.now_us())
        if state is not expected:
            raise Conflict(f"The override is {state}, not {expected}.", cure="Look at it again, or make a new one.")
        return found

    async def _decided(self, expected: State, override: Override, principal: Principal) -> Override:
        await self._store.change(expected, override, [self._records.of(override, principal)])
        await self._follow.look()
        return override

    def _moved(self, override: Override, state: State, remark: str, by: str) -> Override:
        now = self._clock.now_us()
        return replace(override, state=state, decided_by=by, decided_at=now, remark=remark.strip())
