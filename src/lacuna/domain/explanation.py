"""Why a tier is no lower: the smallest set of findings without which it would be, and what PUBLIC would still need.

A tier is a maximum, so that set is unique: every finding of the highest tier. Where the strategy holds the text at
INTERNAL anyway, no set is enough. Computed from what the ledger keeps, which is at most some of the findings but every
count. Holds no text; rules and places are left out of what somebody without the clearance for a finding may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.audit import Json
from lacuna.domain.classification import Classification, Finding, Layer, Strategy, outcome
from lacuna.domain.tiers import Tier

Counts = Mapping[Tier, Mapping[str, int]]
"""How many findings there are, by tier and kind."""

_THOUSAND: Final = 1_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What a tier was made from. `findings` may be fewer than `counts` tells. `evidence` is None where it was not
    recorded, which counts as none."""

    tier: Tier
    strategy: Strategy
    counts: Counts
    findings: tuple[Finding, ...]
    evidence: float | None

    @property
    def floor(self) -> Tier:
        """The tier if nothing had been found."""
        return outcome(Tier.PUBLIC, self.evidence or 0.0, self.strategy)


@dataclass(frozen=True, slots=True)
class NeededForPublic:
    """All that stands between a text and PUBLIC: the findings to be gone, by kind, and the evidence missing."""

    without: tuple[tuple[str, int], ...]
    evidence_needed: float
    evidence_found: float | None
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """`decisive` counts, by kind, the smallest set of findings without which the tier would be `without`; it is empty
    and `without` None where no set is enough. `findings` are those of the set that may be shown, `complete` tells
    whether these are all. `public` is None for a text that is PUBLIC."""

    tier: Tier
    decisive: tuple[tuple[str, int], ...]
    without: Tier | None
    findings: tuple[Finding, ...]
    complete: bool
    public: NeededForPublic | None

    def sentences(self) -> list[str]:
        """The same in plain words."""
        if self.public is None:
            return ["It is PUBLIC: nothing has to be taken away."]
        lines = []
        if self.without is not None:
            lines.append(f"Without {_listed(self.decisive)} it would be {self.without}.")
        elif self.public.without:
            lines.append(f"Even without {_listed(self.public.without)} it would be {self.tier}.")
        else:
            lines.append("Nothing sensitive was found; it is not known to be public.")
        return [*lines, _for_public(self.public)]


def judged(classification: Classification) -> Judged:
    """What a classification was made from."""
    c = classification
    return Judged(c.tier, c.strategy, counted(c.findings), c.findings, c.evidence)


def recorded(facts: Mapping[str, Json]) -> Judged | None:
    """The same from the data of a decision record; None where these are too few, as in a record of an older version
    that lists only some of many findings."""
    tier, strategy, listed = facts.get("tier"), facts.get("strategy"), facts.get("findings")
    if not isinstance(tier, str) or strategy not in list(Strategy) or not isinstance(listed, Sequence):
        return None
    findings = tuple(_finding(each) for each in listed if isinstance(each, Mapping))
    counts = _counts(facts.get("tier_counts"))
    if counts is None:
        if sum(_numbers(facts.get("finding_counts")).values()) > len(findings):
            return None
        counts = counted(findings)
    evidence = facts.get("evidence")
    strength = evidence / _THOUSAND if isinstance(evidence, int) else None
    return Judged(Tier.parse(tier), Strategy(str(strategy)), counts, findings, strength)


def explained(of: Judged) -> Counterfactual:
    """Why the tier is no lower."""
    if of.tier is Tier.PUBLIC:
        return Counterfactual(of.tier, (), None, (), True, None)
    blocking = {tier: kinds for tier, kinds in of.counts.items() if tier > Tier.PUBLIC and kinds}
    rest = max((tier for tier in blocking if tier < of.tier), default=of.floor)
    enough = of.tier in blocking and rest < of.tier
    decisive = tuple(sorted(blocking[of.tier].items())) if enough else ()
    shown = tuple(f for f in of.findings if enough and f.tier is of.tier)
    return Counterfactual(
        tier=of.tier,
        decisive=decisive,
        without=max(rest, of.floor) if enough else None,
        findings=shown,
        complete=len(shown) == sum(number for _, number in decisive),
        public=NeededForPublic(_joined(blocking), of.strategy.evidence_needed, of.evidence, of.strategy),
    )


def for_clearance(counterfactual: Counterfactual, clearance: Tier) -> Counterfactual:
    """What somebody with this clearance may see: rules and places only of findings up to it, kinds and counts of
    all."""
    shown = tuple(f for f in counterfactual.findings if f.tier <= clearance)
    complete = counterfactual.complete and len(shown) == len(counterfactual.findings)
    return replace(counterfactual, findings=shown, complete=complete)


def counted(findings: Iterable[Finding]) -> dict[Tier, dict[str, int]]:
    """How many findings there are, by tier and kind."""
    counts: dict[Tier, dict[str, int]] = {}
    for finding in findings:
        kinds = counts.setdefault(finding.tier, {})
        kinds[finding.kind] = kinds.get(finding.kind, 0) + 1
    return counts


def facts_of(classification: Classification) -> dict[str, Json]:
    """What a decision record keeps for `recorded`, beside its findings."""
    counts = counted(classification.findings)
    return {
        "tier_counts": {str(tier): dict(kinds) for tier, kinds in counts.items()},
        # Downwards: what was not enough must not look as if it had been.
        "evidence": int(classification.evidence * _THOUSAND),
    }


def _joined(counts: Counts) -> tuple[tuple[str, int], ...]:
    together: dict[str, int] = {}
    for kinds in counts.values():
        for kind, number in kinds.items():
            together[kind] = together.get(kind, 0) + number
    return tuple(sorted(together.items()))


def _numbers(value: Json) -> dict[str, int]:
    return {k: n for k, n in value.items() if isinstance(n, int)} if isinstance(value, Mapping) else {}


def _counts(value: Json) -> Counts | None:
    if not isinstance(value, Mapping):
        return None
    return {Tier.parse(tier): _numbers(kinds) for tier, kinds in value.items()}


def _finding(facts: Mapping[str, Json]) -> Finding:
    start, end, confidence = facts.get("start"), facts.get("end"), facts.get("confidence")
    return Finding(
        kind=str(facts.get("kind")),
        rule=str(facts.get("rule")),
        layer=Layer(str(facts.get("layer"))),
        tier=Tier.parse(str(facts.get("tier"))),
        confidence=confidence / _THOUSAND if isinstance(confidence, int) else 0.0,
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
    )


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    total = sum(number for _, number in counts)
    names = ", ".join(kind if number == 1 else f"{kind} ({number} times)" for kind, number in counts)
    return f"this finding: {names}," if total == 1 else f"these {total} findings: {names},"


def _for_public(needed: NeededForPublic) -> str:
    parts = []
    if needed.without:
        parts.append("that all findings above PUBLIC are gone")
    if (needed.evidence_found or 0.0) < needed.evidence_needed:
        found = "unknown" if needed.evidence_found is None else f"{needed.evidence_found:.2f}"
        parts.append(
            f"evidence that the text is public of {needed.evidence_needed:.2f} or more (there is {found}) "
            f"under the {needed.strategy} strategy"
        )
    return f"PUBLIC would need {' and '.join(parts)}."
