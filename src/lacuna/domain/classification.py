"""What was found in a text and which tier follows.

Findings only raise a tier. Where nothing was found, the strategy decides what "unknown" means; a failed layer counts as
PROPRIETARY under every strategy (docs/adr/0003-who-may-lower-a-tier.md).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from lacuna.domain.tiers import Tier, join


class Strategy(StrEnum):
    """How much positive evidence PUBLIC needs when no layer found anything.

    conservative: evidence of at least 0.9; balanced: at least 0.6; aggressive: none.
    """

    CONSERVATIVE = "conservative"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"

    @property
    def evidence_needed(self) -> float:
        return {"conservative": 0.9, "balanced": 0.6, "aggressive": 0.0}[self.value]


SURE = Strategy.CONSERVATIVE.evidence_needed
"""Evidence from which a text counts as PUBLIC under every strategy."""


class Layer(StrEnum):
    """Who found something, in the order in which layers run."""

    HEURISTIC = "heuristic"
    EMBEDDING = "embedding"
    LLM = "llm"
    PLUGIN = "plugin"
    POLICY = "policy"
    CONTEXT = "context"
    DECLARED = "declared"
    FAILURE = "failure"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a tier. `start` and `end` are code points of the original text, `end` exclusive; both are None
    where the reason is no place in it (context, a failure). Never holds the matched text."""

    kind: str
    rule: str
    layer: Layer
    tier: Tier
    confidence: float
    start: int | None = None
    end: int | None = None


OWN_KNOWLEDGE: Final = ("ORG.", "SEMANTIC.", "OVERRIDE")
"""Kinds of findings whose rule and place would tell what the organisation protects."""


def shown(finding: Finding, clearance: Tier) -> Finding:
    """The finding as somebody of this clearance may see it. Where they stand in a text of one's own, personal data and
    secrets are no news; which of its words is a protected name would be."""
    if finding.tier <= clearance or not finding.kind.startswith(OWN_KNOWLEDGE):
        return finding
    return replace(finding, rule="", confidence=1.0, start=None, end=None)


@dataclass(frozen=True, slots=True)
class LayerResult:
    """What one layer says of one text. `public_evidence` in [0, 1] is positive evidence that the text is PUBLIC; it
    counts only where no finding raises the tier."""

    layer: Layer
    findings: tuple[Finding, ...] = ()
    public_evidence: float = 0.0
    evidence_rule: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation: who spoke ("user", "assistant", "system", "tool") and what was said."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that is classified together: the text and what goes along with it. `purpose` is what it is asked for:
    policy may demand one, and it is no part of what is classified (nor of its `repr`, which caches are keyed by)."""

    text: str
    conversation: tuple[Turn, ...] = ()
    conversation_id: str | None = None
    project: str | None = None
    files: tuple[str, ...] = ()
    purpose: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Classification:
    """The join of findings and strategy for exactly the text whose digest it carries. `evidence` is how strongly a
    layer holds the text for public, whatever else was found."""

    tier: Tier
    confidence: float
    tags: tuple[str, ...]
    findings: tuple[Finding, ...]
    layer: Layer
    reasoning: str
    strategy: Strategy
    ruleset: str
    digest: bytes
    degraded: tuple[str, ...] = field(default=())
    evidence: float = 0.0


def text_digest(text: str) -> bytes:
    """Binds a classification to its text within the process. Never stored: plain hashes can be reversed by
    dictionary."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def failure(layer: str, reason: str) -> Finding:
    """The finding that a failed layer leaves: it counts as PROPRIETARY and no setting reverses it."""
    return Finding(kind="FAILURE", rule=f"{layer}:{reason}", layer=Layer.FAILURE, tier=Tier.PROPRIETARY, confidence=1.0)


def outcome(found: Tier, evidence: float, strategy: Strategy) -> Tier:
    """The tier that follows from the highest tier `found` and the strongest `evidence` that a text is public. This is
    the whole truth table (docs/classification.md): findings win, and evidence counts only where there are none."""
    if found > Tier.PUBLIC:
        return found
    return Tier.PUBLIC if evidence >= strategy.evidence_needed else Tier.INTERNAL


def raises(results: Iterable[LayerResult]) -> bool:
    """Whether anything that was found raises the tier."""
    return any(f.tier > Tier.PUBLIC for r in results for f in r.findings)


