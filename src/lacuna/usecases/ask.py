"""Answer a question from the documents the asker may read, and from outside only where that is allowed.

Order (DESIGN section 5): classify, policy, plan; the decision is durable before anything is sent or answered; retrieval
within the asker's reach; generation; outcome and lineage are durable before the answer is called finished. A stream's
pieces may be seen before the outcome is recorded, never before the decision is
(docs/adr/0004-streaming-and-the-audit-promise.md).
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from lacuna.domain.audit import Json, Receipt, Record
from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Question, classify
from lacuna.domain.duties import of_kind, redacted_kinds
from lacuna.domain.errors import LacunaError, OutboundRefused, PolicyDenied
from lacuna.domain.exits import may_leave
from lacuna.domain.identity import Principal, Reach
from lacuna.domain.lineage import Edge, LineageDelta, Node, NodeKind
from lacuna.domain.policy import ObligationKind, Source
from lacuna.domain.prompting import Numbered, render
from lacuna.domain.retrieval import Citation, Hit, WebResult
from lacuna.domain.routing import Outbound, release
from lacuna.domain.tiers import Tier, join
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.llm import ExternalGenerator, Generator, Passage, Prompt
from lacuna.ports.search import WebSearch
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry, Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.classify import Classify, Decided
from lacuna.usecases.redact import redacted, redacted_hits
from lacuna.usecases.search import Search

SNIPPET = 280
"""Characters of a passage shown in a citation."""

_CITED = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `sources` limits where the answer may come from; `generate` false returns passages only."""

    question: Question
    top_k: int = 5
    sources: frozenset[Source] | None = None
    generate: bool = True
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The decision is durable; pieces may follow."""

    decided: Decided
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer. `tier` is the join of everything that went into it; `receipt` proves its outcome record."""

    text: str
    tier: Tier
    decided: Decided
    citations: tuple[Citation, ...]
    answer_id: str
    receipt: Receipt
    model: str
    degraded: tuple[str, ...]


Event = Started | Piece | Answer


@dataclass(frozen=True, slots=True)
class Passages:
    """What retrieval alone found. `tier` is the join of the question's and the passages'."""

    hits: tuple[Hit, ...]
    tier: Tier
    decided: Decided
    degraded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    passages: tuple[Passage, ...]
    local: tuple[Hit, ...]
    web: tuple[WebResult, ...]


