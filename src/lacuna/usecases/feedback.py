"""Take what people say about a decision: it becomes a request for an override, a label, or both.

Promise: only the decision's owner and stewards, to all others the decision does not exist; what is said counts only
once a steward granted it; the text is kept only if it was given, is the one that was decided, and until the override
ends; the ledger holds HMACs. Without the text an override works and nothing is learned, and the answer says so.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import Forbidden, InvalidInput, TooLarge
from lacuna.domain.explanation import recorded
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.overrides import Granted, Label, Override, OverrideKind, State, effect_of
from lacuna.domain.overriding import NEVER_LOWERED
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.overrides import OverrideStore
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.follow import Follow
from lacuna.usecases.overrides import DecidedText, OverrideRecords, Overrides

MAX_LEARNED: Final = 4_000
"""Characters of a text that the embedding layer learns from."""


class Outcome(StrEnum):
    """What became of feedback: an open request, an override in force, or a record in the ledger alone."""

    REQUESTED = "requested"
    GRANTED = "granted"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: the text of this decision should have had `tier`. `apply` grants it at once, for `days`."""

    decision_id: str
    tier: Tier
    comment: str
    text: str | None = None
    days: int | None = None
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it. `decided` is the tier the text had; `learned` whether the embedding layer learns the text
    now; `notes` say what will not happen and why."""

    decision_id: str
    decided: Tier
    tier: Tier
    outcome: Outcome
    override: Override | None
    learned: bool
    notes: tuple[str, ...]


class Feedback:
    """See the module."""

    def __init__(
        self,
        store: OverrideStore,
        ledger: Ledger,
        overrides: Overrides,
        follow: Follow[Granted],
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._overrides = overrides
        self._follow = follow
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._records = OverrideRecords(keys, clock)

    async def give(self, said: Said, principal: Principal) -> Received:
        """What became of it. Raises NotFound for a decision that there is not or that this principal may not see,
        Forbidden where `apply` is not for them, InvalidInput for another text than the decided one, TooLarge or
        StorageError."""
        decided = await self._overrides.decided_text(said.decision_id, principal)
        if said.apply and not principal.may(Permission.MANAGE_OVERRIDES):
            raise Forbidden(
                "Only stewards may apply feedback at once.", cure="Leave `apply` out: it will be a request."
            )
        self._require_text(said, decided)
        if said.tier is decided.tier:
            return await self._agreed(said, decided, principal)
        return await self._disagreed(said, decided, principal)

    async def _agreed(self, said: Said, decided: DecidedText, principal: Principal) -> Received:
        learned = said.text is not None and principal.may(Permission.MANAGE_OVERRIDES)
        entry = self._label_entry(said, decided, "", principal, kept=learned)
        if said.text is not None and learned:
            await self._store.record(self._label(said, said.text, "", principal), [entry])
            await self._follow.look()
        else:
            await self._ledger.append(entry)
        notes = () if learned else (_not_learned(said, "Nothing is learned until a steward says the same."),)
        return Received(said.decision_id, decided.tier, said.tier, Outcome.RECORDED, None, learned, notes)

    async def _disagreed(self, said: Said, decided: DecidedText, principal: Principal) -> Received:
        effect = effect_of(said.tier, None, decided.tier)
        made = self._overrides.asked_for(
            OverrideKind.DECISION, decided.text_hmac, said.tier, effect, said.comment, said.days, principal
        )
        made = replace(made, decision_id=said.decision_id)
        entries = [self._records.of(made, principal)]
        label = None
        if said.text is not None:
            label = self._label(said, said.text, made.override_id, principal)
            entries.append(self._label_entry(said, decided, made.override_id, principal, kept=True))
        if said.apply:
            made = self._overrides.granted(made, principal)
            entries.append(self._records.of(made, principal))
        stored = await self._store.add(made, label, entries)
        await self._follow.look()
        counts = stored.state is State.GRANTED
        notes = [*_not_lowered(said, decided)]
        if stored.override_id != made.override_id:
            notes.append("You asked for the same before; that request is still open, and nothing was added to it.")
        elif not (counts and label is not None):
            notes.append(_not_learned(said, "The embedding layer learns the text once the request is granted."))
        outcome = Outcome.GRANTED if counts else Outcome.REQUESTED
        learned = counts and label is not None
        return Received(said.decision_id, decided.tier, said.tier, outcome, stored, learned, tuple(notes))

    def _require_text(self, said: Said, decided: DecidedText) -> None:
        if said.text is None:
            return
        if self._keys.hmac(said.text, decided.key_id) != decided.text_hmac:
            raise InvalidInput(
                "`text` is not the text that was decided.", cure="Send exactly the query, or leave `text` out."
            )
        if len(said.text) > MAX_LEARNED:
            raise TooLarge(
                f"`text` has {len(said.text)} characters; at most {MAX_LEARNED} are learned from.",
                cure="Leave `text` out: the override works without it.",
            )

    def _label(self, said: Said, text: str, override_id: str, principal: Principal) -> Label:
        made = (override_id, principal.user_id, self._clock.now_us())
        return Label(self._ids.new("lab"), text, said.tier, said.decision_id, *made)

    def _label_entry(
        self, said: Said, decided: DecidedText, override_id: str, principal: Principal, *, kept: bool
    ) -> Entry:
        data: dict[str, Json] = {
            "tier": str(said.tier),
            "decided": str(decided.tier),
            "text_hmac": decided.text_hmac,
            "text_hmac_key": decided.key_id,
            "comment_hmac": self._keys.hmac(f"override reason\0{said.comment}"),
            "hmac_key": self._keys.hmac_key_id,
            "override": override_id or None,
            "text_kept": kept,
        }
        now = self._clock.now_us()
        return Entry(Record("label.recorded", now, principal.user_id, principal.via, said.decision_id, data))


def _not_learned(said: Said, otherwise: str) -> str:
    if said.text is None:
        return "Nothing is learned from this: the text was not sent along, and Lacuna does not keep it."
    return otherwise


def _not_lowered(said: Said, decided: DecidedText) -> list[str]:
    """What keeps the text above the tier whatever the override says."""
    judged = recorded(decided.facts)
    if judged is None or said.tier >= decided.tier:
        return []
    kinds = {kind for tier, found in judged.counts.items() if tier > said.tier for kind in found}
    fixed = sorted(kind for kind in kinds if kind.partition(".")[0] in NEVER_LOWERED)
    return [f"No override lowers {', '.join(fixed)}, which the decision rested on too."] if fixed else []
