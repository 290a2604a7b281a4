"""`/admin/overrides`, what stewards set against the classifier, and `/feedback`, what anybody says about own decisions.

Texts and patterns stand in bodies only, never in a path or a query.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, FeedbackGiver, OverrideSteward
from lacuna.domain.overrides import MAX_NOTE, MAX_REASON, Effect, Override, OverrideKind, State
from lacuna.domain.tiers import Tier
from lacuna.usecases.feedback import Outcome, Received, Said
from lacuna.usecases.overrides import Wanted

router = APIRouter(prefix=PREFIX, tags=["overrides"])

MAX_TEXT = 100_000
MAX_DAYS = 3_650


def _tier(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be the name of a tier")
    return Tier.parse(value)


TierName = Annotated[Tier, BeforeValidator(_tier, json_schema_input_type=str)]
Reason = Annotated[str, Field(min_length=1, max_length=MAX_REASON)]
Remark = Annotated[str, Field(max_length=MAX_REASON)]
Days = Annotated[int | None, Field(ge=1, le=MAX_DAYS)]
Text = Annotated[str | None, Field(max_length=MAX_TEXT)]
OverrideId = Annotated[str, Path(min_length=1, max_length=100)]


class OverrideBody(BaseModel):
    """An override about exactly one of `text`, `pattern` (RE2 syntax) and `decision_id`. `effect` has to be said for
    INTERNAL, unless a decision is named; `days` where it lowers. With `"grant": false` it waits for another steward."""

    model_config = ConfigDict(extra="forbid")

    tier: TierName
    reason: Reason
    text: Text = None
    pattern: Annotated[str | None, Field(max_length=MAX_REASON)] = None
    decision_id: Annotated[str | None, Field(max_length=100)] = None
    effect: Effect | None = None
    days: Days = None
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    grant: bool = True


class GrantBody(BaseModel):
    """`days` from now; left out: what the request asked for."""

    model_config = ConfigDict(extra="forbid")

    days: Days = None
    remark: Remark = ""


class RemarkBody(BaseModel):
    """Why it ends."""

    model_config = ConfigDict(extra="forbid")

    remark: Remark = ""


class OverrideModel(BaseModel):
    """An override. `key_hmac` names the text, `pattern` is null for one about a text. Times are microseconds since the
    epoch; `expires` is null for one that stays."""

    id: str
    kind: OverrideKind
    tier: str
    effect: Effect
    state: State
    reason: str
    note: str
    author: str
    created: int
    expires: int | None
    decision_id: str
    key_hmac: str | None
    pattern: str | None
    decided_by: str
    decided_at: int | None
    remark: str


class OverridePageModel(BaseModel):
    """A page of overrides by id; `next` continues it."""

    overrides: list[OverrideModel]
    next: str | None


class FeedbackBody(BaseModel):
    """What the tier of a decision's text should have been. `text`, if given, is the text that was decided: only then
    something is learned. `apply` grants it at once and is for stewards; `days` is how long."""

    model_config = ConfigDict(extra="forbid")

    decision_id: Annotated[str, Field(min_length=1, max_length=100)]
    tier: TierName
    comment: Reason
    text: Text = None
    days: Days = None
    apply: bool = False


class FeedbackAnswer(BaseModel):
    """What became of feedback: `outcome` says whether it is a request, in force, or recorded alone (you agreed);
    `learned` whether the embedding layer learns the text now; `notes` say what will not happen."""

    decision_id: str
    decided: str
    tier: str
    outcome: Outcome
    override_id: str | None
    expires: int | None
    learned: bool
    notes: list[str]


@router.post("/feedback", status_code=201)
async def feedback(body: FeedbackBody, app: App, asker: FeedbackGiver) -> FeedbackAnswer:
    """Says that a decision's tier should have been another one, or that it was right. For the decision's owner and
    stewards."""
    said = Said(body.decision_id, body.tier, body.comment, body.text, body.days, body.apply)
    return feedback_model(await app.feedback.give(said, asker))


@router.get("/admin/overrides")
async def listing(
    app: App,
    asker: OverrideSteward,
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[str, Query(max_length=100)] = "",
) -> OverridePageModel:
    """The overrides by id, of one state or all."""
    page = await app.overrides.page(state, after, limit, asker)
    return OverridePageModel(overrides=[override_model(o) for o in page.overrides], next=page.next)


@router.post("/admin/overrides", status_code=201)
async def make(body: OverrideBody, app: App, asker: OverrideSteward) -> OverrideModel:
    """Makes an override; unless it is to wait, it counts when the call returns."""
    wanted = Wanted(
        tier=body.tier,
        reason=body.reason,
        text=body.text,
        pattern=body.pattern,
        decision_id=body.decision_id,
        effect=body.effect,
        days=body.days,
        note=body.note,
        granted=body.grant,
    )
    return override_model(await app.overrides.make(wanted, asker))


@router.post("/admin/overrides/{override_id}/grant")
async def grant(override_id: OverrideId, body: GrantBody, app: App, asker: OverrideSteward) -> OverrideModel:
    """Lets a request count; 409 where it is no open request any more."""
    return override_model(await app.overrides.grant(override_id, body.days, body.remark, asker))


@router.post("/admin/overrides/{override_id}/refuse")
async def refuse(override_id: OverrideId, body: RemarkBody, app: App, asker: OverrideSteward) -> OverrideModel:
    """Ends a request; 409 where it is none any more."""
    return override_model(await app.overrides.refuse(override_id, body.remark, asker))


@router.post("/admin/overrides/{override_id}/withdraw")
async def withdraw(override_id: OverrideId, body: RemarkBody, app: App, asker: OverrideSteward) -> OverrideModel:
    """Ends an override in force; 409 where it is not in force any more."""
    return override_model(await app.overrides.withdraw(override_id, body.remark, asker))


def override_model(override: Override) -> OverrideModel:
    """The wire form of an override."""
    patterned = override.kind is OverrideKind.PATTERN
    return OverrideModel(
        id=override.override_id,
        kind=override.kind,
        tier=str(override.tier),
        effect=override.effect,
        state=override.state,
        reason=override.reason,
        note=override.note,
        author=override.author,
        created=override.created,
        expires=override.expires,
        decision_id=override.decision_id,
        key_hmac=None if patterned else override.key,
        pattern=override.key if patterned else None,
        decided_by=override.decided_by,
        decided_at=override.decided_at,
        remark=override.remark,
    )


def feedback_model(received: Received) -> FeedbackAnswer:
    """The wire form of what became of feedback."""
    override = received.override
    return FeedbackAnswer(
        decision_id=received.decision_id,
        decided=str(received.decided),
        tier=str(received.tier),
        outcome=received.outcome,
        override_id=None if override is None else override.override_id,
        expires=None if override is None else override.expires,
        learned=received.learned,
        notes=list(received.notes),
    )
