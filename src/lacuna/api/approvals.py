"""`/admin/approvals`: requests that somebody approves an operation, for those who may decide them or made them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from lacuna.api.context import PREFIX
from lacuna.api.dependencies import App, Approver
from lacuna.domain.approvals import MAX_REMARK, Approval, State

router = APIRouter(prefix=f"{PREFIX}/admin/approvals", tags=["approvals"])

ApprovalId = Annotated[str, Path(min_length=1, max_length=100)]


class DecideBody(BaseModel):
    """What is said to a decision on a request."""

    model_config = ConfigDict(extra="forbid")

    remark: Annotated[str, Field(max_length=MAX_REMARK)] = ""


class ApprovalModel(BaseModel):
    """A request. `subject` names the resources, empty for a question; `groups` may decide it, `hours` is how long a
    grant counts. Times are microseconds since the epoch."""

    id: str
    state: State
    requester: str
    action: str
    subject: list[str]
    tier: str
    groups: list[str]
    rule: str
    reason: str
    hours: int
    created: int
    expires: int
    decision_id: str
    decided_by: str
    decided_at: int | None
    remark: str


class ApprovalPageModel(BaseModel):
    """A page of requests by id; `next` continues it."""

    approvals: list[ApprovalModel]
    next: str | None


@router.get("")
async def listing(
    app: App,
    asker: Approver,
    state: State | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[str, Query(max_length=100)] = "",
) -> ApprovalPageModel:
    """The requests that you may decide or made, oldest first."""
    page = await app.approvals.page(state, after, limit, asker)
    return ApprovalPageModel(approvals=[approval_model(each) for each in page.approvals], next=page.next)


@router.post("/{approval_id}/grant")
async def grant(approval_id: ApprovalId, body: DecideBody, app: App, asker: Approver) -> ApprovalModel:
    """Lets exactly what was asked for pass, for `hours` from now."""
    return approval_model(await app.approvals.grant(approval_id, body.remark, asker))


@router.post("/{approval_id}/refuse")
async def refuse(approval_id: ApprovalId, body: DecideBody, app: App, asker: Approver) -> ApprovalModel:
    """Ends a request."""
    return approval_model(await app.approvals.refuse(approval_id, body.remark, asker))


def approval_model(a: Approval) -> ApprovalModel:
    """The wire form of a request."""
    return ApprovalModel(
        id=a.approval_id,
        state=a.state,
        requester=a.requester,
        action=a.action,
        subject=list(a.subject),
        tier=a.tier,
        groups=list(a.groups),
        rule=a.rule,
        reason=a.reason,
        hours=a.hours,
        created=a.created,
        expires=a.expires,
        decision_id=a.decision_id,
        decided_by=a.decided_by,
        decided_at=a.decided_at,
        remark=a.remark,
    )