class Ask:
    """See the module. `external` and `web` are None where not configured; `fallback` needs no back end."""

    def __init__(
        self,
        classify_: Classify,
        search: Search,
        generator: Generator | None,
        fallback: Generator,
        external: ExternalGenerator | None,
        web: WebSearch | None,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        telemetry: Telemetry,
        web_results: int = 5,
        *,
        model_approved: bool = False,
    ) -> None:
        """`model_approved` says whether the configured model may answer where policy allows approved ones only."""
        self._model_approved = model_approved
        self._classify = classify_
        self._search = search
        self._generator = generator
        self._fallback = fallback
        self._external = external
        self._web = web
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._telemetry = telemetry
        self._web_results = web_results

    async def answer(self, wanted: Wanted, principal: Principal) -> Answer:
        """The whole answer at once. Raises PolicyDenied (recorded) and what `stream` raises."""
        async for event in self.stream(wanted, principal):
            if isinstance(event, Answer):
                return event
        raise OutboundRefused("The answer ended without an outcome.")

    async def stream(self, wanted: Wanted, principal: Principal) -> AsyncIterator[Event]:
        """`Started`, then `Piece`s, then `Answer` once the outcome is durable. A generation that breaks off after its
        first piece raises; its outcome is recorded as broken first."""
        question = wanted.question
        decided = await self._classify.decide(question, principal, wanted.sources, "query")
        await self._classify.keep(decided, principal, "query", question.text)
        [stored] = await self._ledger.append(
            self._classify.decision_record(
                question, decided, principal, "decision.query", {"generate": wanted.generate}
            )
        )
        decided = replace(decided, index=stored.index)
        waiting = await self._classify.settle(decided, principal)
        if decided.plan.denied:
            raise _denied(decided, waiting)
        evidence = _Evidence((), (), ())
        run = _Run(decided.plan.tier, degraded=list(decided.classification.degraded))
        try:
            evidence = await self._gather(wanted, decided, principal, run)
            run.tier = join((run.tier, *(p.citation.tier for p in evidence.passages)))
            if run.tier > decided.classification.tier:
                await self._classify.taint(question, principal, run.tier)
            yield Started(decided, tuple(p.citation for p in evidence.passages))
            if wanted.generate:
                async for piece in self._generate(wanted, decided, evidence, principal, run):
                    run.pieces.append(piece)
                    yield Piece(piece)
        except LacunaError as error:
            await self._close(wanted, decided, principal, evidence, run, error.code)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            # The asker went away: what was shown is still accounted for.
            await asyncio.shield(
                asyncio.ensure_future(self._close(wanted, decided, principal, evidence, run, "cancelled"))
            )
            raise
        answer_id, receipt = await self._close(wanted, decided, principal, evidence, run, "released")
        yield Answer(
            text=run.text,
            tier=run.tier,
            decided=decided,
            citations=_cited(run.text, evidence),
            answer_id=answer_id,
            receipt=receipt,
            model=run.model,
            degraded=tuple(dict.fromkeys(run.degraded)),
        )

    async def passages(self, wanted: Wanted, principal: Principal) -> Passages:
        """Retrieval only, local only: the decision is recorded with what was found, before it is returned. Raises
        PolicyDenied (recorded)."""
        decided = await self._classify.decide(wanted.question, principal, wanted.sources, "search")
        hits: tuple[Hit, ...] = ()
        degraded = decided.classification.degraded
        if decided.plan.uses(Source.LOCAL_RAG):
            reach = wanted.reach if wanted.reach is not None else principal.reach
            found = await self._search.hybrid(wanted.question.text, reach, wanted.top_k)
            hits, degraded = await self._shown(found.hits, decided), (*degraded, *found.degraded)
        more: dict[str, Json] = {"chunks": [hit.chunk.chunk_id for hit in hits], "degraded": list(degraded)}
        await self._classify.keep(decided, principal, "query", wanted.question.text)
        [stored] = await self._ledger.append(
            self._classify.decision_record(wanted.question, decided, principal, "decision.search", more)
        )
        waiting = await self._classify.settle(decided, principal)
        if decided.plan.denied:
            raise _denied(decided, waiting)
        tier = join((decided.plan.tier, *(hit.chunk.tier for hit in hits)))
        return Passages(hits, tier, replace(decided, index=stored.index), degraded)

    async def _gather(self, wanted: Wanted, decided: Decided, principal: Principal, run: "_Run") -> _Evidence:
        hits: list[Hit] = []
        if decided.plan.uses(Source.LOCAL_RAG):
            reach = wanted.reach if wanted.reach is not None else principal.reach
            found = await self._search.hybrid(wanted.question.text, reach, wanted.top_k)
            hits = list(await self._shown(found.hits, decided))
            run.degraded += found.degraded
        web: list[WebResult] = []
        searches = may_leave(Source.WEB_SEARCH, decided.classification, decided.plan, Tier.PUBLIC)
        if searches and self._web is not None:
            try:
                outbound = await self._release_query(wanted.question.text, decided)
                run.outbound.append(
                    await self._record_outbound(outbound, self._web.name, self._web.host, decided, principal)
                )
                web = await self._web.search(outbound, self._web_results)
            except LacunaError as error:
                self._telemetry.failed("web_search", error.code)
                run.degraded.append("web_search")
        passages = [Passage(_local_citation(n, hit), hit.chunk.text) for n, hit in enumerate(hits, start=1)] + [
            Passage(_web_citation(n, result), result.snippet) for n, result in enumerate(web, start=len(hits) + 1)
        ]
        return _Evidence(tuple(passages), tuple(hits), tuple(web))

    async def _generate(
        self, wanted: Wanted, decided: Decided, evidence: _Evidence, principal: Principal, run: "_Run"
    ) -> AsyncIterator[str]:
        """The first back end that starts wins: external where allowed, the local model, then extraction. Falling
        through is only possible before the first piece."""
        prompt = Prompt(wanted.question.text, evidence.passages, wanted.question.conversation)
        started = False
        kept_out = bool(of_kind(decided.policy.obligations, ObligationKind.APPROVED_MODELS_ONLY))
        usable = self._model_approved or not kept_out
        external, generator = (self._external, self._generator) if usable else (None, None)
        if external is not None and _may_ask_outside(decided, run):
            # A web search lies in between: someone may have closed a document since its passages were found.
            run.tier = max(run.tier, await self._search.tier_now(evidence.local))
        if external is not None and _may_ask_outside(decided, run):
            try:
                outbound = await self._release_prompt(prompt, decided, run.tier)
                run.outbound.append(
                    await self._record_outbound(outbound, external.name, external.host, decided, principal)
                )
                run.model = external.model
                async for piece in external.generate(outbound):
                    started = True
                    yield piece
                return
            except LacunaError as error:
                self._telemetry.failed("external_llm", error.code)
                run.degraded.append("external_llm")
                if started:
                    raise
        if generator is not None:
            try:
                run.model = generator.model
                async for piece in generator.generate(prompt):
                    started = True
                    yield piece
                return
            except LacunaError as error:
                self._telemetry.failed("llm", error.code)
                run.degraded.append("llm")
                if started:
                    raise
        run.model = self._fallback.model
        async for piece in self._fallback.generate(prompt):
            yield piece

    async def _shown(self, hits: Sequence[Hit], decided: Decided) -> tuple[Hit, ...]:
        """The passages without what policy wants taken out of answers."""
        kinds = redacted_kinds(decided.policy.obligations, ObligationKind.REDACT_ANSWERS)
        return await asyncio.to_thread(redacted_hits, hits, kinds, self._classify.text) if kinds else tuple(hits)

    async def _release_query(self, text: str, decided: Decided) -> Outbound:
        """The question as text that may leave, without what policy wants taken out. It earned PUBLIC by its own
        classification; what is left of it is examined once more."""
        kinds = redacted_kinds(decided.policy.obligations)
        query, found = await asyncio.to_thread(
            redacted, text, decided.classification, kinds, lambda new: _public(new, self._classify.text(new))
        )
        return release(query, found, decided.plan, Source.WEB_SEARCH)

    async def _release_prompt(self, prompt: Prompt, decided: Decided, evidence: Tier) -> Outbound:
        """The rendered prompt as text that may leave: each part earned PUBLIC by itself (the question by its
        classification, the passages by their documents' tier, joined to `evidence`), and the whole string is examined
        once more, so that nothing sensitive arises from putting the parts together."""
        marker = secrets.token_hex(8)
        numbered = [Numbered(p.citation.n, p.citation.title, p.text) for p in prompt.passages]
        text = render(prompt.question, numbered, prompt.conversation, marker)
        whole = await asyncio.to_thread(self._classify.text, text)
        kinds = redacted_kinds(decided.policy.obligations)
        text, whole = await asyncio.to_thread(redacted, text, whole, kinds, self._classify.text)
        passages = Finding("CONTEXT.FILE", "passages", Layer.DECLARED, evidence, 1.0)
        return release(text, _public(text, whole, passages), decided.plan, Source.EXTERNAL_LLM)

    async def _record_outbound(
        self, outbound: Outbound, adapter: str, host: str, decided: Decided, principal: Principal
    ) -> Node:
        """The record of what leaves, durable before it leaves."""
        node = Node(self._ids.new("out"), NodeKind.OUTBOUND, Tier.PUBLIC, f"{adapter} at {host}")
        data: dict[str, Json] = {
            "outbound": node.node_id,
            "destination": str(outbound.destination),
            "adapter": adapter,
            "host": host,
            "bytes": len(outbound.text.encode()),
            "text_hmac": self._keys.hmac(outbound.text),
            "hmac_key": self._keys.hmac_key_id,
        }
        record = Record(
            "outbound.sent", self._clock.now_us(), principal.user_id, principal.via, decided.decision_id, data
        )
        edges = (Edge(decided.decision_id, node.node_id, "sent"),)
        await self._ledger.append(Entry(record, LineageDelta((node,), edges)))
        return node

    async def _close(
        self,
        wanted: Wanted,
        decided: Decided,
        principal: Principal,
        evidence: _Evidence,
        run: "_Run",
        outcome: str,
    ) -> tuple[str, Receipt]:
        """Binds what was said to its conversation and appends the outcome with its lineage; returns the answer's id and
        the receipt."""
        answer_id = self._ids.new("ans")
        data: dict[str, Json] = {
            "answer": answer_id,
            "outcome": outcome,
            "tier": str(run.tier),
            "model": run.model,
            "answer_hmac": self._keys.hmac(run.text),
            "hmac_key": self._keys.hmac_key_id,
            "answer_length": len(run.text),
            "chunks": [hit.chunk.chunk_id for hit in evidence.local],
            "documents": sorted({hit.chunk.document_id for hit in evidence.local}),
            "web_results": len(evidence.web),
            "outbound": [node.node_id for node in run.outbound],
            "degraded": list(dict.fromkeys(run.degraded)),
        }
        record = Record(
            "answer.released", self._clock.now_us(), principal.user_id, principal.via, decided.decision_id, data
        )
        entry = Entry(record, _answer_lineage(answer_id, decided, evidence, run))
        await self._classify.keep(decided, principal, "answer", run.text)
        # Both at once: they share one commit.
        [stored], _ = await asyncio.gather(
            self._ledger.append(entry), self._classify.answered(wanted.question, principal, run.text, run.tier)
        )
        return answer_id, await self._ledger.receipt(stored.index)


