"""Ask policy whether a data operation may be done, about everything that it does.

Promise: every package that has a say is asked, all of them under one version of the rules; one that fails, or rules
that were exchanged in between, deny. What policy raises counts. Nothing is recorded here (usecases/evaluate.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lacuna.domain.duties import Duty
from lacuna.domain.errors import LacunaError
from lacuna.domain.evaluation import Judgement, Means, OperationRequest, duty
from lacuna.domain.identity import Principal
from lacuna.domain.operations import (
    CodeFacts,
    Counted,
    Input,
    Operation,
    counted,
    effective,
    result,
    wanted_columns,
)
from lacuna.domain.policy import Obligation, PolicyInput, Resource
from lacuna.domain.policy_documents import ACCESS, CLASSIFICATION, EXPORT, RETENTION
from lacuna.domain.policy_verdicts import Verdict
from lacuna.domain.tiers import Tier, join
from lacuna.ports.policy import PolicyEngine
from lacuna.usecases.sampled import Masked, Said

FAILED: Final = "failure"
_MINUTE_US: Final = 60_000_000
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A request with what is known of it. `said` is what its own texts show, `masked` the data after the transformer,
    where it ran."""

    request: OperationRequest
    inputs: tuple[Input, ...]
    code: CodeFacts | None
    said: Said
    masked: Masked | None
    principal: Principal
    now_us: int
    approved: frozenset[Obligation] = frozenset()
    models: frozenset[str] = frozenset()


class _Exchanged(Exception):
    """The rules changed while they were asked."""


async def judge(policy: PolicyEngine, case: Case) -> Judgement:
    """See the module."""
    for _ in range(_TRIES):
        asking = _Asking(policy)
        try:
            return await _judged(asking, case)
        except _Exchanged:
            continue
        except LacunaError as error:
            return _failed(case, f"policy failed: {error.code}", policy.version)
    return _failed(case, "policy was exchanged while it was asked", policy.version)


@dataclass(slots=True)
class _Asking:
    """One round of questions to one version of the rules."""

    policy: PolicyEngine
    version: str = ""
    asked: list[tuple[str, PolicyInput]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    async def ask(self, package: str, facts: PolicyInput) -> Verdict:
        verdict, version = await self.policy.judge(package, facts)
        if self.version and version != self.version:
            raise _Exchanged
        self.version = version
        self.asked.append((package, facts))
        self.verdicts.append(verdict)
        return verdict


async def _judged(asking: _Asking, case: Case) -> Judgement:
    request = case.request
    operations = effective(request.operation, case.code)
    parts = counted(case.inputs, wanted_columns(request.columns, case.code))
    parts = tuple([await _classified(asking, case, part) for part in parts])
    masked = None if case.masked is None else case.masked.tier
    out = result(request.operation, parts, case.code, case.said.tier, masked)
    facts = _facts(case, parts, out.tier)
    for operation in sorted(operations):
        await asking.ask(ACCESS, replace(facts, action=operation.value))
        if operation is Operation.DELETE:
            await asking.ask(RETENTION, replace(facts, action=operation.value))
    if request.exports or Operation.EXPORT in operations:
        leaving = facts
        if out.rule:
            # What leaves is the result, not what it was made from.
            gone = tuple(replace(r, tier=min(r.tier, out.tier)) for r in facts.resources)
            leaving = replace(facts, resources=gone)
        await asking.ask(EXPORT, replace(leaving, action=Operation.EXPORT.value))
    means = Means(
        request.purpose,
        request.destination,
        case.approved,
        None if case.masked is None else case.masked.kinds,
        case.models,
    )
    return Judgement(
        allowed=False,
        tier=out.tier,
        tags=facts.tags,
        rule=out.rule,
        why=out.why,
        effective=tuple(sorted(operations)),
        denied=tuple(dict.fromkeys(reason for verdict in asking.verdicts for reason in verdict.denied)),
        duties=_duties(asking.verdicts, means),
        policy_id=EXPORT if any(package == EXPORT for package, _ in asking.asked) else ACCESS,
        policy_version=asking.version,
        fired=tuple((f.package, f.rule, f.effect) for verdict in asking.verdicts for f in verdict.fired),
        observed=tuple((f.package, f.rule, f.effect) for verdict in asking.verdicts for f in verdict.observed),
        suggested=tuple(dict.fromkeys(name for verdict in asking.verdicts for name in verdict.alternatives)),
        asked=tuple(asking.asked),
    ).settled()


def _duties(verdicts: Sequence[Verdict], means: Means) -> tuple[Duty, ...]:
    obligations = dict.fromkeys(obligation for verdict in verdicts for obligation in verdict.obligations)
    return tuple(duty(obligation, means) for obligation in obligations)


async def _classified(asking: _Asking, case: Case, part: Counted) -> Counted:
    """The part with the tier and tags that policy gives it."""
    kinds: Mapping[str, int] = dict.fromkeys(sorted({k for column in part.columns for k in column.kinds}), 1)
    asked = replace(
        _facts(case, (part,), part.tier), action=case.request.operation.value, findings=tuple(kinds.items())
    )
    said = await asking.ask(CLASSIFICATION, replace(asked, tags=part.tags, resources=()))
    tags = tuple(sorted({*part.tags, *said.tags}))
    raised = said.tier > part.tier
    lasting = max(part.lasting, said.tier) if raised else part.lasting
    return replace(part, tier=max(part.tier, said.tier), tags=tags, lasting=lasting)


def _facts(case: Case, parts: Sequence[Counted], tier: Tier) -> PolicyInput:
    principal, request = case.principal, case.request
    findings = dict(case.said.counts)
    for part in parts:
        for column in part.columns:
            for kind in column.kinds:
                findings[kind] = findings.get(kind, 0) + 1
    tags = {tag for part in parts for tag in part.tags} | set(case.said.kinds)
    tags |= {kind.split(".")[0] for kind in case.said.kinds}
    return PolicyInput(
        action=request.operation.value,
        tier=tier,
        tags=tuple(sorted(tags)),
        user_id=principal.user_id,
        groups=tuple(sorted(principal.groups)),
        clearance=principal.clearance,
        project=None,
        requested=(),
        findings=tuple(sorted(findings.items())),
        roles=tuple(sorted(role.value for role in principal.roles)),
        purpose=request.purpose,
        at=case.now_us // _MINUTE_US * 60,
        destination=request.destination,
        resources=tuple(
            Resource(part.resource_id, part.tier, part.tags, tuple(column.name for column in part.columns))
            for part in parts
        ),
    )


def _failed(case: Case, reason: str, version: str) -> Judgement:
    tier = join((Tier.PROPRIETARY, *(each.whole for each in case.inputs)))
    operations = tuple(sorted(effective(case.request.operation, case.code)))
    return Judgement(False, tier, (), "", reason, operations, (reason,), (), FAILED, version)
