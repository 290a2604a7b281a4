"""`POST /query` (answers, also streamed) and `POST /search` (passages only)."""

import base64
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from lacuna.api import classify
from lacuna.api.body import read, write
from lacuna.api.context import authenticated, context
from lacuna.domain.audit import Receipt
from lacuna.domain.errors import InvalidInput, LacunaError
from lacuna.domain.identity import Permission, Principal, Reach
from lacuna.domain.policy import Source
from lacuna.domain.retrieval import Citation
from lacuna.domain.tiers import Tier
from lacuna.http.connected import HungUp, to_nobody, while_connected
from lacuna.http.errors import request_id, status_of
from lacuna.usecases.ask import Answer, Event, Passages, Piece, Started
from lacuna.usecases.asked import Left, Wanted

TopK = Annotated[int, msgspec.Meta(ge=1, le=100)]
Groups = Annotated[tuple[classify.ShortText, ...], msgspec.Meta(max_length=200)]


class QueryBody(classify.ClassifyBody, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`groups` and `max_tier` narrow what is searched; they never widen it. With `cache` false the answer is written
    anew, and not kept."""

    top_k: TopK = 5
    sources: tuple[Literal["local_rag", "web_search", "external_llm"], ...] | None = None
    generate: bool = True
    stream: bool = False
    cache: bool = True
    groups: Groups | None = None
    max_tier: str | None = None


class SearchBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`groups` and `max_tier` narrow what is searched; they never widen it."""

    query: str
    top_k: TopK = 10
    groups: Groups | None = None
    max_tier: str | None = None
    purpose: classify.ShortText | None = None


class CitationModel(msgspec.Struct, frozen=True):
    """What a numbered reference in the answer points at."""

    n: int
    source: str
    document_id: str
    chunk_id: str
    title: str
    url: str
    tier: str
    score: float
    snippet: str
    page: int | None
    heading: str
    suspicious: tuple[str, ...]


class ClaimModel(msgspec.Struct, frozen=True):
    """A statement of the answer, from code point `start` to `end` (exclusive). `standing` is `supported`, `uncited` or
    `unsupported`; `reasons` say what the cited passages lack."""

    start: int
    end: int
    citations: tuple[int, ...]
    standing: str
    reasons: tuple[str, ...]


class RemovedModel(msgspec.Struct, frozen=True):
    """What was taken out of the answer: citations of passages that do not exist, links that nobody gave."""

    citations: int
    links: int


class ReceiptModel(msgspec.Struct, frozen=True):
    """Proof that the outcome is in the ledger (docs/ledger-format.md). Hashes in base64."""

    index: int
    tree_size: int
    leaf_hash: str
    inclusion_proof: tuple[str, ...]
    checkpoint: str


class LeftModel(msgspec.Struct, frozen=True):
    """What left the house for an answer. `text` is what was searched for, or the address that was fetched; it is null
    for a prompt, of which only the size is told. `derived` says that it is not what the asker wrote."""

    destination: str
    service: str
    host: str
    bytes: int
    text: str | None
    derived: bool


class QueryAnswer(msgspec.Struct, frozen=True):
    """`tier` is the join of everything that went into the answer. `cached` says that its text was written before, from
    the same passages."""

    answer: str
    tier: str
    classification: classify.ClassifyAnswer
    route: classify.RouteModel
    citations: tuple[CitationModel, ...]
    lineage_id: str
    receipt: ReceiptModel
    model: str
    degraded: tuple[str, ...]
    claims: tuple[ClaimModel, ...]
    removed: RemovedModel
    left_the_house: tuple[LeftModel, ...]
    rewritten_query: str | None
    cached: bool


class ResultModel(msgspec.Struct, frozen=True):
    """One passage."""

    document_id: str
    chunk_id: str
    title: str
    text: str
    tier: str
    score: float
    heading: str
    page: int | None
    url: str
    suspicious: tuple[str, ...]


class SearchAnswer(msgspec.Struct, frozen=True):
    """Passages, best first."""

    results: tuple[ResultModel, ...]
    tier: str
    decision_id: str
    degraded: tuple[str, ...]


_QUERY = msgspec.json.Decoder(QueryBody)
_SEARCH = msgspec.json.Decoder(SearchBody)


async def query(request: Request) -> Response:
    """Route handler."""
    here = context(request)
    principal = await authenticated(request, Permission.ASK)
    body = await read(request, _QUERY)
    wanted = Wanted(
        question=classify.question(body, here),
        top_k=body.top_k,
        sources=None if body.sources is None else frozenset(Source(s) for s in body.sources),
        generate=body.generate,
        reach=narrowed(principal, body.groups, body.max_tier),
        cache=body.cache,
    )
    ask = here.application.ask
    try:
        if not body.stream:
            return write(answer_model(await while_connected(request, ask.answer(wanted, principal))))
        events = ask.stream(wanted, principal)
        # What fails before the first byte is still a proper error response.
        first = await while_connected(request, anext(events))
    except HungUp:
        return to_nobody()
    return StreamingResponse(_sse(first, events, request_id(request)), media_type="text/event-stream")


async def search(request: Request) -> Response:
    """Route handler. The decision is recorded like any other."""
    here = context(request)
    principal = await authenticated(request, Permission.ASK)
    body = await read(request, _SEARCH)
    question = classify.question(classify.ClassifyBody(query=body.query, purpose=body.purpose), here)
    reach = narrowed(principal, body.groups, body.max_tier)
    wanted = Wanted(question, body.top_k, frozenset({Source.LOCAL_RAG}), generate=False, reach=reach)
    passages = await here.application.ask.passages(wanted, principal)
    return write(search_model(passages))


def search_model(passages: Passages) -> SearchAnswer:
    """The wire form of what retrieval found."""
    return SearchAnswer(
        results=tuple(
            ResultModel(
                document_id=hit.chunk.document_id,
                chunk_id=hit.chunk.chunk_id,
                title=hit.chunk.title,
                text=hit.chunk.text,
                tier=hit.chunk.tier.name,
                score=round(hit.score, 6),
                heading=hit.chunk.heading,
                page=hit.chunk.page,
                url=hit.chunk.source,
                suspicious=signs,
            )
            for hit, signs in zip(passages.hits, passages.suspicious, strict=True)
        ),
        tier=passages.tier.name,
        decision_id=passages.decided.decision_id,
        degraded=passages.degraded,
    )


def narrowed(principal: Principal, groups: tuple[str, ...] | None, max_tier: str | None) -> Reach:
    """The principal's reach cut down to what the body asks for. Raises InvalidInput for an unknown tier."""
    return principal.reach.narrowed(max_tier=None if max_tier is None else tier(max_tier, "max_tier"), groups=groups)


def tier(name: str, field: str) -> Tier:
    """The tier named in a field. Raises InvalidInput."""
    try:
        return Tier.parse(name)
    except ValueError:
        raise InvalidInput(f"{field}: no such tier.", cure="Use PUBLIC, INTERNAL or PROPRIETARY.") from None


def answer_model(finished: Answer) -> QueryAnswer:
    """The wire form of an answer."""
    return QueryAnswer(
        answer=finished.text,
        tier=finished.tier.name,
        classification=classify.answer(finished.decided),
        route=classify.route(finished.decided),
        citations=tuple(citation_model(c) for c in finished.citations),
        lineage_id=finished.answer_id,
        receipt=receipt_model(finished.receipt),
        model=finished.model,
        degraded=finished.degraded,
        claims=tuple(ClaimModel(c.start, c.end, c.citations, str(c.standing), c.reasons) for c in finished.claims),
        removed=RemovedModel(finished.removed.get("citations", 0), finished.removed.get("links", 0)),
        left_the_house=tuple(map(left_model, finished.left)),
        rewritten_query=finished.searched or None,
        cached=finished.cached,
    )


def left_model(left: Left) -> LeftModel:
    """The wire form of what left the house."""
    return LeftModel(left.destination.value, left.service, left.host, left.size, left.text, left.derived)


def citation_model(c: Citation) -> CitationModel:
    """The wire form of a citation."""
    return CitationModel(
        n=c.n,
        source=c.source,
        document_id=c.document_id,
        chunk_id=c.chunk_id,
        title=c.title,
        url=c.url,
        tier=c.tier.name,
        score=c.score,
        snippet=c.snippet,
        page=c.page,
        heading=c.heading,
        suspicious=c.suspicious,
    )


def receipt_model(receipt: Receipt) -> ReceiptModel:
    """The wire form of a receipt."""
    return ReceiptModel(
        receipt.index,
        receipt.tree_size,
        base64.b64encode(receipt.leaf).decode(),
        tuple(base64.b64encode(h).decode() for h in receipt.proof),
        receipt.checkpoint,
    )


async def _sse(first: Event, events: AsyncIterator[Event], ident: str) -> AsyncIterator[bytes]:
    """Server-sent events: `decision`, `delta`..., `answer`; an `error` event ends a stream that broke off."""
    yield _event(first)
    try:
        async for event in events:
            yield _event(event)
    except LacunaError as error:
        status, title = status_of(error)
        yield _frame(
            "error",
            {"code": error.code, "title": title, "status": status, "detail": error.message, "request_id": ident},
        )


def _event(event: Event) -> bytes:
    match event:
        case Started():
            return _frame(
                "decision",
                {
                    "classification": classify.answer(event.decided),
                    "route": classify.route(event.decided),
                    "citations": [citation_model(c) for c in event.citations],
                    "left_the_house": [left_model(each) for each in event.left],
                },
            )
        case Piece():
            return _frame("delta", {"text": event.text})
        case Answer():
            return _frame("answer", answer_model(event))


def _frame(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
