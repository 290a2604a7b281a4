"""Split view: answer a question that may not leave with the help of one that may.

Promise: the derived question is made inside the house, checked word by word against the original and what goes along
with it, classified and planned anew as a text of its own (all layers, policy, routing), recorded as a decision of its
own (`decision.split`) before it is sent, and goes through the same gate as every other. It shares the asker and nothing
else: no conversation, no project, no files. Whatever fails, nothing is searched for and `degraded` says why.
"""

from collections.abc import Collection, Sequence

from lacuna.domain.audit import Json
from lacuna.domain.classification import Question
from lacuna.domain.duties import of_kind
from lacuna.domain.errors import LacunaError, OutboundRefused
from lacuna.domain.policy import ObligationKind, Source
from lacuna.domain.policy_documents import SPLIT
from lacuna.domain.routing import Outbound, RoutingTable
from lacuna.domain.splitting import Original, Vocabulary, apart, may_split, shared
from lacuna.ports.clock import Clock
from lacuna.ports.deriving import Deriver
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.storage import Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Run
from lacuna.usecases.classify import Classify, Decided
from lacuna.usecases.leave import Gate, Receiver
from lacuna.usecases.policy_facts import policy_input

_PART = "split_view"


class Split:
    """`derivers` are asked in turn, until one gives a question that may be one; those named in `unapproved` are models
    that policy may forbid."""

    def __init__(
        self,
        classify_: Classify,
        policy: PolicyEngine,
        gate: Gate,
        derivers: Sequence[Deriver],
        general: Vocabulary,
        table: RoutingTable,
        ledger: Ledger,
        clock: Clock,
        telemetry: Telemetry,
        unapproved: Collection[str] = (),
    ) -> None:
        self._classify = classify_
        self._policy = policy
        self._gate = gate
        self._derivers = tuple(derivers)
        self._general = general
        self._table = table
        self._ledger = ledger
        self._clock = clock
        self._telemetry = telemetry
        self._unapproved = frozenset(unapproved)

    async def question(self, run: Run, receiver: Receiver) -> tuple[Outbound, Decided] | None:
        """A derived question, recorded and released, with the decision on it; None where none may be or none is left.
        Raises a LacunaError where it cannot be recorded."""
        decided, sources = run.decided, run.wanted.sources
        if sources is not None and Source.WEB_SEARCH not in sources:
            return None
        if not may_split(True, decided.classification, decided.plan, True) or not await self._allowed(run):
            return None
        text, by = await self._derived(run)
        if not text:
            run.degraded.append(f"{_PART}:nothing_general")
            return None
        asked = Question(text, purpose=run.wanted.question.purpose)
        own = await self._classify.decide(asked, run.principal, frozenset({Source.WEB_SEARCH}), "query")
        about: dict[str, Json] = {"derived_from": decided.decision_id, "by": by}
        await self._ledger.append(self._classify.decision_record(asked, own, run.principal, "decision.split", about))
        try:
            return await self._gate.derived(text, own, run, receiver), own
        except OutboundRefused:
            run.degraded.append(f"{_PART}:not_public")
            return None

    async def _allowed(self, run: Run) -> bool:
        """What policy says of splitting the original question; a failure is a no."""
        question, classification = run.wanted.question, run.decided.classification
        now = self._clock.now_us()
        asked = policy_input(question, classification, run.principal, "split", self._table, now)
        try:
            said, _ = await self._policy.judge(SPLIT, asked)
        except LacunaError as error:
            self._telemetry.failed(_PART, error.code)
            run.degraded.append(f"{_PART}:policy")
            return False
        return not said.denied

    async def _derived(self, run: Run) -> tuple[str, str]:
        """The derived question and who derived it; empty where nobody could."""
        question = run.wanted.question
        beside = (*(turn.content for turn in question.conversation), *question.files, question.project or "")
        original = Original(question.text, run.decided.classification.findings, beside)
        approved_only = bool(of_kind(run.decided.policy.obligations, ObligationKind.APPROVED_MODELS_ONLY))
        for deriver in self._derivers:
            if approved_only and deriver.name in self._unapproved:
                continue
            try:
                text = " ".join((await deriver.derive(original)).split())
            except LacunaError as error:
                self._telemetry.failed(f"{_PART}.{deriver.name}", error.code)
                continue
            if apart(shared(original, text, self._general)):
                return text, deriver.name
        return "", ""
