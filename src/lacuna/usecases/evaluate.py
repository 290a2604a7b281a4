"""Decide whether somebody may do something with named data, say why, and say what would be allowed instead.

Promise: the decision is in the ledger, durable, before it is returned; a resource that the asker may not know of is not
found; what code does counts, not what it is called; every alternative was evaluated and came out allowed. Nothing is
done to the data here but what the shipped transformer does to a sample that came with the request.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.approvals import Approval
from lacuna.domain.audit import Record
from lacuna.domain.classification import Classification
from lacuna.domain.duties import purpose_of
from lacuna.domain.errors import InvalidInput
from lacuna.domain.evaluation import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SOURCES,
    Alternative,
    Evaluation,
    Judgement,
    OperationRequest,
)
from lacuna.domain.identity import Principal
from lacuna.domain.operations import CodeFacts, ColumnName, Input, Operation, wanted_columns
from lacuna.domain.policy import Obligation
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.code import CodeReader
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.alternatives import MAX_GIVEN, Guess, guesses
from lacuna.usecases.approvals import Approvals, Subject
from lacuna.usecases.judge_operation import Case, judge
from lacuna.usecases.operation_facts import Names, facts
from lacuna.usecases.policy_facts import Observed, nobody
from lacuna.usecases.resources import Resources
from lacuna.usecases.sampled import Masked, Said, mask, raised_by_sample

KIND: Final = "decision.evaluate"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the configuration allows: purposes that may be stated (any, where there are none) and approved models."""

    purposes: tuple[str, ...] = ()
    models: frozenset[str] = frozenset()


class Evaluate:
    """See the module. `classify` classifies one text by what stands in it; it blocks and is thread-safe."""

    def __init__(
        self,
        resources: Resources,
        policy: PolicyEngine,
        code: CodeReader,
        classify: Callable[[str], Classification],
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        allowed: Allowed = Allowed(),
        approvals: Approvals | None = None,
        observed: Observed = nobody,
    ) -> None:
        self._resources = resources
        self._policy = policy
        self._code = code
        self._classify = classify
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._allowed = allowed
        self._approvals = approvals
        self._observed = observed

    async def one(self, request: OperationRequest, principal: Principal) -> Evaluation:
        """The recorded decision. Raises InvalidInput, NotFound for a resource that the principal may not know of, and
        StorageError where the decision cannot be kept."""
        request = replace(request, purpose=purpose_of(request.purpose, self._allowed.purposes))
        _within_limits(request)
        await self._refuse_data_in_names(request)
        inputs = await self._resources.inputs(request.sources, principal)
        inputs = await asyncio.to_thread(raised_by_sample, inputs, request.sample, self._classify)
        case = await self._case(request, inputs, principal)
        judged, granted = await self._judged(case)
        alternatives = () if judged.allowed else await self._alternatives(case, judged)
        decision_id = self._ids.new("dec")
        if judged.observed:
            self._observed(decision_id, judged.observed)
        names = Names(self._keys.hmac, lambda text: bool(self._classify(text).findings))
        data = await asyncio.to_thread(facts, case.request, case.code, judged, names, self._keys.hmac)
        reasoning = explained(case, judged)
        data |= {"alternatives": len(alternatives), "hmac_key": self._keys.hmac_key_id}
        record = Record(KIND, self._clock.now_us(), principal.user_id, principal.via, decision_id, data)
        [stored] = await self._ledger.append(Entry(record))
        approval_id = await self._settle(case, judged, granted, decision_id)
        result = case.masked.text if judged.allowed and case.masked is not None else None
        return Evaluation(decision_id, judged, reasoning, alternatives, result, approval_id, stored.index)

    async def _judged(self, case: Case) -> tuple[Judgement, tuple[Approval, ...]]:
        """The judgement with what is approved, and the approvals that it passes by."""
        judged = await judge(self._policy, case)
        if self._approvals is None or not judged.only_approval_missing:
            return judged, ()
        granted = await self._approvals.approved(_missing(judged), _subject(case, judged))
        if not granted:
            return judged, ()
        return await judge(self._policy, replace(case, approved=frozenset(granted))), tuple(granted.values())

    async def _settle(self, case: Case, judged: Judgement, granted: Sequence[Approval], decision_id: str) -> str:
        """Records grants that were used, and asks for those that are missing; the id of the first one, or ""."""
        if self._approvals is None:
            return ""
        if judged.allowed:
            await self._approvals.used(granted, decision_id, case.principal)
            return granted[0].approval_id if granted else ""
        if not judged.only_approval_missing:
            return ""
        waiting = await self._approvals.request(_missing(judged), _subject(case, judged), decision_id)
        return waiting[0].approval_id if waiting else ""

    async def _case(self, request: OperationRequest, inputs: tuple[Input, ...], principal: Principal) -> Case:
        """What is known of a request. Raises InvalidInput where it reads what is none of its sources."""
        code, said, masked = await asyncio.to_thread(self._looked_at, request, inputs)
        return Case(request, inputs, code, said, masked, principal, self._clock.now_us(), models=self._allowed.models)

    def _looked_at(
        self, request: OperationRequest, inputs: Sequence[Input]
    ) -> tuple[CodeFacts | None, Said, Masked | None]:
        code = self._code.read(request.code) if request.code else None
        _refuse_other_tables(request, code, inputs)
        said = Said.of(self._classify(request.code).findings) if request.code else Said()
        masked = None
        if request.sample and request.operation is Operation.ANONYMIZE:
            columns = {column.name.casefold(): column for each in inputs for column in each.columns}
            masked = mask(request.sample, columns, wanted_columns(request.columns, None), self._classify)
        return code, said, masked

    async def _alternatives(self, case: Case, judged: Judgement) -> tuple[Alternative, ...]:
        found: list[Alternative] = []
        if judged.only_approval_missing:
            found.append(Alternative("have it approved", {}, judged.tier, judged.rule, needs_approval=True))
        for guess in guesses(case.request, case.inputs, judged):
            if len(found) >= MAX_GIVEN:
                break
            alternative = await self._tried(guess, case)
            # What needs approval either way is no way around it.
            if alternative is not None and not (judged.only_approval_missing and alternative.needs_approval):
                found.append(alternative)
        return tuple(found)

    async def _tried(self, guess: Guess, case: Case) -> Alternative | None:
        try:
            other = await self._case(guess.request, case.inputs, case.principal)
        except InvalidInput:
            return None
        judged = await judge(self._policy, other)
        if not judged.allowed and not judged.only_approval_missing:
            return None
        return Alternative("; ".join(guess.change), guess.fields, judged.tier, judged.rule, not judged.allowed)

    async def _refuse_data_in_names(self, request: OperationRequest) -> None:
        """A purpose is shown to others and kept: it may not be a place for data."""
        if request.purpose is not None and (await asyncio.to_thread(self._classify, request.purpose)).findings:
            raise InvalidInput("purpose: it holds data.", cure="Name the purpose without names or numbers.")


