"""`/admin/policies/...`: what policies would have made of decisions of the past, and why they decide as they do.
Administrators only."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, PolicyReader
from lacuna.api.policies import PoliciesBody, refusals
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Principal
from lacuna.domain.policy_documents import read_input
from lacuna.domain.policy_set import PolicySet
from lacuna.usecases.explain_policy import Explained
from lacuna.usecases.policy_diff import MAX_DAYS, MAX_REPLAYED, Backtest, Difference
from lacuna.usecases.policy_replay import Replayed
from lacuna.usecases.policy_sentences import sentences
from lacuna.wiring.application import Application

router = APIRouter(prefix=f"{PREFIX}/admin/policies", tags=["admin"])

Version = Annotated[str, Field(max_length=100)]


class CandidateBody(BaseModel):
    """A set of one's own, or a `version` that is kept."""

    model_config = ConfigDict(extra="forbid")

    policies: PoliciesBody | None = None
    version: Version = ""

    async def candidate(self, app: Application, asker: Principal) -> PolicySet:
        """The whole set. Raises InvalidInput where both or neither is given."""
        if (self.policies is None) == (not self.version):
            raise InvalidInput("Give either policies or version.")
        if self.policies is not None:
            return app.policies.whole(self.policies.own())
        return await app.policies.get(self.version, asker)


class DiffBody(CandidateBody):
    """The same; `last` is how many decisions of each kind are made again."""

    last: Annotated[int, Field(ge=0, le=MAX_REPLAYED)] = 10_000


class BacktestBody(CandidateBody):
    """The same; every decision of the last `days` is made again."""

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 7


class ExplainBody(BaseModel):
    """A decision of the past, or an input document whose fields may be left out; `version` is by which set: left out,
    the one that decided, or the one in force."""

    model_config = ConfigDict(extra="forbid")

    decision_id: Annotated[str, Field(max_length=100)] = ""
    input: dict[str, Any] | None = None
    version: Version = ""


class ChangedModel(BaseModel):
    """A decision of the past that would be another one."""

    decision_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    fired: list[str]


class PastModel(BaseModel):
    """Decisions of the past made again: `decided_by` counts the versions that had decided them, `audit_only` what rules
    without effect would do; `examples` are the newest that would be other ones."""

    version: str
    replayed: int
    changed: int
    changes: dict[str, int]
    not_replayed: dict[str, int]
    decided_by: dict[str, int]
    audit_only: dict[str, int]
    examples: list[ChangedModel]


class DiffModel(PastModel):
    """What a change would do; `files` are unified diffs."""

    files: dict[str, str]


class BacktestModel(PastModel):
    """What a set makes of the past; `since` is in microseconds since the epoch."""

    since: int
    reproduced: int
    audit_only_rules: list[str]


class FiredModel(BaseModel):
    """A rule, what it does, and why."""

    package: str
    rule: str
    effect: str
    reason: str


class ExplainedModel(BaseModel):
    """Which rules decide and why. `outcome` is what comes of it now, `recorded` what the record says (null for an
    input); `missing` what the record lacks. `sentences` say all of it."""

    version: str
    decision_id: str
    decided_by: str
    outcome: dict[str, Any]
    recorded: dict[str, Any] | None
    reasons: list[str]
    fired: list[FiredModel]
    audit_only: list[FiredModel]
    missing: list[str]
    sentences: list[str]


@router.post("/diff")
async def diff(
    body: DiffBody, app: App, asker: PolicyReader, since: Annotated[int | None, Query(ge=0)] = None
) -> DiffModel:
    """What a set would change against the one in force: in text, and in the decisions of the past."""
    with refusals():
        candidate = await body.candidate(app, asker)
        return diff_model(await app.policy_diff.against(candidate, asker, body.last, since))


@router.post("/backtest")
async def backtest(body: BacktestBody, app: App, asker: PolicyReader) -> BacktestModel:
    """What a set makes of every decision of the last days."""
    with refusals():
        candidate = await body.candidate(app, asker)
        return backtest_model(await app.policy_diff.backtest(candidate, asker, body.days))


@router.post("/explain")
async def explain(body: ExplainBody, app: App, asker: PolicyReader) -> ExplainedModel:
    """Which rules decide, and why: for a decision of the past or for an input."""
    if bool(body.decision_id) == (body.input is not None):
        raise InvalidInput("Give either decision_id or input.")
    with refusals():
        if body.input is not None:
            asked = read_input(body.input, int(time.time()))
            return explained_model(await app.policy_explain.input(asked, body.version, asker))
        return explained_model(await app.policy_explain.decision(body.decision_id, body.version, asker))


def diff_model(found: Difference) -> DiffModel:
    """The difference as it is answered."""
    return DiffModel(**_past(found.version, found.past), files=found.files)


def backtest_model(found: Backtest) -> BacktestModel:
    """The back-test as it is answered."""
    return BacktestModel(
        **_past(found.version, found.past),
        since=found.since,
        reproduced=found.past.replayed - found.past.changed,
        audit_only_rules=list(found.audit_only),
    )


def _past(version: str, past: Replayed) -> dict[str, Any]:
    return {
        "version": version,
        "replayed": past.replayed,
        "changed": past.changed,
        "changes": dict(past.changes.most_common()),
        "not_replayed": dict(past.not_replayed),
        "decided_by": dict(past.decided_by),
        "audit_only": dict(past.observed.most_common()),
        "examples": [
            ChangedModel(
                decision_id=each.decision_id, before=dict(each.before), after=dict(each.after), fired=list(each.fired)
            )
            for each in past.examples
        ],
    }


def explained_model(found: Explained) -> ExplainedModel:
    """The explanation as it is answered."""
    fired, observed = (
        [FiredModel(package=f.package, rule=f.rule, effect=f.effect, reason=f.reason) for f in rules]
        for rules in (found.fired, found.observed)
    )
    return ExplainedModel(
        version=found.version,
        decision_id=found.decision_id,
        decided_by=found.decided_by,
        outcome=dict(found.outcome),
        recorded=None if found.recorded is None else dict(found.recorded),
        reasons=list(found.reasons),
        fired=fired,
        audit_only=observed,
        missing=list(found.missing),
        sentences=sentences(found),
    )
