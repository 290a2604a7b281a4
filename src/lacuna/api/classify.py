"""`POST /classify` and `POST /classify/batch`."""

import asyncio
from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lacuna.api.body import read, write
from lacuna.api.context import Context, authenticated, context
from lacuna.domain.classification import Question, Turn
from lacuna.domain.errors import InvalidInput, TooLarge
from lacuna.domain.identity import Permission
from lacuna.domain.policy import Source
from lacuna.usecases.classify import Decided

BATCH_CHARS_FACTOR = 10

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class TurnBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One earlier turn."""

    role: Literal["user", "assistant", "system", "tool"]
    content: str


class ClassifyBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text and everything that goes along with it."""

    query: str
    project: ShortText | None = None
    conversation: Annotated[tuple[TurnBody, ...], msgspec.Meta(max_length=200)] = ()
    conversation_id: ShortText | None = None
    files: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=200)] = ()
    purpose: ShortText | None = None


class BatchBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Up to `server.max_batch` texts or classify bodies."""

    queries: tuple[str | ClassifyBody, ...]


class FindingModel(msgspec.Struct, frozen=True):
    """Offsets are code points of the query, `end` exclusive; null where the reason is no place in it."""

    kind: str
    rule: str
    layer: str
    tier: str
    confidence: float
    start: int | None
    end: int | None


class RouteModel(msgspec.Struct, frozen=True):
    """Where an answer may come from, and why not from elsewhere."""

    local_rag: bool
    web_search: bool
    external_llm: bool
    reasons: tuple[str, ...] = ()


class ClassifyAnswer(msgspec.Struct, frozen=True):
    """The decision. It is in the ledger under `decision_id`."""

    tier: str
    confidence: float
    tags: tuple[str, ...]
    reasoning: str
    layer: str
    route: RouteModel
    findings: tuple[FindingModel, ...]
    decision_id: str
    ruleset: str
    strategy: str
    degraded: tuple[str, ...]
    cached: bool
    latency_ms: float


class BatchAnswer(msgspec.Struct, frozen=True):
    """Results in the order of the queries."""

    results: tuple[ClassifyAnswer, ...]


_ONE = msgspec.json.Decoder(ClassifyBody)
_MANY = msgspec.json.Decoder(BatchBody)


def question(body: ClassifyBody, limits: Context) -> Question:
    """The question in a body. Raises InvalidInput for an empty text, TooLarge for one over the limit."""
    if not body.query.strip():
        raise InvalidInput("query: the text is empty.", cure="Send at least one visible character.")
    size = _size(body)
    if size > limits.max_query_chars:
        raise TooLarge(
            f"query and conversation hold {size} characters; the limit is {limits.max_query_chars}.",
            cure="Send less, upload it as a document, or raise server.max_query_chars.",
        )
    return Question(
        text=body.query,
        conversation=tuple(Turn(turn.role, turn.content) for turn in body.conversation),
        conversation_id=body.conversation_id,
        project=body.project,
        files=body.files,
        purpose=body.purpose,
    )


def _size(body: ClassifyBody) -> int:
    return len(body.query) + sum(len(turn.content) for turn in body.conversation)


def answer(decided: Decided) -> ClassifyAnswer:
    """The wire form of a decision."""
    c = decided.classification
    return ClassifyAnswer(
        tier=c.tier.name,
        confidence=round(c.confidence, 3),
        tags=c.tags,
        reasoning=c.reasoning,
        layer=c.layer.value,
        route=route(decided),
        findings=tuple(
            FindingModel(f.kind, f.rule, f.layer.value, f.tier.name, round(f.confidence, 3), f.start, f.end)
            for f in decided.shown
        ),
        decision_id=decided.decision_id,
        ruleset=c.ruleset,
        strategy=c.strategy.value,
        degraded=c.degraded,
        cached=decided.cached,
        latency_ms=round(decided.latency_ms, 3),
    )


def route(decided: Decided) -> RouteModel:
    """The wire form of a plan."""
    uses = decided.plan.sources
    return RouteModel(
        Source.LOCAL_RAG in uses, Source.WEB_SEARCH in uses, Source.EXTERNAL_LLM in uses, decided.plan.reasons
    )


async def classify_one(request: Request) -> Response:
    """Route handler."""
    here = context(request)
    principal = await authenticated(request, Permission.ASK)
    body = await read(request, _ONE)
    return write(answer(await here.application.classify.one(question(body, here), principal)))


async def classify_many(request: Request) -> Response:
    """Route handler. A batch may hold BATCH_CHARS_FACTOR times the characters of one text."""
    here = context(request)
    principal = await authenticated(request, Permission.ASK)
    body = await read(request, _MANY)
    if len(body.queries) > here.max_batch:
        raise TooLarge(
            f"queries holds {len(body.queries)} entries; the limit is {here.max_batch}.", cure="Send several batches."
        )
    here.rate.take(principal.user_id, len(body.queries) - 1)
    bodies = [ClassifyBody(query=q) if isinstance(q, str) else q for q in body.queries]
    questions = []
    for number, one in enumerate(bodies):
        try:
            questions.append(question(one, here))
        except InvalidInput as error:
            raise type(error)(f"queries[{number}].{error.message}", cure=error.cure) from None
    size, limit = sum(map(_size, bodies)), BATCH_CHARS_FACTOR * here.max_query_chars
    if size > limit:
        raise TooLarge(f"queries hold {size} characters; the limit is {limit}.", cure="Send several batches.")
    decided = await here.application.classify.many(questions, principal)
    # Encoding ten thousands of findings takes its time, which others need not wait for.
    return await asyncio.to_thread(lambda: write(BatchAnswer(tuple(answer(d) for d in decided))))
