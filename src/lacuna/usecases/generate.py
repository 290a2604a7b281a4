"""Write the answer: by the first back end that starts."""

from collections.abc import AsyncIterator

from lacuna.domain.duties import of_kind
from lacuna.domain.errors import LacunaError
from lacuna.domain.policy import ObligationKind, Source
from lacuna.ports.llm import ExternalGenerator, Generator, Prompt
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Run
from lacuna.usecases.leave import Gate
from lacuna.usecases.search import Search


class Generate:
    """`generator` and `external` are None where not configured; `fallback` needs no back end. `model_approved` says
    whether the configured model may answer where policy allows approved ones only."""

    def __init__(
        self,
        generator: Generator | None,
        external: ExternalGenerator | None,
        fallback: Generator,
        gate: Gate,
        search: Search,
        telemetry: Telemetry,
        *,
        model_approved: bool = False,
    ) -> None:
        self._generator = generator
        self._external = external
        self._fallback = fallback
        self._gate = gate
        self._search = search
        self._telemetry = telemetry
        self._model_approved = model_approved

    async def pieces(self, run: Run) -> AsyncIterator[str]:
        """The answer from `run.evidence`, in pieces: external where allowed, the local model, then extraction. Falling
        through is only possible before the first piece; after it, what the back end raises is raised."""
        prompt = Prompt(run.wanted.question.text, run.evidence.passages, run.wanted.question.conversation)
        started = False
        kept_out = bool(of_kind(run.decided.policy.obligations, ObligationKind.APPROVED_MODELS_ONLY))
        usable = self._model_approved or not kept_out
        external, generator = (self._external, self._generator) if usable else (None, None)
        if external is not None and self._gate.open_for(Source.EXTERNAL_LLM, run, run.tier):
            # A web search lies in between: someone may have closed a document since its passages were found.
            run.tier = max(run.tier, await self._search.tier_now(run.evidence.local))
        if external is not None and self._gate.open_for(Source.EXTERNAL_LLM, run, run.tier):
            try:
                outbound = await self._gate.prompt(prompt, run, external)
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
