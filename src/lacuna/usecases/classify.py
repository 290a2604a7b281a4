"""Decide how sensitive a question is, and record the decision.

Promise: the whole text and everything that goes along with it is looked at; a layer that fails counts as PROPRIETARY; a
conversation's tier never falls; the decision is in the ledger, durable, before it is returned. What is left to others:
what a route is used for (usecases/ask.py and gather.py).
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from lacuna.domain.approvals import Approval
from lacuna.domain.audit import Json, Record
from lacuna.domain.classification import (
    Classification,
    Finding,
    Layer,
    Question,
    Strategy,
    failure,
    raised,
    shown,
)
from lacuna.domain.duties import SETTLED, held_back, of_kind, purpose_of, question_duty, wanting_approval
from lacuna.domain.errors import InvalidInput, LacunaError
from lacuna.domain.explanation import facts_of
from lacuna.domain.identity import Principal
from lacuna.domain.lineage import LineageDelta, Node, NodeKind
from lacuna.domain.overriding import NOTHING_SET, OverrideSet
from lacuna.domain.policy import Obligation, ObligationKind, PolicyDecision, Source, deny, sound
from lacuna.domain.routing import Plan, RoutingTable, plan
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import ClassificationCache, Key
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.judge import Judge
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import ConversationTaint, Entry, Ledger
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.approvals import Approvals, Subject
from lacuna.usecases.conversations import Conversations, worth_binding
from lacuna.usecases.examine import Rules, examine, examine_text
from lacuna.usecases.policy_facts import Observed, nobody, policy_facts, policy_input
from lacuna.usecases.texts import Texts

AT_ONCE = 8
"""Questions of one batch that are decided at the same time."""

MAX_FINDINGS_RECORDED = 200
"""A record lists at most this many findings; the counts by kind are always complete."""


MAX_FINDINGS_CACHED = 32
"""A classification with more is not remembered, so that a full cache has a bounded size."""


@dataclass(frozen=True, slots=True)
class Routing:
    """The part of the configuration that plans are made from."""

    table: RoutingTable
    available: frozenset[Source]


@dataclass(frozen=True, slots=True)
class Decided:
    """One recorded decision. `index` is its place in the ledger."""

    decision_id: str
    classification: Classification
    policy: PolicyDecision
    plan: Plan
    cached: bool
    latency_ms: float
    index: int = -1
    approval: "ApprovalNeeds | None" = None
    clearance: Tier = Tier.PUBLIC
    """Of whoever asked."""

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings as whoever asked may see them."""
        return tuple(shown(finding, self.clearance) for finding in self.classification.findings)


@dataclass(frozen=True, slots=True)
class ApprovalNeeds:
    """What a decision has to do with approvals: `missing` would be all that it lacks, `granted` let it pass."""

    subject: Subject
    missing: tuple[Obligation, ...]
    granted: tuple[Approval, ...]


