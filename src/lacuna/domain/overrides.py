"""What people decided against the machine: a tier for one text, for a pattern, or for the text of a decision.

An override raises or lowers, it has a reason and an author, and it counts from its grant to its expiry. What it does to
a classification is in domain/overriding.py; who may grant one is `Principal.is_steward`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lacuna.domain.tiers import Tier

MAX_REASON: Final = 2_000
MAX_NOTE: Final = 500
DAY_US: Final = 86_400_000_000


class OverrideKind(StrEnum):
    """What an override is about: one text; every text that a pattern is found in; the text of a recorded decision."""

    TEXT = "text"
    PATTERN = "pattern"
    DECISION = "decision"


class Effect(StrEnum):
    """raise: the tier is at least the given one. lower: what the text itself holds counts as the given tier at most."""

    RAISE = "raise"
    LOWER = "lower"


class State(StrEnum):
    """Where an override stands. Only a granted one counts; refused, withdrawn and expired ones are final."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Override:
    """`key` is the text's keyed HMAC in hexadecimal, or the pattern. Times are microseconds since the epoch; `expires`
    is None for one that stays until it is withdrawn. `remark` is what the steward said to it."""

    override_id: str
    kind: OverrideKind
    key: str
    tier: Tier
    effect: Effect
    reason: str
    author: str
    created: int
    expires: int | None = None
    note: str = ""
    decision_id: str = ""
    state: State = State.REQUESTED
    decided_by: str = ""
    decided_at: int | None = None
    remark: str = ""

    @property
    def rule(self) -> str:
        """Its name in findings and reasons."""
        return f"override.{self.override_id}"

    def state_at(self, now: int) -> State:
        """The state by the clock: nobody has to do anything for an override to expire."""
        over = self.expires is not None and self.expires <= now
        return State.EXPIRED if over and self.state in (State.REQUESTED, State.GRANTED) else self.state


@dataclass(frozen=True, slots=True)
class Label:
    """A text with the tier that a person gave it, for the embedding layer to learn from. It counts as long as the
    override it came with; one without an override counts always."""

    label_id: str
    text: str
    tier: Tier
    decision_id: str
    override_id: str
    added_by: str
    added_at: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What stewards let count: overrides that are granted, and the labels that go with them. `next_expiry` is when the
    first of these, or of the open requests, expires, in microseconds."""

    overrides: tuple[Override, ...] = ()
    labels: tuple[Label, ...] = ()
    next_expiry: int | None = None


def effect_of(tier: Tier, wanted: Effect | None, decided: Tier | None = None) -> Effect | None:
    """Whether an override with this tier raises or lowers; None where that has to be said. `decided` is the tier that
    the text has now, where it is known."""
    if wanted is not None:
        return wanted
    if decided is not None:
        return Effect.LOWER if tier < decided else Effect.RAISE
    return {Tier.PUBLIC: Effect.LOWER, Tier.INTERNAL: None, Tier.PROPRIETARY: Effect.RAISE}[tier]


def fault_of(tier: Tier, effect: Effect) -> str:
    """Why an override cannot have this effect, or "" if it can."""
    if tier is Tier.PUBLIC and effect is Effect.RAISE:
        return "nothing can be raised to PUBLIC"
    if tier is Tier.PROPRIETARY and effect is Effect.LOWER:
        return "nothing can be lowered to PROPRIETARY"
    return ""


def fault_of_term(effect: Effect, now: int, expires: int | None, longest_days: int) -> str:
    """Why an override may not be granted until `expires`, or "" if it may."""
    if expires is not None and expires <= now:
        return "has expired"
    if effect is Effect.RAISE:
        return ""
    if expires is None:
        return f"lowers a tier and has no expiry: say for how many days, at most {longest_days}"
    return f"lowers a tier for more than {longest_days} days" if expires - now > longest_days * DAY_US else ""
