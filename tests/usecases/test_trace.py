"""Who sees how much of an explanation."""

import pytest

from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import NotFound
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry
from lacuna.testing.fakes.catalogue import InMemoryCatalogue
from lacuna.testing.fakes.datasets import InMemoryDatasets
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.trace import Trace


def finding(kind: str, rule: str, tier: str, start: int) -> dict[str, Json]:
    return {
        "kind": kind,
        "rule": rule,
        "layer": "heuristic",
        "tier": tier,
        "confidence": 900,
        "start": start,
        "end": start + 5,
    }


FINDINGS: list[Json] = [
    finding("ORG.PROJECT", "term.one", "PROPRIETARY", 4),
    finding("ORG.TERM", "term.two", "INTERNAL", 20),
]
DATA: dict[str, Json] = {
    "tier": "PROPRIETARY",
    "strategy": "balanced",
    "reasoning": "PROPRIETARY because of ORG.PROJECT.",
    "text_length": 30,
    "finding_counts": {"ORG.PROJECT": 1, "ORG.TERM": 1},
    "tier_counts": {"PROPRIETARY": {"ORG.PROJECT": 1}, "INTERNAL": {"ORG.TERM": 1}},
    "evidence": 0,
    "findings": FINDINGS,
}


def principal(name: str, clearance: Tier, role: Role = Role.USER) -> Principal:
    return Principal(name, "", frozenset(), clearance, frozenset({role}), "test")


@pytest.fixture
async def trace() -> Trace:
    ledger = InMemoryLedger(FixedKeys())
    await ledger.append(Entry(Record("decision.classify", 1, "bob", "test", "dec_1", DATA)))
    return Trace(ledger, InMemoryCatalogue(), InMemoryDatasets(ledger))


@pytest.mark.parametrize("role", list(Role))
async def test_without_clearance_kinds_and_counts_are_all_there_is(trace: Trace, role: Role) -> None:
    found = await trace.decision("dec_1", principal("bob", Tier.INTERNAL, role))
    assert found.counterfactual is not None
    assert found.counterfactual.decisive == (("ORG.PROJECT", 1),)
    assert found.counterfactual.without is Tier.INTERNAL
    assert found.counterfactual.findings == ()
    assert found.facts["findings"] == [{"kind": "ORG.PROJECT", "tier": "PROPRIETARY"}, FINDINGS[1]]
    assert "term.one" not in repr(found)
    assert "characters 4" not in repr(found.summary)
    assert "- ORG.PROJECT (PROPRIETARY)" in found.summary
    assert "Without this finding: ORG.PROJECT, it would be INTERNAL." in found.summary


async def test_with_clearance_rules_and_places_are_shown(trace: Trace) -> None:
    found = await trace.decision("dec_1", principal("bob", Tier.PROPRIETARY))
    assert found.counterfactual is not None
    assert [(f.rule, f.start) for f in found.counterfactual.findings] == [("term.one", 4)]
    assert found.facts["findings"] == FINDINGS


async def test_the_decisions_of_others_are_unknown(trace: Trace) -> None:
    with pytest.raises(NotFound) as others:
        await trace.decision("dec_1", principal("eve", Tier.PROPRIETARY))
    with pytest.raises(NotFound) as unknown:
        await trace.decision("dec_2", principal("eve", Tier.PROPRIETARY))
    assert str(others.value).replace("dec_1", "dec_2") == str(unknown.value)