def _denied(decided: Decided, waiting: Sequence[str]) -> PolicyDenied:
    asked = f" Approval is asked for: {', '.join(waiting)}." if waiting else ""
    return PolicyDenied("; ".join(decided.plan.reasons), cure=f"See decision {decided.decision_id}.{asked}")


def _public(text: str, found: Classification, *more: Finding) -> Classification:
    """A text whose parts earned PUBLIC by themselves, with what was found in the whole of it."""
    parts = LayerResult(Layer.DECLARED, (*found.findings, *more), 1.0, "every part is PUBLIC")
    return classify(text, [parts], found.strategy, found.ruleset)


def _may_ask_outside(decided: Decided, run: "_Run") -> bool:
    return may_leave(Source.EXTERNAL_LLM, decided.classification, decided.plan, run.tier)


@dataclass(slots=True)
class _Run:
    """What producing the answer turned out to use; grows while it runs."""

    tier: Tier
    model: str = "none"
    pieces: list[str] = field(default_factory=list)
    outbound: list[Node] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def _answer_lineage(answer_id: str, decided: Decided, evidence: _Evidence, run: _Run) -> LineageDelta:
    nodes = [Node(answer_id, NodeKind.ANSWER, run.tier, f"answer to {decided.decision_id}")]
    edges = [Edge(decided.decision_id, answer_id, "asked")]
    for hit in evidence.local:
        chunk = hit.chunk
        # Labels come from the ingest and go with the deletion: an answer that takes long must not bring one back.
        nodes.append(Node(chunk.chunk_id, NodeKind.CHUNK, chunk.tier, ""))
        nodes.append(Node(chunk.document_id, NodeKind.DOCUMENT, chunk.tier, ""))
        edges.append(Edge(chunk.document_id, chunk.chunk_id, "part_of"))
        edges.append(Edge(chunk.chunk_id, answer_id, "retrieved"))
    if run.model != "none":
        nodes.append(Node(f"model:{run.model}", NodeKind.MODEL, Tier.PUBLIC, run.model))
        edges.append(Edge(f"model:{run.model}", answer_id, "generated"))
    edges += [Edge(node.node_id, answer_id, "returned") for node in run.outbound]
    return LineageDelta.of(dict.fromkeys(nodes), dict.fromkeys(edges))


def _cited(text: str, evidence: _Evidence) -> tuple[Citation, ...]:
    """The passages that the answer cites; all of them where it cites none."""
    numbers = {int(n) for n in _CITED.findall(text)}
    everything = tuple(p.citation for p in evidence.passages)
    return tuple(c for c in everything if c.n in numbers) or everything


def _local_citation(n: int, hit: Hit) -> Citation:
    chunk = hit.chunk
    return Citation(
        n=n,
        source="local",
        title=chunk.title,
        url=chunk.source,
        tier=chunk.tier,
        score=round(hit.score, 6),
        snippet=_snippet(chunk.text),
        document_id=chunk.document_id,
        chunk_id=chunk.chunk_id,
        page=chunk.page,
        heading=chunk.heading,
    )


def _web_citation(n: int, result: WebResult) -> Citation:
    return Citation(n, "web", result.title, result.url, Tier.PUBLIC, 0.0, _snippet(result.snippet))


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET else flat[: SNIPPET - 1].rsplit(" ", 1)[0] + "…"
