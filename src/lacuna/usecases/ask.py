"""Answer a question from the documents the asker may read, and from outside only where that is allowed.

Order (DESIGN section 5): classify, policy, plan; the decision is durable before anything is sent or answered; retrieval
within the asker's reach; generation; outcome and lineage are durable before the answer is called finished. A stream's
pieces may be seen before the outcome is recorded, never before the decision is
(docs/adr/0004-streaming-and-the-audit-promise.md). The steps stand beside this file: gather.py, generate.py,
leave.py (the gate to the outside) and outcome.py.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lacuna.domain.audit import Json, Receipt
from lacuna.domain.citations import cited
from lacuna.domain.claims import Claim
from lacuna.domain.errors import EvidenceWithdrawn, LacunaError, OutboundRefused, PolicyDenied, StorageError
from lacuna.domain.identity import Principal
from lacuna.domain.policy import Source
from lacuna.domain.retrieval import Citation, Hit
from lacuna.domain.tiers import Tier, join
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Evidence, Left, Run, Wanted
from lacuna.usecases.classify import Classify, Decided
from lacuna.usecases.gather import Gather
from lacuna.usecases.generate import Generate
from lacuna.usecases.mark import counted, marked, marks
from lacuna.usecases.outcome import Outcomes
from lacuna.usecases.recall import Recall
from lacuna.usecases.search import Search

LOOK_EVERY_S = 0.5
"""How often a stream asks whether its passages may still be shown."""
_AGAIN = 3
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Started:
    """The decision is durable; pieces may follow."""

    decided: Decided
    citations: tuple[Citation, ...]
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The finished answer. `tier` is the join of everything that went into it; `receipt` proves its outcome record.
    `claims` says how each statement stands; `removed` counts citations and links that were taken out;
    `left` is what left the house for it."""

    text: str
    tier: Tier
    decided: Decided
    citations: tuple[Citation, ...]
    answer_id: str
    receipt: Receipt
    model: str
    degraded: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    searched: str = ""
    """What a follow-up was taken to ask; empty where it was searched for as it is."""
    cached: bool = False
    """Whether the text was written for an earlier answer from the same."""


Event = Started | Piece | Answer


@dataclass(frozen=True, slots=True)
class Passages:
    """What retrieval alone found. `tier` is the join of the question's and the passages'; `suspicious` are the signs in
    each hit that it speaks to a language model (`domain.injection.Sign`)."""

    hits: tuple[Hit, ...]
    tier: Tier
    decided: Decided
    degraded: tuple[str, ...]
    suspicious: tuple[tuple[str, ...], ...]


