"""A data operation that somebody asks about, what has to be done for it, and the answer.

Promise: an operation is allowed only where every package of policy allows everything that it does, and every obligation
is met; one that nobody here can carry out is not met.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.duties import Duty, approval_duty, purpose_duty
from lacuna.domain.operations import Operation
from lacuna.domain.policy import Destination, Obligation, ObligationKind, PolicyInput
from lacuna.domain.tiers import Tier

MAX_SOURCES: Final = 50
MAX_COLUMNS: Final = 1_000
MAX_ROWS: Final = 200

MODEL_DESTINATIONS: Final = frozenset({"model", "llm", "external_llm", "ai"})
"""Kinds of destination that are language models."""

Cell = bool | int | float | str | None
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What somebody wants to do. `columns` empty means all; `sample` is some of the data, as rows or as text."""

    operation: Operation
    sources: tuple[str, ...]
    destination: Destination | None = None
    purpose: str | None = None
    columns: tuple[str, ...] = ()
    code: str = ""
    sample: tuple[Row, ...] | str = ()

    @property
    def exports(self) -> bool:
        """Whether the request itself says that data goes somewhere."""
        return self.operation is Operation.EXPORT or self.destination is not None


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to meet obligations with. `approved` are those whose approval somebody granted; `masked_kinds` are
    the kinds still found in the masked data, None where nothing was masked; `models` are the approved ones."""

    purpose: str | None = None
    destination: Destination | None = None
    approved: frozenset[Obligation] = frozenset()
    masked_kinds: frozenset[str] | None = None
    models: frozenset[str] = frozenset()


def duty(obligation: Obligation, means: Means) -> Duty:
    """Whether `means` meet an obligation on a data operation."""
    match obligation.kind:
        case ObligationKind.REQUIRE_PURPOSE:
            return purpose_duty(obligation, means.purpose)
        case ObligationKind.APPROVAL:
            return approval_duty(obligation, means.approved)
        case ObligationKind.REDACT | ObligationKind.REDACT_ANSWERS:
            return _redacted(obligation, means.masked_kinds)
        case ObligationKind.APPROVED_MODELS_ONLY:
            to = means.destination
            if to is None or to.kind.casefold() not in MODEL_DESTINATIONS:
                return Duty(obligation, True, "goes to no model")
            known = to.name in means.models
            return Duty(obligation, known, "an approved model" if known else "the model is not approved")


def _redacted(obligation: Obligation, left: frozenset[str] | None) -> Duty:
    names = ", ".join(obligation.values)
    if left is None:
        return Duty(obligation, False, f"{names} cannot be taken out here: anonymize the data as `sample`")
    if any(kind == name or kind.startswith(f"{name}.") for kind in left for name in obligation.values):
        return Duty(obligation, False, f"{names} is still there after masking")
    return Duty(obligation, True, f"{names} was taken out")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What policy and the rules say of one request. `asked` is what policy was asked about each thing that it does."""

    allowed: bool
    tier: Tier
    tags: tuple[str, ...]
    rule: str
    why: str
    effective: tuple[Operation, ...]
    denied: tuple[str, ...]
    duties: tuple[Duty, ...]
    policy_id: str
    policy_version: str
    fired: tuple[tuple[str, str, str], ...] = ()
    observed: tuple[tuple[str, str, str], ...] = ()
    suggested: tuple[str, ...] = ()
    asked: tuple[tuple[str, PolicyInput], ...] = ()

    def settled(self) -> "Judgement":
        """The same, allowed where nothing denies and every obligation is met."""
        return replace(self, allowed=not self.denied and all(duty.met for duty in self.duties))

    @property
    def only_approval_missing(self) -> bool:
        """Whether approval alone would allow it."""
        unmet = [duty for duty in self.duties if not duty.met]
        return (
            not self.denied and bool(unmet) and all(duty.obligation.kind is ObligationKind.APPROVAL for duty in unmet)
        )


@dataclass(frozen=True, slots=True)
class Alternative:
    """A request that would be allowed. `change` says how it differs in words, `request` in the fields of the body."""

    change: str
    request: Mapping[str, object]
    tier: Tier
    rule: str = ""
    needs_approval: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The recorded answer. `result` is the masked sample, where the shipped transformer made one: what an operation
    allowed by that rule may use, and nothing else. `approval_id` names the request for approval that waits or was
    granted."""

    decision_id: str
    judgement: Judgement
    reasoning: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    result: str | None = None
    approval_id: str = ""
    index: int = -1