def still_open(results: Iterable[LayerResult]) -> bool:
    """Whether no layer knows: nothing raised the tier, and nobody is sure that the text is public."""
    asked = tuple(results)
    return not raises(asked) and max((r.public_evidence for r in asked), default=0.0) < SURE


def classify(text: str, results: Sequence[LayerResult], strategy: Strategy, ruleset: str) -> Classification:
    """The classification of `text` from what every layer said. Order of `results` does not matter to the tier."""
    findings = tuple(sorted((f for r in results for f in r.findings), key=_order))
    degraded = tuple(sorted({f.rule for f in findings if f.kind == "FAILURE"}))
    tier = join(f.tier for f in findings)
    evidence = max(results, key=lambda r: r.public_evidence, default=None)
    strength = evidence.public_evidence if evidence is not None else 0.0
    if tier > Tier.PUBLIC:
        decisive = [f for f in findings if f.tier is tier]
        best = max(decisive, key=lambda f: f.confidence)
        return Classification(
            tier=tier,
            confidence=best.confidence,
            tags=tags(findings),
            findings=findings,
            layer=best.layer,
            reasoning=_reason_found(tier, decisive),
            strategy=strategy,
            ruleset=ruleset,
            digest=text_digest(text),
            degraded=degraded,
            evidence=strength,
        )
    earned = outcome(Tier.PUBLIC, strength, strategy) is Tier.PUBLIC
    layer = evidence.layer if evidence is not None and strength > 0 and earned else Layer.STRATEGY
    rule = evidence.evidence_rule if evidence is not None else ""
    return Classification(
        tier=Tier.PUBLIC if earned else Tier.INTERNAL,
        confidence=max(strength, 0.5) if earned else 0.5,
        tags=tags(findings),
        findings=findings,
        layer=layer,
        reasoning=_reason_open(strategy, earned, strength, rule),
        strategy=strategy,
        ruleset=ruleset,
        digest=text_digest(text),
        evidence=strength,
    )


def raised(base: Classification, findings: Iterable[Finding]) -> Classification:
    """`base` with further findings joined to it: the tier stays or rises."""
    more = tuple(findings)
    if not more:
        return base
    everything = tuple(sorted((*base.findings, *more), key=_order))
    tier = join((f.tier for f in more), floor=base.tier)
    degraded = tuple(sorted({*base.degraded, *(f.rule for f in more if f.kind == "FAILURE")}))
    if tier is base.tier:
        decided, confidence, reasoning = base.layer, base.confidence, base.reasoning
    else:
        decisive = [f for f in more if f.tier is tier]
        best = max(decisive, key=lambda f: f.confidence)
        decided, confidence, reasoning = best.layer, best.confidence, _reason_found(tier, decisive)
    return Classification(
        tier=tier,
        confidence=confidence,
        tags=tags(everything),
        findings=everything,
        layer=decided,
        reasoning=reasoning,
        strategy=base.strategy,
        ruleset=base.ruleset,
        digest=base.digest,
        degraded=degraded,
        evidence=base.evidence,
    )


def tags(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The distinct kinds, most general first: ("PII", "PII.EMAIL")."""
    kinds = {f.kind for f in findings}
    return tuple(sorted(kinds | {kind.split(".")[0] for kind in kinds}))


def _order(finding: Finding) -> tuple[int, int, str, str]:
    start = -1 if finding.start is None else finding.start
    return (start, -(finding.end or 0), finding.kind, finding.rule)


def _reason_found(tier: Tier, decisive: Sequence[Finding]) -> str:
    counts: dict[str, int] = {}
    for finding in decisive:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
    listed = ", ".join(kind if n == 1 else f"{kind} ({n} times)" for kind, n in sorted(counts.items()))
    return f"{tier} because of {listed}."


def _reason_open(strategy: Strategy, earned: bool, strength: float, rule: str) -> str:
    if strength == 0.0:
        outcome = "counts as PUBLIC" if earned else "counts as INTERNAL"
        return (
            "Nothing sensitive was found and nothing shows the text to be public: "
            f"under the {strategy} strategy this {outcome}."
        )
    verdict = "enough" if earned else "not enough"
    tier = Tier.PUBLIC if earned else Tier.INTERNAL
    return (
        f"Nothing sensitive was found; evidence that the text is public ({rule}, {strength:.2f}) is {verdict} "
        f"under the {strategy} strategy ({strategy.evidence_needed:.2f} needed): {tier}."
    )
