"""Decide how sensitive a question is, and record the decision.

Promise: the whole text and everything that goes along with it is looked at; a layer that fails counts as PROPRIETARY; a
conversation's tier never falls; the decision is in the ledger, durable, before it is returned. What is left to others:
what a route is used for (usecases/ask.py).
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.domain.audit import Json, Record
from lacuna.domain.classification import (
    Classification,
    Finding,
    Layer,
    LayerResult,
    Question,
    Strategy,
    classify,
    failure,
    raised,
)
from lacuna.domain.errors import LacunaError
from lacuna.domain.identity import Principal
from lacuna.domain.lineage import LineageDelta, Node, NodeKind
from lacuna.domain.policy import PolicyDecision, PolicyInput, Source, deny, sound
from lacuna.domain.routing import Plan, RoutingTable, plan
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import ClassificationCache, Key
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.policy import PolicyEngine
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import ConversationTaint, Entry, Ledger
from lacuna.ports.telemetry import Telemetry

LONG_TEXT = 4_000
"""Characters above which a text is examined on a worker thread, so that nobody else waits for it."""

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


@dataclass(frozen=True, slots=True)
class Rules:
    """The layers in force and the name of all that they would find."""

    layers: tuple[ClassifierLayer, ...]
    version: str

    @classmethod
    def of(cls, layers: Sequence[ClassifierLayer]) -> "Rules":
        versions = "\n".join(f"{layer.name} {layer.version}" for layer in layers)
        return cls(tuple(layers), "rs-" + hashlib.sha256(versions.encode()).hexdigest()[:16])


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
    ) -> None:
        """`corpus_layers` compare a text with the organisation's own documents; they judge questions, not documents."""
        self._rules = Rules.of(layers)
        self._corpus = tuple(corpus_layers)
        self._policy = policy
        self._routing = routing
        self._strategy = strategy
        self._cache = cache
        self._taint = taint
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._telemetry = telemetry

    @property
    def ruleset(self) -> str:
        """Names the rules in force."""
        return self._rules.version

    def use(self, layers: Sequence[ClassifierLayer]) -> None:
        """Exchanges the rules for all questions from now on, and forgets what the old ones found."""
        self._rules = Rules.of(layers)
        if self._cache is not None:
            self._cache.clear()

    async def one(self, question: Question, principal: Principal) -> Decided:
        """Classifies, plans and records one question."""
        decided = await self.decide(question, principal, requested=None, action="classify")
        return (await self._record([(question, decided)], principal))[0]

    async def many(self, questions: Sequence[Question], principal: Principal) -> list[Decided]:
        """The decisions for `questions`, in order, recorded together."""
        decided = []
        for question in questions:
            decided.append((question, await self.decide(question, principal, requested=None, action="classify")))
            await asyncio.sleep(0)  # a long batch lets other requests in between
        return await self._record(decided, principal)

    async def decide(
        self, question: Question, principal: Principal, requested: frozenset[Source] | None, action: str
    ) -> Decided:
        """The decision without its record; the caller appends `decision_record` before it acts on it."""
        started = time.perf_counter()
        classification, cached = await self._classification(question)
        classification = await self._with_taint(classification, question, principal)
        policy = await self._ask_policy(question, classification, principal, action)
        if policy.tier > classification.tier:
            finding = Finding("POLICY", policy.policy_id, Layer.POLICY, policy.tier, 1.0)
            classification = raised(classification, (finding,))
        planned = plan(classification, policy, self._routing.table, self._routing.available, requested)
        elapsed = time.perf_counter() - started
        self._telemetry.classified(str(classification.tier), elapsed, cached)
        return Decided(self._ids.new("dec"), classification, policy, planned, cached, elapsed * 1000)

    def text(self, text: str) -> Classification:
        """The classification of a text that is no question: a passage, a whole document. Blocking, thread-safe, not
        recorded: the caller records what it does with it."""
        return self._examine(self._rules, Question(text), self._corpus)

    def document(self, text: str) -> Classification:
        """The same for a document that is taken in. It is not compared with the organisation's documents: it would be
        found in its own earlier version, and no tier that a person chose could ever be taken back."""
        return self._examine(self._rules, Question(text), ())

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
        entries = [self.decision_record(q, d, principal, "decision.classify") for q, d in decided]
        stored = await self._ledger.append(*entries) if entries else []
        return [_placed(d, s.index) for (_, d), s in zip(decided, stored, strict=True)]

    async def _classification(self, question: Question) -> tuple[Classification, bool]:
        # A digest: the cache keeps no text, and its entries are small.
        rules = self._rules
        documents = self._corpus_versions()
        key: Key = (rules.version, documents, self._strategy, hashlib.sha256(repr(question).encode()).digest())
        if self._cache is not None and (known := await self._cache.get(key)) is not None:
            return known, True
        size = sum(map(len, (question.text, *(turn.content for turn in question.conversation), *question.files)))
        if size > LONG_TEXT:
            fresh = await asyncio.to_thread(self._examine, rules, question, self._corpus)
        else:
            fresh = self._examine(rules, question, self._corpus)
        if not fresh.degraded and len(fresh.findings) <= MAX_FINDINGS_CACHED:
            self._remember(key, fresh, documents)
        return fresh, False

    def _remember(self, key: Key, fresh: Classification, documents: tuple[str, ...]) -> None:
        if self._cache is not None and documents == self._corpus_versions():
            self._cache.put(key, fresh)  # else documents came or went: under which state it was examined is unknown

    def _corpus_versions(self) -> tuple[str, ...]:
        return tuple(layer.version for layer in self._corpus)

    def _examine(self, rules: Rules, question: Question, corpus: Sequence[ClassifierLayer]) -> Classification:
        results = [self._ask_layer(layer, question) for layer in (*rules.layers, *corpus)]
        base = classify(question.text, results, self._strategy, rules.version)
        if base.tier is Tier.PROPRIETARY:
            return base
        return raised(base, self._open_turns(rules, question))

    def _ask_layer(self, layer: ClassifierLayer, question: Question) -> LayerResult:
        try:
            return layer.examine(question)
        except LacunaError as error:
            return LayerResult(Layer.FAILURE, (failure(layer.name, error.code),))

    def _open_turns(self, rules: Rules, question: Question) -> list[Finding]:
        """Earlier turns are classified under the same strategy: a PUBLIC question in an INTERNAL conversation is
        INTERNAL."""
        findings = []
        for number, turn in enumerate(question.conversation):
            results = [self._ask_layer(layer, Question(turn.content)) for layer in rules.layers]
            alone = classify(turn.content, results, self._strategy, rules.version)
            if alone.tier > Tier.PUBLIC:
                findings.append(
                    Finding("CONTEXT.CONVERSATION", f"turn-{number}", Layer.CONTEXT, alone.tier, alone.confidence)
                )
        return findings

    async def taint(self, question: Question, principal: Principal, tier: Tier) -> Tier:
        """Raises the question's conversation, if it is in one, to `tier` (an answer belongs to it too) and returns what
        the conversation has now. Durable when it returns."""
        if question.conversation_id is None:
            return tier
        key = self._keys.hmac(f"conversation\0{principal.user_id}\0{question.conversation_id}")
        return await self._taint.raise_to(key, tier)

    async def _with_taint(self, base: Classification, question: Question, principal: Principal) -> Classification:
        try:
            stored = await self.taint(question, principal, base.tier)
        except LacunaError as error:
            self._telemetry.failed("storage.conversations", error.code)
            return raised(base, (failure("conversations", error.code),))
        if stored <= base.tier:
            return base
        return raised(base, (Finding("CONTEXT.CONVERSATION", "earlier-turns", Layer.CONTEXT, stored, 1.0),))

    async def _ask_policy(
        self, question: Question, classification: Classification, principal: Principal, action: str
    ) -> PolicyDecision:
        asked = PolicyInput(
            action=action,
            tier=classification.tier,
            tags=classification.tags,
            user_id=principal.user_id,
            groups=tuple(sorted(principal.groups)),
            clearance=principal.clearance,
            project=question.project,
            requested=tuple(Source),
        )
        try:
            answered = await self._policy.decide(asked)
        except LacunaError as error:
            return deny(asked, f"policy engine failed: {error.code}", "failure", self._policy.version)
        if not sound(asked, answered):
            self._telemetry.failed("policy", "dependency_nonsense")
            return deny(asked, "policy engine lowered a tier or granted too much", "failure", self._policy.version)
        return answered

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
            "findings": [_finding(f) for f in c.findings[:MAX_FINDINGS_RECORDED]],
            "degraded": list(c.degraded),
            "policy": {
                "allowed": decided.policy.allowed,
                "id": decided.policy.policy_id,
                "version": decided.policy.policy_version,
            },
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


def _placed(decided: Decided, index: int) -> Decided:
    return Decided(
        decided.decision_id,
        decided.classification,
        decided.policy,
        decided.plan,
        decided.cached,
        decided.latency_ms,
        index,
    )