class Classify:
    """Classification of questions; see the module. Rules may be exchanged at any time: each question is examined under
    those that were in force when its examination began, all of them or none."""

    def __init__(
        self,
        layers: Sequence[ClassifierLayer],
        policy: PolicyEngine,
        routing: Routing,
        strategy: Strategy,
        cache: ClassificationCache | None,
        taint: ConversationTaint,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        telemetry: Telemetry,
        corpus_layers: Sequence[ClassifierLayer] = (),
        meaning_layers: Sequence[ClassifierLayer] = (),
        judge: Judge | None = None,
        overrides: Callable[[], OverrideSet] = lambda: NOTHING_SET,
        purposes: Sequence[str] = (),
        approvals: Approvals | None = None,
        observed: Observed = nobody,
        texts: Texts | None = None,
    ) -> None:
        """The layers and the judge are those of `usecases.examine.Rules`; `overrides` gives those in force now.
        `purposes` are those that may be stated, any where there are none. `observed` hears of decisions on which rules
        that are audit-only would have had an effect."""
        self._observed = observed
        self._texts = texts
        self._purposes = tuple(purposes)
        self._approvals = approvals
        self._overrides = overrides
        self._rules = Rules(tuple(layers), tuple(corpus_layers), tuple(meaning_layers), judge)
        self._exchanging = Lock()
        self._policy = policy
        self._routing = routing
        self._strategy = strategy
        self._cache = cache
        self._conversations = Conversations(taint, keys)
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._telemetry = telemetry

    @property
    def ruleset(self) -> str:
        """Names the rules in force for documents."""
        return self._overrides().raising.ruleset(self._rules.version)

    def use(
        self, layers: Sequence[ClassifierLayer] | None = None, meaning_layers: Sequence[ClassifierLayer] | None = None
    ) -> None:
        """Exchanges the layers that are given, in one step for all questions from now on, and forgets what the old ones
        found."""
        with self._exchanging:  # terms and examples change on threads of their own
            now = self._rules
            self._rules = Rules(
                now.layers if layers is None else tuple(layers),
                now.corpus,
                now.meaning if meaning_layers is None else tuple(meaning_layers),
                now.judge,
            )
        if self._cache is not None:
            self._cache.clear()

    async def one(self, question: Question, principal: Principal) -> Decided:
        """Classifies, plans and records one question."""
        decided = await self.decide(question, principal, requested=None, action="classify")
        return (await self._record([(question, decided)], principal))[0]

    async def many(self, questions: Sequence[Question], principal: Principal) -> list[Decided]:
        """The decisions for `questions`, in order, recorded together. Where one belongs to a conversation they are
        decided one after the other, so that a later one sees what an earlier one did to it."""
        at_once = 1 if any(q.conversation_id or q.conversation for q in questions) else AT_ONCE
        decided: list[tuple[Question, Decided]] = []
        for start in range(0, len(questions), at_once):
            part = questions[start : start + at_once]
            deciding = (self.decide(question, principal, requested=None, action="classify") for question in part)
            decided += zip(part, await asyncio.gather(*deciding), strict=True)
            await asyncio.sleep(0)  # a long batch lets other requests in between
        return await self._record(decided, principal)

    async def decide(
        self, question: Question, principal: Principal, requested: frozenset[Source] | None, action: str
    ) -> Decided:
        """The decision without its record; the caller appends `decision_record` before it acts on it. What the question
        does to its conversation is durable. Raises StorageError where that cannot be kept, and InvalidInput for a
        purpose that may not be stated."""
        started = time.perf_counter()
        question = await self._purposed(question)
        classification, cached = await self._classification(question)
        classification = await self._with_conversation(classification, question, principal)
        classification, policy = await self._with_policy(classification, question, principal, action)
        held, needs = await self._settled(policy, question, principal, requested, action)
        planned = plan(classification, held, self._routing.table, self._routing.available, requested, SETTLED)
        elapsed = time.perf_counter() - started
        self._telemetry.classified(str(classification.tier), elapsed, cached)
        decision_id = self._ids.new("dec")
        if policy.observed:
            self._observed(decision_id, [(each.package, each.rule, each.effect) for each in policy.observed])
        return Decided(
            decision_id=decision_id,
            classification=classification,
            policy=policy,
            plan=planned,
            cached=cached,
            latency_ms=elapsed * 1000,
            approval=needs,
            clearance=principal.clearance,
        )

    async def settle(self, decided: Decided, principal: Principal) -> tuple[str, ...]:
        """What follows from a recorded decision for approvals: a grant that was used is recorded, one that is missing
        is asked for. Returns the ids of the requests that wait. Raises TooLarge or StorageError."""
        needs = decided.approval
        if needs is None or self._approvals is None:
            return ()
        if not decided.plan.denied:
            await self._approvals.used(needs.granted, decided.decision_id, principal)
            return ()
        waiting = await self._approvals.request(needs.missing, needs.subject, decided.decision_id)
        return tuple(each.approval_id for each in waiting)

    async def _settled(
        self,
        policy: PolicyDecision,
        question: Question,
        principal: Principal,
        requested: frozenset[Source] | None,
        action: str,
    ) -> "tuple[PolicyDecision, ApprovalNeeds | None]":
        """The decision of policy, denied where an obligation is not met, and what approvals have to do with it."""
        if not policy.obligations:
            return policy, None
        granted: dict[Obligation, Approval] = {}
        subject: Subject | None = None
        if (wanted := of_kind(policy.obligations, ObligationKind.APPROVAL)) and self._approvals is not None:
            sources = "any" if requested is None else " ".join(sorted(requested))
            asked = () if policy.asked is None else (policy.asked,)
            subject = Subject(principal, action, str(policy.tier), asked, (repr(question), sources))
            try:
                granted = await self._approvals.approved(wanted, subject)
            except LacunaError as error:
                self._telemetry.failed("storage.approvals", error.code)
        duties = [question_duty(each, question.purpose, frozenset(granted)) for each in policy.obligations]
        missing = wanting_approval(policy, duties)
        needs = None if subject is None else ApprovalNeeds(subject, missing, tuple(granted.values()))
        return held_back(policy, duties), needs

    async def alone(self, question: Question) -> Classification:
        """The classification of a question by itself: without policy, conversation, cache and record."""
        return await examine(self._rules, question, self._strategy)

    def text(self, text: str) -> Classification:
        """The classification of a text that is put together from parts which each have a tier, before it leaves: by
        what stands in it, not by what it is about. Blocking, thread-safe, not recorded: the caller records what it does
        with it."""
        return examine_text(self._rules, text, self._strategy, self._overrides(), leaving=True)

    def document(self, text: str) -> Classification:
        """The same for a document that is taken in."""
        return examine_text(self._rules, text, self._strategy, self._overrides(), leaving=False)

    async def answered(self, question: Question, principal: Principal, answer: str, tier: Tier) -> None:
        """Binds an answer to its conversation. Durable when it returns. Raises StorageError."""
        if answer and tier > Tier.PUBLIC:
            await self._conversations.bind_answer(question, principal, answer, tier)

    async def keep(self, decided: Decided, principal: Principal, part: str, text: str) -> None:
        """Keeps a text of a decision where the configuration says so ("query", "answer"). Raises StorageError."""
        if self._texts is not None:
            await self._texts.keep(principal, decided.decision_id, part, text)

    def decision_record(
        self, question: Question, decided: Decided, principal: Principal, kind: str, more: dict[str, Json] | None = None
    ) -> Entry:
        """The ledger entry of a decision: everything that led to it, without any text."""
        record = Record(
            kind=kind,
            at=self._clock.now_us(),
            actor=principal.user_id,
            via=principal.via,
            decision=decided.decision_id,
            data=self._facts(question, decided) | (more or {}),
        )
        if kind == "decision.classify":
            return Entry(record)
        node = Node(decided.decision_id, NodeKind.QUERY, decided.classification.tier, kind)
        return Entry(record, LineageDelta((node,)))

    async def _record(self, decided: Sequence[tuple[Question, Decided]], principal: Principal) -> list[Decided]:
        for question, one in decided:
            await self.keep(one, principal, "query", question.text)
        entries = [self.decision_record(q, d, principal, "decision.classify") for q, d in decided]
        stored = await self._ledger.append(*entries) if entries else []
        return [replace(d, index=s.index) for (_, d), s in zip(decided, stored, strict=True)]

    async def _classification(self, question: Question) -> tuple[Classification, bool]:
        # A digest: the cache keeps no text, and its entries are small.
        rules = self._rules
        state = rules.state
        overrides = self._overrides()
        version = overrides.ruleset(rules.version)
        key: Key = (version, state, self._strategy, hashlib.sha256(repr(question).encode()).digest())
        if self._cache is not None and (known := await self._cache.get(key)) is not None:
            return known, True
        fresh = await examine(rules, question, self._strategy, overrides)
        sound = not fresh.degraded and len(fresh.findings) <= MAX_FINDINGS_CACHED
        # Where documents came or went meanwhile it is unknown under which state it was examined.
        if self._cache is not None and sound and state == rules.state:
            self._cache.put(key, fresh)
        return fresh, False

    async def taint(self, question: Question, principal: Principal, tier: Tier) -> Tier:
        """Raises the question's conversation to `tier` and returns what it has now. Durable when it returns."""
        return await self._conversations.bind(question, principal, tier)

    async def _purposed(self, question: Question) -> Question:
        """The question with its purpose as it is compared. A purpose is kept in the ledger, so it may hold no data."""
        if question.purpose is None:
            return question
        purpose = purpose_of(question.purpose, self._purposes)
        if purpose is not None and (await asyncio.to_thread(self.text, purpose)).findings:
            raise InvalidInput("purpose: it holds data.", cure="Name the purpose without names or numbers.")
        return replace(question, purpose=purpose)

    async def _with_conversation(
        self, base: Classification, question: Question, principal: Principal
    ) -> Classification:
        try:
            stored = await self._conversations.known(question, principal)
        except LacunaError as error:
            self._telemetry.failed("storage.conversations", error.code)
            return raised(base, (failure("conversations", error.code),))
        return _in_conversation(base, stored)

    async def _with_policy(
        self, base: Classification, question: Question, principal: Principal, action: str
    ) -> tuple[Classification, PolicyDecision]:
        """What policy says, and the tier with it, bound to the conversation. Where another request raises the
        conversation at the same time policy is asked again: at most twice, for there are three tiers."""
        while True:
            policy = await self._ask_policy(question, base, principal, action)
            decided = base
            if policy.tier > base.tier:
                decided = raised(base, (Finding("POLICY", policy.policy_id, Layer.POLICY, policy.tier, 1.0),))
            if policy.tags:
                decided = replace(decided, tags=tuple(sorted({*decided.tags, *policy.tags})))
            if not worth_binding(question, decided.tier):
                return decided, policy
            bound = await self._conversations.bind(question, principal, decided.tier)
            if bound <= decided.tier:
                return decided, policy
            base = _in_conversation(base, bound)

    async def _ask_policy(
        self, question: Question, classification: Classification, principal: Principal, action: str
    ) -> PolicyDecision:
        asked = policy_input(question, classification, principal, action, self._routing.table, self._clock.now_us())
        try:
            answered = await self._policy.decide(asked)
        except LacunaError as error:
            return deny(asked, f"policy engine failed: {error.code}", "failure", self._policy.version)
        if not sound(asked, answered):
            self._telemetry.failed("policy", "dependency_nonsense")
            return deny(asked, "policy engine lowered a tier or granted too much", "failure", self._policy.version)
        return replace(answered, asked=asked)

    def _facts(self, question: Question, decided: Decided) -> dict[str, Json]:
        c = decided.classification
        counts: dict[str, Json] = {}
        for finding in c.findings:
            counts[finding.kind] = int(str(counts.get(finding.kind, 0))) + 1
        return {
            "text_hmac": self._keys.hmac(question.text),
            "hmac_key": self._keys.hmac_key_id,
            "text_length": len(question.text),
            "turns": len(question.conversation),
            "tier": str(c.tier),
            "confidence": round(c.confidence * 1000),
            "layer": str(c.layer),
            "strategy": str(c.strategy),
            "ruleset": c.ruleset,
            "reasoning": c.reasoning,
            "finding_counts": counts,
            **facts_of(c),
            "findings": [_finding(f) for f in c.findings[:MAX_FINDINGS_RECORDED]],
            "degraded": list(c.degraded),
            "policy": policy_facts(decided.policy, self._keys.hmac),
            "sources": sorted(str(s) for s in decided.plan.sources),
            "reasons": list(decided.plan.reasons),
        }


def _finding(finding: Finding) -> dict[str, Json]:
    return {
        "kind": finding.kind,
        "rule": finding.rule,
        "layer": str(finding.layer),
        "tier": str(finding.tier),
        "confidence": round(finding.confidence * 1000),
        "start": finding.start,
        "end": finding.end,
    }


def _in_conversation(base: Classification, tier: Tier) -> Classification:
    if tier <= base.tier:
        return base
    return raised(base, (Finding("CONTEXT.CONVERSATION", "earlier-turns", Layer.CONTEXT, tier, 1.0),))
