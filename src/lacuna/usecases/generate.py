"""Write the answer: by the first back end that starts, and screened.

The ladder is: a model outside the house where everything is PUBLIC and allowed, the local models in their order, and
quoting the passages, which needs no back end. Whoever fails before the first piece was shown is named in
`run.degraded`, and the next one is asked; after it, what the back end raises is raised. What is shown has passed the
screen (`domain.answer_screen`), whoever wrote it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from lacuna.domain.answer_screen import AnswerScreen, links_in
from lacuna.domain.citations import cited
from lacuna.domain.claims import Claim, claims_of
from lacuna.domain.duties import of_kind
from lacuna.domain.errors import DependencyNonsense, LacunaError, OutboundRefused
from lacuna.domain.policy import ObligationKind, Source
from lacuna.ports.llm import ExternalGenerator, Generator, Prompt
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Run
from lacuna.usecases.leave import Gate
from lacuna.usecases.recall import Recall, Writer, normalised
from lacuna.usecases.search import Search

LOCAL, EXTERNAL, QUOTING = "llm", "external_llm", "extractive"
_AT_ONCE: Final = 5_000
"""Characters of an answer whose claims are looked at without giving way to other requests."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model inside the house: `part` names it in `degraded`; `approved` says whether it may answer where policy
    allows approved models only."""

    generator: Generator
    part: str = LOCAL
    approved: bool = False


@dataclass(frozen=True, slots=True)
class ExternalModel:
    """The same outside."""

    generator: ExternalGenerator
    part: str = EXTERNAL
    approved: bool = False


class Generate:
    """`quoting` needs no back end; `plain` are its sentences that claim nothing. `recall` is None where nothing that a
    model wrote is kept."""

    def __init__(
        self,
        local: Sequence[LocalModel],
        external: ExternalModel | None,
        quoting: Generator,
        gate: Gate,
        search: Search,
        telemetry: Telemetry,
        plain: Iterable[str] = (),
        recall: Recall | None = None,
    ) -> None:
        self._recall = recall
        self._local = tuple(local)
        self._external = external
        self._quoting = quoting
        self._gate = gate
        self._search = search
        self._telemetry = telemetry
        self._plain = frozenset(plain)

    async def pieces(self, run: Run) -> AsyncGenerator[str, None]:
        """The answer from `run.evidence`, in pieces; at the end `run.claims` says how its statements stand. Raises what
        the last back end raises."""
        question = run.wanted.question
        # Questions that share an answer are one question to the model, too.
        text = normalised(question.text) if self._recalls(run) else question.text
        prompt = Prompt(text, run.evidence.passages, question.conversation)
        async for rung in self._ladder(prompt, run):
            screen = _screen(run)
            shown = False
            run.model = rung.model
            try:
                async with aclosing(_screened(self._written(rung, prompt, run), screen)) as pieces:
                    async for piece in pieces:
                        shown = True
                        yield piece
                if not shown:
                    raise DependencyNonsense(f"{rung.part} answered nothing that may be shown.")
            except LacunaError as error:
                if isinstance(error, OutboundRefused):  # what back ends raise was counted by their guard
                    self._telemetry.failed(rung.part, error.code)
                run.degraded.append(rung.part)
                if shown or rung.part == QUOTING:
                    raise
                continue
            await self._judged(run, screen)
            return

    def _recalls(self, run: Run) -> bool:
        return self._recall is not None and run.wanted.cache

    def _written(self, rung: "_Rung", prompt: Prompt, run: Run) -> AsyncIterator[str]:
        """What the back end writes, or wrote to the same."""
        if self._recall is None or not self._recalls(run) or rung.part == QUOTING:
            return rung.write()
        return self._recall.pieces(run, prompt, Writer(rung.part, rung.model), rung.write)

    async def _ladder(self, prompt: Prompt, run: Run) -> AsyncIterator["_Rung"]:
        approved_only = bool(of_kind(run.decided.policy.obligations, ObligationKind.APPROVED_MODELS_ONLY))
        external = self._external
        if external is not None and (external.approved or not approved_only) and await self._still_public(run):
            yield _Rung(external.part, external.generator.model, partial(self._outside, external, prompt, run))
        for local in self._local:
            if local.approved or not approved_only:
                yield _Rung(local.part, local.generator.model, partial(local.generator.generate, prompt))
        yield _Rung(QUOTING, self._quoting.model, partial(self._quoting.generate, prompt))

    async def _still_public(self, run: Run) -> bool:
        if not self._gate.open_for(Source.EXTERNAL_LLM, run, run.tier):
            return False
        # A web search lies in between: someone may have closed a document since its passages were found.
        run.tier = max(run.tier, await self._search.tier_now(run.evidence.local))
        return self._gate.open_for(Source.EXTERNAL_LLM, run, run.tier)

    async def _outside(self, external: ExternalModel, prompt: Prompt, run: Run) -> AsyncIterator[str]:
        outbound = await self._gate.prompt(prompt, run, external.generator)
        async with aclosing(_closable(external.generator.generate(outbound))) as pieces:
            async for piece in pieces:
                yield piece

    async def _judged(self, run: Run, screen: AnswerScreen) -> None:
        """Looks at the claims and counts what was marked and taken out."""
        run.removed.update(citations=screen.removed_citations, links=screen.removed_links)
        if len(run.text) > _AT_ONCE:
            run.claims = await asyncio.to_thread(self._claims, run)
        else:
            run.claims = self._claims(run)
        for claim in run.claims:
            self._telemetry.marked("claim", str(claim.standing))
        for what, count in run.removed.items():
            if count:
                self._telemetry.marked(what.removesuffix("s"), "removed", count)

    def _claims(self, run: Run) -> tuple[Claim, ...]:
        named = set(cited(run.text))
        passages = {
            p.citation.n: "\n".join((p.citation.title, p.citation.heading, p.text))
            for p in run.evidence.passages
            if p.citation.n in named
        }
        return claims_of(run.text, passages, run.wanted.question.text, self._plain)


@dataclass(frozen=True, slots=True)
class _Rung:
    """One back end of the ladder and how to have it answer."""

    part: str
    model: str
    write: Callable[[], AsyncIterator[str]]


def _screen(run: Run) -> AnswerScreen:
    """Links may come from passages that do not speak to the model, and from whoever asks."""
    question = run.wanted.question
    passages = run.evidence.passages
    trusted = [p.text for p in passages if not p.citation.suspicious]
    said = [question.text, *(turn.content for turn in question.conversation if turn.role == "user")]
    places = frozenset(p.citation.url for p in passages if p.citation.url)
    return AnswerScreen(
        [p.citation.n for p in passages],
        places.union(*map(links_in, (*trusted, *said))),
        [p.text for p in passages],
    )


async def _screened(written: AsyncIterator[str], screen: AnswerScreen) -> AsyncGenerator[str, None]:
    async with aclosing(_closable(written)) as pieces:
        async for piece in pieces:
            if text := screen.feed(piece):
                yield text
    if rest := screen.finish():
        yield rest


def _closable(pieces: AsyncIterator[str]) -> AsyncGenerator[str, None]:
    """Back ends are asynchronous generators: closing one lets go of its connection at once."""
    return cast("AsyncGenerator[str, None]", pieces)