def _missing(judged: Judgement) -> tuple[Obligation, ...]:
    return tuple(duty.obligation for duty in judged.duties if not duty.met)


def _subject(case: Case, judged: Judgement) -> Subject:
    """Exactly this operation by exactly this person."""
    request = case.request
    return Subject(
        case.principal,
        request.operation.value,
        str(judged.tier),
        tuple(asked for _, asked in judged.asked),
        (repr(request),),
        request.sources,
    )


def _within_limits(request: OperationRequest) -> None:
    if not request.sources:
        raise InvalidInput("sources: nothing is named.", cure="Name at least one resource by its id.")
    for name, size, limit in (
        ("sources", len(request.sources), MAX_SOURCES),
        ("columns", len(request.columns), MAX_COLUMNS),
        ("sample", 0 if isinstance(request.sample, str) else len(request.sample), MAX_ROWS),
    ):
        if size > limit:
            raise InvalidInput(f"{name}: {size} entries; the limit is {limit}.", cure="Send fewer.")


def _refuse_other_tables(request: OperationRequest, code: CodeFacts | None, inputs: Sequence[Input]) -> None:
    """What is read has to be named, so that it counts."""
    known = {name for each in inputs for name in each.names}
    if code is not None and code.readable and code.tables is not None:
        others = [table for table in code.tables if table not in known]
        if others:
            raise InvalidInput(
                f"code: it reads {len(others)} table(s) that are none of the sources.",
                cure="Name every resource that the code reads in `sources`.",
            )
    own = {column.name.casefold() for each in inputs for column in each.columns}
    for name in map(ColumnName.parse, request.columns):
        if name.table and name.table not in known and str(name) not in own:
            raise InvalidInput("columns: a column of a table that is none of the sources.", cure="Check the names.")


def explained(case: Case, judged: Judgement) -> tuple[str, ...]:
    """The decision in sentences."""
    verb = "Allowed" if judged.allowed else "Denied"
    operations = " and ".join(judged.effective)
    lines = [f"{verb}: {operations} of {len(case.inputs)} resource(s); the result is {judged.tier}."]
    extra = [operation for operation in judged.effective if operation is not case.request.operation]
    if case.code is not None and not case.code.readable:
        lines.append("The code could not be read for certain, so it counts as code that may do anything.")
    elif extra:
        lines.append(f"The code does more than {case.request.operation}: {', '.join(extra)}.")
    if judged.rule:
        lines.append(f"The rule {judged.rule} lowers the result: {judged.why}.")
    elif case.request.operation in (Operation.AGGREGATE, Operation.ANONYMIZE):
        lines.append(f"No rule lowers the result: {judged.why}.")
    lines += [f"Denied because {reason}." for reason in judged.denied]
    for each in judged.duties:
        state = "met" if each.met else "not met"
        lines.append(f"Obligation {each.obligation.kind} ({each.obligation.reason}): {state}, {each.how}.")
    return tuple(lines)
