"""Gather what answers a question: the passages that the asker may read, and results of a web search where that is
allowed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lacuna.domain.duties import redacted_kinds
from lacuna.domain.errors import LacunaError
from lacuna.domain.policy import ObligationKind, Source
from lacuna.domain.retrieval import Hit, WebResult
from lacuna.domain.routing import Outbound
from lacuna.domain.tiers import Tier
from lacuna.ports.search import WebSearch
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Evidence, Run
from lacuna.usecases.classify import Classify, Decided
from lacuna.usecases.leave import Gate
from lacuna.usecases.neighbours import Neighbours
from lacuna.usecases.pages import Pages
from lacuna.usecases.redact import redacted_hits
from lacuna.usecases.rewrite import Rewrite
from lacuna.usecases.search import Search
from lacuna.usecases.split import Split


class Gather:
    """`web` is None where no web search is configured; `web_results` are taken of one search. `split` derives a
    question of its own from one that may not leave; None where that is switched off. `neighbours` is None where
    passages are read alone, `pages` where the results of a search are not read. Without `rewrite`, follow-up questions
    are rewritten without a model."""

    def __init__(
        self,
        classify_: Classify,
        search: Search,
        gate: Gate,
        web: WebSearch | None,
        telemetry: Telemetry,
        web_results: int = 5,
        split: Split | None = None,
        neighbours: Neighbours | None = None,
        pages: Pages | None = None,
        rewrite: Rewrite | None = None,
    ) -> None:
        self._classify = classify_
        self._search = search
        self._gate = gate
        self._web = web
        self._telemetry = telemetry
        self._web_results = web_results
        self._split = split
        self._neighbours = neighbours
        self._pages = pages
        self._rewrite = rewrite or Rewrite(telemetry)

    async def evidence(self, run: Run) -> Evidence:
        """What the plan's sources hold; a web search that fails or is refused is done without (`run.degraded`). Raises
        what local search raises."""
        hits: Sequence[Hit] = ()
        wider: Mapping[str, str] = {}
        if run.decided.plan.uses(Source.LOCAL_RAG):
            # For local search only: what leaves is the question as it was asked and classified.
            run.searched = await self._rewrite.searched(run)
            found = await self._search.hybrid(run.searched, run.reach, run.wanted.top_k)
            hits = await self.shown(found.hits, run.decided)
            run.degraded += found.degraded
            wider = await self._wider(found.hits, run)
        return Evidence.of(tuple(hits), tuple(await self._from_the_web(run)), wider)

    async def _wider(self, hits: Sequence[Hit], run: Run) -> Mapping[str, str]:
        """The passages with the text beside them, by chunk id, as far as it is read and may be shown."""
        if self._neighbours is None or not run.wanted.generate:
            return {}
        texts = await self._neighbours.widened(hits, run.reach)
        wide = [
            replace(hit, chunk=replace(hit.chunk, text=texts.get(hit.chunk.chunk_id, hit.chunk.text))) for hit in hits
        ]
        return {hit.chunk.chunk_id: hit.chunk.text for hit in await self.shown(wide, run.decided)}

    async def shown(self, hits: Sequence[Hit], decided: Decided) -> tuple[Hit, ...]:
        """The passages without what policy wants taken out of answers."""
        kinds = redacted_kinds(decided.policy.obligations, ObligationKind.REDACT_ANSWERS)
        return await asyncio.to_thread(redacted_hits, hits, kinds, self._classify.text) if kinds else tuple(hits)

    async def _from_the_web(self, run: Run) -> Sequence[WebResult]:
        if self._web is None:
            return ()
        try:
            allowed = await self._released(run, self._web)
            if allowed is None:
                return ()
            outbound, decided = allowed
            found = await self._web.search(outbound, self._web_results)
        except LacunaError as error:
            self._telemetry.failed("web_search", error.code)
            run.degraded.append("web_search")
            return ()
        return found if self._pages is None else await self._pages.read(found, decided, run)

    async def _released(self, run: Run, web: WebSearch) -> tuple[Outbound, Decided] | None:
        """The question, or one that is derived from it, with the decision on it; None where neither may leave."""
        if self._gate.open_for(Source.WEB_SEARCH, run, Tier.PUBLIC):
            return await self._gate.query(run, web), run.decided
        return None if self._split is None else await self._split.question(run, web)
