"""Split view from settings: who derives questions, and the use case around them."""

from contextlib import AsyncExitStack

from lacuna.adapters.splitting.public_words import vocabulary
from lacuna.config import Settings
from lacuna.domain.splitting import Original, Vocabulary
from lacuna.ports.clock import Clock
from lacuna.ports.deriving import Deriver
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.classify import Classify
from lacuna.usecases.leave import Gate
from lacuna.usecases.split import Split
from lacuna.wiring.catalog import back_end
from lacuna.wiring.guard import Guard
from lacuna.wiring.models import asking_local_model


class GuardedDeriver:
    """A deriver that answers in time."""

    def __init__(self, deriver: Deriver, guard: Guard) -> None:
        self._deriver = deriver
        self._guard = guard
        self.name = deriver.name

    async def derive(self, original: Original) -> str:
        return await self._guard.run(self._deriver.derive(original))

    async def close(self) -> None:
        await self._deriver.close()


def split_view(
    settings: Settings,
    classify: Classify,
    policy: PolicyEngine,
    gate: Gate,
    ledger: Ledger,
    clock: Clock,
    telemetry: Telemetry,
    stack: AsyncExitStack,
) -> Split | None:
    """None where it is switched off."""
    if not settings.split_view.enabled:
        return None
    general = vocabulary()
    derivers = _derivers(settings, general, telemetry, stack)
    unapproved = () if settings.llm.approved else ("llm",)
    table = settings.routing.table
    return Split(classify, policy, gate, derivers, general, table, ledger, clock, telemetry, unapproved)


def _derivers(settings: Settings, general: Vocabulary, telemetry: Telemetry, stack: AsyncExitStack) -> list[Deriver]:
    """The local model first where there is one; what it proposes in vain is derived by leaving out."""
    wanted, llm = settings.split_view, settings.llm
    found: list[Deriver] = []
    if wanted.method != "extractive" and llm.endpoint is not None and llm.backend != "none" and llm.location == "local":
        built = asking_local_model("deriver", llm, wanted.timeout_s, stack)
        found.append(GuardedDeriver(built, Guard("split_view.llm", telemetry, wanted.timeout_s)))
    if wanted.method != "llm":
        built = back_end("deriver", "extractive")(general)
        found.append(GuardedDeriver(built, Guard("split_view.extractive", telemetry, wanted.timeout_s)))
    return found
