"""Requests that differ a little from one that was denied: what might be allowed instead.

These are guesses. `usecases/evaluate.py` really evaluates each and offers those that come out allowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.errors import InvalidInput
from lacuna.domain.evaluation import Judgement, OperationRequest
from lacuna.domain.operations import Input, Operation
from lacuna.domain.policy import Destination, ObligationKind
from lacuna.domain.tiers import Tier

MAX_TRIED: Final = 12
MAX_GIVEN: Final = 5
ANY_PURPOSE: Final = "any purpose"
INSIDE: Final = Destination("inside", "internal", encrypted=True)
_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Guess:
    """A request, how it differs in words, and the fields of the body that differ."""

    request: OperationRequest
    change: tuple[str, ...]
    fields: Mapping[str, object]

    def then(self, other: "Guess") -> "Guess":
        """This change, and what `other` changed to get its request from ours."""
        return Guess(other.request, (*self.change, *other.change), {**self.fields, **other.fields})


def guesses(request: OperationRequest, inputs: Sequence[Input], judged: Judgement) -> list[Guess]:
    """At most MAX_TRIED, the smallest changes first. A purpose that is missing is stated in each of them."""
    start = _with_purpose(Guess(request, (), {}), judged)
    found = [start] if start.change else []
    ones = [*_destinations(start), *_fewer_columns(start, inputs), *_aggregates(start, inputs), *_masked(start)]
    ones += _suggested(start, judged)
    found += ones
    for one in ones:
        if one.request.destination == start.request.destination:
            found += _destinations(one)
    unique: dict[str, Guess] = {repr(guess.request): guess for guess in reversed(found) if guess.request != request}
    return list(reversed(unique.values()))[:MAX_TRIED]


def _with_purpose(start: Guess, judged: Judgement) -> Guess:
    missing = [d.obligation for d in judged.duties if d.obligation.kind is ObligationKind.REQUIRE_PURPOSE and not d.met]
    if not missing:
        return start
    purpose = next((value for obligation in missing for value in obligation.values), ANY_PURPOSE)
    request = replace(start.request, purpose=purpose)
    return start.then(Guess(request, ("state a purpose",), {"purpose": purpose}))


def _destinations(start: Guess) -> Iterator[Guess]:
    to = start.request.destination
    if to is not None and to.encrypted is not True:
        request = replace(start.request, destination=replace(to, encrypted=True))
        yield start.then(Guess(request, ("use an encrypted destination",), {"destination_encrypted": True}))
    if start.request.exports and to != INSIDE:
        fields = {"destination": INSIDE.name, "destination_type": INSIDE.kind, "destination_encrypted": True}
        request = replace(start.request, destination=INSIDE)
        yield start.then(Guess(request, ("use an encrypted destination inside the house",), fields))


def _fewer_columns(start: Guess, inputs: Sequence[Input]) -> Iterator[Guess]:
    """Columns up to a tier only. With code it is the code that chooses."""
    if start.request.code:
        return
    asked = {name.casefold() for name in start.request.columns}
    columns = [c for each in inputs for c in each.columns if not asked or c.name.casefold() in asked]
    for limit in (Tier.INTERNAL, Tier.PUBLIC):
        kept = tuple(column.name for column in columns if column.tier <= limit)
        dropped = [column.name for column in columns if column.tier > limit]
        if kept and dropped:
            more = "" if len(dropped) <= _LISTED else f" and {len(dropped) - _LISTED} more"
            change = f"drop the columns {', '.join(dropped[:_LISTED])}{more}"
            yield start.then(Guess(replace(start.request, columns=kept), (change,), {"columns": list(kept)}))


def _aggregates(start: Guess, inputs: Sequence[Input]) -> Iterator[Guess]:
    if len(inputs) != 1 or not inputs[0].columns or start.request.operation is Operation.AGGREGATE:
        return
    table = max(inputs[0].names, key=len)
    code = f"SELECT COUNT(*) FROM {table}"  # noqa: S608  # a proposal to read; nothing here runs it
    request = replace(start.request, operation=Operation.AGGREGATE, columns=(), code=code)
    yield start.then(Guess(request, ("count instead",), {"operation": "aggregate", "columns": [], "code": code}))


def _masked(start: Guess) -> Iterator[Guess]:
    if start.request.sample and start.request.operation is not Operation.ANONYMIZE:
        request = replace(start.request, operation=Operation.ANONYMIZE, code="")
        fields = {"operation": "anonymize", "code": ""}
        yield start.then(Guess(request, ("use the sample as it comes out of anonymize",), fields))


def _suggested(start: Guess, judged: Judgement) -> Iterator[Guess]:
    """What policy itself proposes."""
    for name in judged.suggested:
        try:
            operation = Operation.parse(name)
        except InvalidInput:
            continue
        if operation is not start.request.operation:
            request = replace(start.request, operation=operation)
            yield start.then(Guess(request, (f"{operation} instead",), {"operation": operation.value}))