class Ask:
    """See the module."""

    def __init__(
        self,
        classify_: Classify,
        search: Search,
        gather: Gather,
        generate: Generate,
        outcomes: Outcomes,
        ledger: Ledger,
        telemetry: Telemetry,
        recall: Recall | None = None,
    ) -> None:
        self._recall = recall
        self._classify = classify_
        self._search = search
        self._gather = gather
        self._generate = generate
        self._outcomes = outcomes
        self._ledger = ledger
        self._telemetry = telemetry

    async def answer(self, wanted: Wanted, principal: Principal) -> Answer:
        """The whole answer at once; asked anew, a few times, where a passage of it was withdrawn meanwhile. Raises
        PolicyDenied (recorded) and what `stream` raises."""
        for _ in range(_AGAIN):
            with suppress(EvidenceWithdrawn):
                return await self._answered(wanted, principal)
        return await self._answered(wanted, principal)

    async def _answered(self, wanted: Wanted, principal: Principal) -> Answer:
        async with aclosing(self.stream(wanted, principal)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise OutboundRefused("The answer ended without an outcome.")

    async def stream(self, wanted: Wanted, principal: Principal) -> AsyncGenerator[Event, None]:
        """`Started`, then `Piece`s, then `Answer` once the outcome is durable. A generation that breaks off after its
        first piece raises; its outcome is recorded as broken first. So does one whose passages are withdrawn meanwhile
        (EvidenceWithdrawn): none is finished with them, and a stream breaks off within LOOK_EVERY_S."""
        question = wanted.question
        decided = await self._classify.decide(question, principal, wanted.sources, "query")
        decided = await self._decided(decided, wanted, principal)
        run = Run.begin(wanted, decided, principal)
        try:
            run.evidence = await marked(await self._gather.evidence(run), self._telemetry)
            run.tier = join((run.tier, *(p.citation.tier for p in run.evidence.passages)))
            if run.tier > decided.classification.tier:
                await self._classify.taint(question, principal, run.tier)
            yield Started(decided, tuple(p.citation for p in run.evidence.passages), tuple(run.left))
            if wanted.generate:
                looked = time.monotonic()
                async with aclosing(self._generate.pieces(run)) as pieces:
                    async for piece in pieces:
                        if time.monotonic() - looked > LOOK_EVERY_S:
                            await self._still(run)
                            looked = time.monotonic()
                        run.pieces.append(piece)
                        yield Piece(piece)
            await self._still(run)
        except LacunaError as error:
            await self._outcomes.close(run, error.code)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            # The asker went away: what was shown is still accounted for.
            await asyncio.shield(asyncio.ensure_future(self._outcomes.close(run, "cancelled")))
            raise
        # Once the whole answer is there its outcome is recorded, whoever still waits for it.
        ended = asyncio.ensure_future(self._kept(self._outcomes.close(run, "released")))
        answer_id, receipt = await asyncio.shield(ended)
        if self._recall is not None:
            await self._recall.keep(run, answer_id)
        yield Answer(
            text=run.text,
            tier=run.tier,
            decided=decided,
            citations=_cited(run.text, run.evidence),
            answer_id=answer_id,
            receipt=receipt,
            model=run.model,
            degraded=tuple(dict.fromkeys(run.degraded)),
            claims=run.claims,
            removed={what: count for what, count in run.removed.items() if count},
            left=tuple(run.left),
            searched="" if run.searched == question.text else run.searched,
            cached=bool(run.recalled),
        )

    async def _decided(self, decided: Decided, wanted: Wanted, principal: Principal) -> Decided:
        """The decision, durable; its outcome too, where the asker goes away while it is being recorded."""
        keeping = asyncio.ensure_future(
            self._kept(self._durable(decided, wanted, principal, "query", {"generate": wanted.generate}))
        )
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.ensure_future(self._abandoned(keeping, wanted, principal)))
            raise

    async def _abandoned(self, keeping: "asyncio.Future[Decided]", wanted: Wanted, principal: Principal) -> None:
        with suppress(LacunaError):
            await self._outcomes.close(Run.begin(wanted, await keeping, principal), "cancelled")

    async def _still(self, run: Run) -> None:
        if not await self._search.still(run.evidence.local, run.reach, run.tier):
            raise EvidenceWithdrawn("A document of this answer was withdrawn while it was written.", cure="Ask again.")

    async def passages(self, wanted: Wanted, principal: Principal) -> Passages:
        """Retrieval only, local only: the decision is recorded with what was found, before it is returned. Raises
        PolicyDenied (recorded)."""
        # The searches run beside the classification: what they find is looked at only where the plan says so.
        reach = principal.reach if wanted.reach is None else wanted.reach
        begun = self._search.begin(wanted.question.text, reach, wanted.top_k)
        try:
            decided = await self._classify.decide(wanted.question, principal, wanted.sources, "search")
            run = Run.begin(wanted, decided, principal)
            hits: tuple[Hit, ...] = ()
            if decided.plan.uses(Source.LOCAL_RAG):
                found = await self._search.hybrid(wanted.question.text, reach, wanted.top_k, begun)
                hits = await self._gather.shown(found.hits, decided)
                run.degraded += found.degraded
        finally:
            begun.cancel()
        signs = await marks(hits, self._telemetry)
        more: dict[str, Json] = {
            "chunks": [hit.chunk.chunk_id for hit in hits],
            "documents": sorted({hit.chunk.document_id for hit in hits}),
            "degraded": list(run.degraded),
            "suspicious": dict(counted(signs)),
        }
        decided = await self._kept(self._durable(decided, wanted, principal, "search", more))
        tier = join((decided.plan.tier, *(hit.chunk.tier for hit in hits)))
        return Passages(hits, tier, decided, tuple(run.degraded), signs)

    async def _kept(self, work: Awaitable[_T]) -> _T:
        """`work` on the records of a question; one that cannot be kept is counted, for nothing else would."""
        try:
            return await work
        except StorageError as error:
            self._telemetry.failed("storage.records", error.code)
            raise

    async def _durable(
        self, decided: Decided, wanted: Wanted, principal: Principal, asked: str, more: dict[str, Json]
    ) -> Decided:
        """The decision, once its record is on disk. Raises PolicyDenied where that is what was decided."""
        await self._classify.keep(decided, principal, "query", wanted.question.text)
        [stored] = await self._ledger.append(
            self._classify.decision_record(wanted.question, decided, principal, f"decision.{asked}", more)
        )
        decided = replace(decided, index=stored.index)
        waiting = await self._classify.settle(decided, principal)
        if decided.plan.denied:
            raise _denied(decided, waiting)
        return decided


def _denied(decided: Decided, waiting: Sequence[str]) -> PolicyDenied:
    asked = f" Approval is asked for: {', '.join(waiting)}." if waiting else ""
    return PolicyDenied("; ".join(decided.plan.reasons), cure=f"See decision {decided.decision_id}.{asked}")


def _cited(text: str, evidence: Evidence) -> tuple[Citation, ...]:
    """The passages that the answer cites; all of them where it cites none."""
    numbers = set(cited(text))
    everything = tuple(p.citation for p in evidence.passages)
    return tuple(c for c in everything if c.n in numbers) or everything
