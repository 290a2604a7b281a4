"""What a follow-up question is searched for as.

Promise: words alone, or, where a model of the house is configured to do it, what that model makes of the question, if
it keeps to what was said. Where the model fails or adds something of its own, the words count, and `degraded` says so.
A model that is not approved is not asked where policy wants approved ones only.
"""

import asyncio

from lacuna.domain.duties import of_kind
from lacuna.domain.errors import LacunaError
from lacuna.domain.followups import keeps_to, refers_back, standalone
from lacuna.domain.policy import ObligationKind
from lacuna.ports.rewriting import Rewriter
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Run

PART = "rewriting"


class Rewrite:
    """`rewriter` is None where no model is asked; `approved` says whether it is an approved one."""

    def __init__(self, telemetry: Telemetry, rewriter: Rewriter | None = None, *, approved: bool = False) -> None:
        self._telemetry = telemetry
        self._rewriter = rewriter
        self._approved = approved

    async def searched(self, run: Run) -> str:
        """The question of `run`, so that it can be understood without its conversation."""
        question = run.wanted.question
        text, conversation = question.text, question.conversation
        approved_only = bool(of_kind(run.decided.policy.obligations, ObligationKind.APPROVED_MODELS_ONLY))
        if self._rewriter is None or (approved_only and not self._approved) or not refers_back(text, conversation):
            return standalone(text, conversation)
        try:
            rewritten = await self._rewriter.rewrite(text, conversation)
        except LacunaError as error:
            self._failed(run, error.code)
            return standalone(text, conversation)
        if await asyncio.to_thread(keeps_to, rewritten, text, conversation):
            return rewritten
        self._failed(run, "dependency_nonsense")
        return standalone(text, conversation)

    def _failed(self, run: Run, code: str) -> None:
        self._telemetry.failed(PART, code)
        run.degraded.append(PART)
