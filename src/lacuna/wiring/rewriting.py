"""Who rewrites follow-up questions, from settings."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from lacuna.config import Settings
from lacuna.domain.classification import Turn
from lacuna.ports.rewriting import Rewriter
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.rewrite import PART, Rewrite
from lacuna.wiring.guard import Guard
from lacuna.wiring.models import asking_local_model


class GuardedRewriter:
    """A rewriter that answers in time."""

    def __init__(self, rewriter: Rewriter, guard: Guard) -> None:
        self._rewriter = rewriter
        self._guard = guard
        self.name = rewriter.name

    async def rewrite(self, question: str, conversation: Sequence[Turn]) -> str:
        return await self._guard.run(self._rewriter.rewrite(question, conversation))

    async def close(self) -> None:
        await self._rewriter.close()


def rewriting(settings: Settings, telemetry: Telemetry, stack: AsyncExitStack) -> Rewrite:
    """Built and guarded; `stack` closes it."""
    wanted, llm = settings.follow_ups, settings.llm
    if wanted.method != "llm" or llm.endpoint is None:
        return Rewrite(telemetry)
    built = asking_local_model("rewriter", llm, wanted.timeout_s, stack)
    guarded = GuardedRewriter(built, Guard(PART, telemetry, wanted.timeout_s))
    return Rewrite(telemetry, guarded, approved=llm.approved)
