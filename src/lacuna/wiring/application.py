"""The application as the surfaces see it: use cases, the principal of the command line, and the state of every part."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from lacuna.config import Loaded
from lacuna.domain.errors import LacunaError
from lacuna.domain.identity import Principal
from lacuna.ports.embeddings import Embedder
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.anchor import Anchoring
from lacuna.usecases.api_keys import ApiKeys
from lacuna.usecases.approvals import Approvals
from lacuna.usecases.ask import Ask
from lacuna.usecases.audit import Audit
from lacuna.usecases.classify import Classify
from lacuna.usecases.degradation import Degradation
from lacuna.usecases.document_reads import DocumentReads
from lacuna.usecases.evaluate import Evaluate
from lacuna.usecases.explain_policy import ExplainPolicy
from lacuna.usecases.feedback import Feedback
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.lineage_events import LineageEvents
from lacuna.usecases.overrides import Overrides
from lacuna.usecases.policies import Policies
from lacuna.usecases.policy_diff import PolicyDiff
from lacuna.usecases.reindex import Reindex
from lacuna.usecases.search import Search
from lacuna.usecases.sign_in import SignIn
from lacuna.usecases.synchronise import Synchronise
from lacuna.usecases.take_in import TakeIn
from lacuna.usecases.terms import Terms
from lacuna.usecases.texts import Texts
from lacuna.usecases.trace import Trace
from lacuna.usecases.users import Users

CHECK_TIMEOUT_S = 2.0

log = structlog.get_logger("lacuna.wiring")


@dataclass(frozen=True, slots=True)
class PartState:
    """`required`: without it the server may not serve. `detail` is an error's stable code."""

    state: str
    required: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One dependency and how to ask whether it works."""

    check: Callable[[], Awaitable[None]]
    required: bool


@dataclass(frozen=True, slots=True)
class Application:
    """Everything a surface needs. Built and closed by `wiring.build.open_application`."""

    loaded: Loaded
    classify: Classify
    search: Search
    ask: Ask
    ingest: Ingest
    reindex: Reindex
    take_in: TakeIn
    synchronise: Synchronise
    trace: Trace
    audit: Audit
    document_reads: DocumentReads
    terms: Terms
    overrides: Overrides
    policies: Policies
    policy_diff: PolicyDiff
    policy_explain: ExplainPolicy
    feedback: Feedback
    evaluate: Evaluate
    lineage_events: LineageEvents
    approvals: Approvals
    sign_in: SignIn
    api_keys: ApiKeys
    users: Users
    texts: Texts
    anchoring: Anchoring
    degradation: Degradation
    embedder: Embedder | None
    telemetry: Telemetry
    cli_principal: Principal
    parts: Mapping[str, Part] = field(default_factory=dict)

    async def readiness(self) -> dict[str, PartState]:
        """The state of each part, asked side by side, each within CHECK_TIMEOUT_S."""
        names = list(self.parts)
        states = await asyncio.gather(*(self._state(self.parts[name]) for name in names))
        return dict(zip(names, states, strict=True))

    @staticmethod
    async def _state(part: Part) -> PartState:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                await part.check()
        except TimeoutError:
            return PartState("failed", part.required, f"no answer within {CHECK_TIMEOUT_S:g} s")
        except LacunaError as error:
            log.warning("part_failed", code=error.code, reason=str(error))
            return PartState("failed", part.required, error.code)
        return PartState("ok", part.required)


class Readiness:
    """The application's state, asked anew at most once in `seconds`: whoever asks in between gets the last answer."""

    def __init__(self, application: Application, seconds: float) -> None:
        self._application = application
        self._seconds = seconds
        self._asking = asyncio.Lock()
        self._until = 0.0
        self._states: dict[str, PartState] = {}

    async def states(self) -> dict[str, PartState]:
        """The state of each part."""
        async with self._asking:
            if time.monotonic() >= self._until:
                self._states = await self._application.readiness()
                faults = {name: "" if each.state == "ok" else each.detail for name, each in self._states.items()}
                await self._application.degradation.see(faults)
                self._until = time.monotonic() + self._seconds
            return self._states
