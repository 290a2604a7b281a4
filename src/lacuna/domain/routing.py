"""The plan for one query, and the only maker of text that may leave the house.

Promise: nothing above PUBLIC ever gets a plan with an external source, whatever the routing table or policy says; an
`Outbound` exists only for a text that was classified as exactly that string, came out PUBLIC, and whose plan allows the
destination. What this module leaves to others: recording the text in the ledger before it is sent (usecases/leave.py)
and the wire (adapters/search, adapters/llm).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from lacuna.domain.classification import Classification, text_digest
from lacuna.domain.errors import OutboundRefused
from lacuna.domain.policy import EXTERNAL, ObligationKind, PolicyDecision, Source
from lacuna.domain.tiers import Tier

RoutingTable = Mapping[Tier, frozenset[Source]]

DEFAULT_TABLE: Final[RoutingTable] = {
    Tier.PUBLIC: frozenset({Source.LOCAL_RAG}),
    Tier.INTERNAL: frozenset({Source.LOCAL_RAG}),
    Tier.PROPRIETARY: frozenset({Source.LOCAL_RAG}),
}
"""Local only: going outside is off until the configuration turns it on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The route made concrete: the sources in use and, for every source that is not, why not."""

    tier: Tier
    sources: frozenset[Source]
    denied: bool
    reasons: tuple[str, ...]

    def uses(self, source: Source) -> bool:
        return source in self.sources


def plan(
    classification: Classification,
    decision: PolicyDecision,
    table: RoutingTable,
    available: frozenset[Source],
    requested: frozenset[Source] | None = None,
    carried_out: frozenset[ObligationKind] = frozenset(),
) -> Plan:
    """The sources this query may use: in the table for its tier, left by policy, available, asked for, and, above
    PUBLIC, never external. An obligation of a kind that the caller does not see `carried_out` denies. Pure; total over
    its arguments."""
    tier = max(classification.tier, decision.tier)
    if not decision.allowed:
        return Plan(tier, frozenset(), True, decision.reasons or ("policy denied the query",))
    unmet = [each for each in decision.obligations if each.kind not in carried_out]
    if unmet:
        missing = (f"obligation {o.kind} of {o.rule} cannot be carried out: {o.reason}" for o in unmet)
        return Plan(tier, frozenset(), True, (*dict.fromkeys(missing), *decision.reasons))
    chosen: set[Source] = set()
    reasons: list[str] = list(decision.reasons)
    permitted = table.get(tier, frozenset())
    for source in Source:
        if source in EXTERNAL and tier is not Tier.PUBLIC:
            reasons.append(f"{source}: never above PUBLIC")
        elif source in EXTERNAL and classification.degraded:
            reasons.append(f"{source}: a layer failed")
        elif source not in permitted:
            reasons.append(f"{source}: not in the routing table for {tier}")
        elif source not in decision.allowed_sources:
            reasons.append(f"{source}: removed by policy {decision.policy_id}")
        elif source not in available:
            reasons.append(f"{source}: not configured")
        elif requested is not None and source not in requested:
            reasons.append(f"{source}: not asked for")
        else:
            chosen.add(source)
    return Plan(tier, frozenset(chosen), False, tuple(reasons))


_SEAL: Final = object()


@final
class Outbound:
    """Text that may leave the house, and where to. Only `release` makes one."""

    __slots__ = ("destination", "text")
    text: str
    destination: Source

    def __init__(self, seal: object, text: str, destination: Source) -> None:
        if seal is not _SEAL:
            raise OutboundRefused(
                "Only the routing rules can release text.", cure="Call lacuna.domain.routing.release."
            )
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "destination", destination)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Outbound is frozen")

    def __repr__(self) -> str:
        return f"Outbound(destination={self.destination!s}, {len(self.text)} characters)"


def release(text: str, classification: Classification, plan: Plan, destination: Source) -> Outbound:
    """The only way out. Raises OutboundRefused unless `classification` is of exactly `text`, is PUBLIC without a failed
    layer, and `plan` uses `destination`."""
    if destination not in EXTERNAL:
        raise OutboundRefused(f"{destination} is not an external destination.")
    if classification.digest != text_digest(text):
        raise OutboundRefused(
            "The text is not the one that was classified.", cure="Classify exactly the text to be sent."
        )
    if max(classification.tier, plan.tier) is not Tier.PUBLIC or classification.degraded:
        raise OutboundRefused("The text is not PUBLIC beyond doubt.", cure="Only PUBLIC text leaves the house.")
    if plan.denied or not plan.uses(destination):
        raise OutboundRefused(f"The plan does not allow {destination}.")
    return Outbound(_SEAL, text, destination)
