"""Text released the only way there is: by the routing rules, after a classification came out PUBLIC."""

from lacuna.domain.classification import Layer, LayerResult, Strategy, classify
from lacuna.domain.policy import PolicyDecision, Source
from lacuna.domain.routing import Outbound, plan, release
from lacuna.domain.tiers import Tier

_EVERY_SOURCE = frozenset(Source)


def released(text: str, destination: Source = Source.WEB_SEARCH) -> Outbound:
    """`text` as if every layer had found it to be public and policy had allowed everything."""
    evidence = LayerResult(Layer.HEURISTIC, public_evidence=1.0, evidence_rule="test")
    classification = classify(text, [evidence], Strategy.CONSERVATIVE, "test")
    decision = PolicyDecision(True, Tier.PUBLIC, _EVERY_SOURCE, (), "test", "1")
    route = plan(classification, decision, dict.fromkeys(Tier, _EVERY_SOURCE), _EVERY_SOURCE)
    return release(text, classification, route, destination)
