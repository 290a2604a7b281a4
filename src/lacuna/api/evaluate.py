"""`POST /evaluate`: whether somebody may do something with named data."""

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lacuna.api.body import read, write
from lacuna.api.classify import ShortText
from lacuna.api.context import Context, authenticated, context
from lacuna.domain.errors import InvalidInput, TooLarge
from lacuna.domain.evaluation import MAX_COLUMNS, MAX_ROWS, MAX_SOURCES, Evaluation, OperationRequest
from lacuna.domain.identity import Permission
from lacuna.domain.operations import Operation
from lacuna.domain.policy import Destination

Cell = bool | int | float | str | None
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class EvaluateBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`columns` empty means all of them. `code` is the SQL or Python that would run, `sample` some of the data, as rows
    or text; neither is stored."""

    operation: ShortText
    sources: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=MAX_SOURCES)]
    destination: ShortText | None = None
    destination_type: ShortText | None = None
    destination_encrypted: bool | None = None
    purpose: ShortText | None = None
    columns: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=MAX_COLUMNS)] = ()
    code: str = ""
    sample: str | Annotated[tuple[dict[str, Cell], ...], msgspec.Meta(max_length=MAX_ROWS)] = ()


class ObligationModel(msgspec.Struct, frozen=True):
    """What policy demands. `met` says whether it is done, `how` by what or what is missing."""

    kind: str
    values: tuple[str, ...]
    rule: str
    reason: str
    met: bool
    how: str


class AlternativeModel(msgspec.Struct, frozen=True):
    """The same request with the fields in `request` changed would be allowed, once approved where `needs_approval`."""

    change: str
    request: dict[str, Any]
    tier: str
    rule: str
    needs_approval: bool


class EvaluateAnswer(msgspec.Struct, frozen=True):
    """The decision. It is in the ledger under `decision_id`. `tier` is the result's, `rule` what lowered it,
    `operations` everything that was judged. `result` is the masked sample: what an operation that `rule` allows may
    use."""

    allowed: bool
    tier: str
    tags: tuple[str, ...]
    reasoning: str
    operations: tuple[str, ...]
    rule: str
    policy_id: str
    policy_version: str
    obligations: tuple[ObligationModel, ...]
    alternatives: tuple[AlternativeModel, ...]
    decision_id: str
    approval_id: str | None
    result: str | None


_BODY = msgspec.json.Decoder(EvaluateBody)


def wanted(body: EvaluateBody, max_chars: int) -> OperationRequest:
    """The request in a body. Raises InvalidInput and TooLarge."""
    size = len(body.code) + _sample_size(body.sample)
    if size > max_chars:
        raise TooLarge(
            f"code and sample hold {size} characters; the limit is {max_chars}.", cure="Send a smaller sample."
        )
    if body.destination is None and (body.destination_type is not None or body.destination_encrypted is not None):
        raise InvalidInput("destination: it is described, but not named.", cure="Name it in `destination`.")
    to = None
    if body.destination is not None:
        to = Destination(body.destination, (body.destination_type or "").strip().lower(), body.destination_encrypted)
    return OperationRequest(
        operation=Operation.parse(body.operation),
        sources=body.sources,
        destination=to,
        purpose=body.purpose,
        columns=body.columns,
        code=body.code if body.code.strip() else "",
        sample=body.sample,
    )


def _sample_size(sample: str | tuple[dict[str, Cell], ...]) -> int:
    if isinstance(sample, str):
        return len(sample)
    return sum(len(name) + len(str(value)) for row in sample for name, value in row.items())


def answer(found: Evaluation) -> EvaluateAnswer:
    """The wire form of a decision."""
    judged = found.judgement
    return EvaluateAnswer(
        allowed=judged.allowed,
        tier=judged.tier.name,
        tags=judged.tags,
        reasoning=" ".join(found.reasoning),
        operations=tuple(operation.value for operation in judged.effective),
        rule=judged.rule,
        policy_id=judged.policy_id,
        policy_version=judged.policy_version,
        obligations=tuple(
            ObligationModel(
                d.obligation.kind.value, d.obligation.values, d.obligation.rule, d.obligation.reason, d.met, d.how
            )
            for d in judged.duties
        ),
        alternatives=tuple(
            AlternativeModel(each.change, dict(each.request), each.tier.name, each.rule, each.needs_approval)
            for each in found.alternatives
        ),
        decision_id=found.decision_id,
        approval_id=found.approval_id or None,
        result=found.result,
    )


async def evaluate(request: Request) -> Response:
    """Route handler."""
    here: Context = context(request)
    principal = await authenticated(request, Permission.ASK)
    body = await read(request, _BODY)
    found = await here.application.evaluate.one(wanted(body, here.max_query_chars), principal)
    return write(answer(found))
