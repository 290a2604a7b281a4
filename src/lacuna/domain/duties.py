"""Obligations of policy, and whether they are met.

Promise: nothing is allowed while an obligation on it is not met, and one that nobody here can carry out is not met.
What is carried out while a question is answered (redaction, approved models only) counts as met: usecases/gather.py
and generate.py do it, or leaves the back end or passage out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.errors import InvalidInput
from lacuna.domain.policy import Obligation, ObligationKind, PolicyDecision

MAX_PURPOSE: Final = 64

SETTLED: Final = frozenset(ObligationKind)
"""The kinds that `question_duty` settles. Whoever plans a question has asked it about each obligation before."""

_PURPOSE: Final = re.compile(r"[a-z0-9][a-z0-9 _.-]*")


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation and whether it is met; `how` says by what, or what is missing."""

    obligation: Obligation
    met: bool
    how: str


def purpose_of(text: str | None, known: Sequence[str] = ()) -> str | None:
    """A purpose as it is compared and recorded. Raises InvalidInput for one that is not among `known`, where there are
    any, and for what is no short name in small letters: the ledger keeps it."""
    if text is None:
        return None
    name = " ".join(text.casefold().split())
    if known and name not in known:
        raise InvalidInput("purpose: not one of the configured purposes.", cure=f"Use one of {', '.join(known)}.")
    if len(name) > MAX_PURPOSE or not _PURPOSE.fullmatch(name):
        raise InvalidInput(
            f"purpose: not a short name of at most {MAX_PURPOSE} letters, digits, spaces and `_.-`.",
            cure="Name the purpose in a word or two, such as `fraud review`.",
        )
    return name


def purpose_duty(obligation: Obligation, purpose: str | None) -> Duty:
    """Whether a purpose that policy accepts is stated."""
    if purpose is None and not obligation.values:
        return Duty(obligation, False, "state a purpose")
    if obligation.values and purpose not in obligation.values:
        return Duty(obligation, False, f"state one of the purposes {', '.join(obligation.values)}")
    return Duty(obligation, True, "a purpose is stated")


def approval_duty(obligation: Obligation, approved: frozenset[Obligation]) -> Duty:
    """Whether somebody approved."""
    if obligation in approved:
        return Duty(obligation, True, "approved")
    return Duty(obligation, False, f"needs the approval of {' or '.join(obligation.values)}")


def question_duty(obligation: Obligation, purpose: str | None, approved: frozenset[Obligation]) -> Duty:
    """Whether an obligation on a question is met."""
    match obligation.kind:
        case ObligationKind.REQUIRE_PURPOSE:
            return purpose_duty(obligation, purpose)
        case ObligationKind.APPROVAL:
            return approval_duty(obligation, approved)
        case ObligationKind.REDACT:
            return Duty(obligation, True, "taken out before anything leaves")
        case ObligationKind.REDACT_ANSWERS:
            return Duty(obligation, True, "taken out of every passage")
        case ObligationKind.APPROVED_MODELS_ONLY:
            return Duty(obligation, True, "no other model is asked")


def held_back(decision: PolicyDecision, duties: Iterable[Duty]) -> PolicyDecision:
    """The decision, denied where a duty is not met."""
    missing = tuple(f"{duty.how} ({duty.obligation.reason})" for duty in duties if not duty.met)
    if not missing:
        return decision
    return replace(decision, allowed=False, allowed_sources=frozenset(), reasons=(*decision.reasons, *missing))


def wanting_approval(decision: PolicyDecision, duties: Iterable[Duty]) -> tuple[Obligation, ...]:
    """The approvals that are missing, where nothing else is."""
    missing = tuple(duty.obligation for duty in duties if not duty.met)
    if not decision.allowed or any(each.kind is not ObligationKind.APPROVAL for each in missing):
        return ()
    return missing


def of_kind(obligations: Iterable[Obligation], kind: ObligationKind) -> tuple[Obligation, ...]:
    """The obligations of one kind."""
    return tuple(obligation for obligation in obligations if obligation.kind is kind)


def redacted_kinds(obligations: Iterable[Obligation], kind: ObligationKind = ObligationKind.REDACT) -> tuple[str, ...]:
    """The kinds that have to be taken out of outgoing text, or out of passages (REDACT_ANSWERS)."""
    return tuple(sorted({value for each in of_kind(obligations, kind) for value in each.values}))
