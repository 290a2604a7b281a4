"""Nothing above PUBLIC can leave, whatever the configuration; and the enumeration that says so finds planted faults."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.domain import exits, routing
from lacuna.domain.classification import Classification, Strategy, outcome
from lacuna.domain.no_exit import (
    ASKED,
    DOWN,
    EVIDENCE,
    OPERATION,
    POLICIES,
    TIERS,
    Derivation,
    Gates,
    House,
    LocalBackEnd,
    State,
    number_of_states,
    prove,
    walk,
)
from lacuna.domain.policy import PolicyDecision, Source
from lacuna.domain.routing import Outbound, Plan, RoutingTable
from lacuna.domain.tiers import Tier

OPEN: RoutingTable = {tier: frozenset(Source) for tier in Tier}
EVERYTHING = frozenset(Source)

tables = st.fixed_dictionaries({tier: st.frozensets(st.sampled_from(Source)) for tier in Tier})
houses = st.builds(
    House,
    tables,
    st.frozensets(st.sampled_from(Source)),
    st.sampled_from(Strategy),
    split=st.booleans(),
    pages=st.booleans(),
)
derivations = st.builds(
    Derivation,
    st.sampled_from(TIERS),
    st.sampled_from(EVIDENCE),
    st.booleans(),
    st.sampled_from(POLICIES),
    st.booleans(),
    st.booleans(),
)
states = st.builds(
    State,
    st.sampled_from(TIERS),
    st.sampled_from(EVIDENCE),
    st.booleans(),
    st.sampled_from(TIERS),
    st.booleans(),
    st.sampled_from(POLICIES),
    st.sampled_from(ASKED),
    st.sampled_from(TIERS),
    st.sampled_from(TIERS),
    st.sampled_from(TIERS),
    st.sampled_from(DOWN),
    st.none() | derivations,
)


def trusting_plan(
    classification: Classification,
    decision: PolicyDecision,
    table: RoutingTable,
    available: frozenset[Source],
    requested: frozenset[Source] | None = None,
) -> Plan:
    """Believes the routing table."""
    tier = max(classification.tier, decision.tier)
    sources = table[tier] & available & (EVERYTHING if requested is None else requested) & decision.allowed_sources
    return Plan(tier, sources, not decision.allowed, ())


def trusting_exit(destination: Source, classification: Classification, plan: Plan, evidence: Tier) -> bool:
    """Believes the plan and looks at nothing that goes along."""
    return plan.uses(destination)


def late_exit(destination: Source, classification: Classification, plan: Plan, evidence: Tier) -> bool:
    """Forgets what failed."""
    return exits.may_leave(destination, replace(classification, degraded=()), plan, evidence)


def trusting_release(text: str, classification: Classification, plan: Plan, destination: Source) -> Outbound:
    """Makes an Outbound of anything."""
    return routing.release(
        text,
        replace(classification, tier=Tier.PUBLIC, degraded=()),
        Plan(Tier.PUBLIC, frozenset({destination}), False, ()),
        destination,
    )


def hopeful_outcome(found: Tier, evidence: float, strategy: Strategy) -> Tier:
    """Lets evidence count against findings."""
    return Tier.PUBLIC if evidence >= 1.0 else outcome(found, evidence, strategy)


def eager_split(enabled: bool, classification: Classification, plan: Plan, allowed: bool) -> bool:
    """Splits whatever policy says."""
    return True


def careless(faults: Sequence[str]) -> bool:
    """Does not look at what a derived question holds."""
    return True


FAULTS: dict[str, Callable[[Gates], Gates]] = {
    "plan": lambda gates: replace(gates, plan=trusting_plan),
    "exit": lambda gates: replace(gates, may_leave=trusting_exit),
    "late": lambda gates: replace(gates, may_leave=late_exit),
    "release": lambda gates: replace(gates, release=trusting_release),
    "outcome": lambda gates: replace(gates, outcome=hopeful_outcome),
    "split": lambda gates: replace(gates, may_split=eager_split),
    "apart": lambda gates: replace(gates, apart=careless),
}


def faulty(names: frozenset[str]) -> Gates:
    gates = OPERATION
    for name in sorted(names):
        gates = FAULTS[name](gates)
    return gates


@settings(max_examples=40, deadline=None)
@given(houses)
def test_nothing_above_public_leaves_in_any_house(house: House) -> None:
    proof = prove(house)
    assert proof.holds
    assert proof.states == number_of_states(house.split) > 1_000_000


@pytest.mark.parametrize(
    ("names", "destinations"),
    [
        ({"outcome"}, {"web_search", "external_llm"}),
        ({"release"}, {"external_llm"}),
        ({"plan", "exit", "release"}, {"web_search", "external_llm"}),
        ({"plan", "late", "release"}, {"external_llm"}),
    ],
)
def test_planted_faults_give_a_counterexample(names: set[str], destinations: set[str]) -> None:
    proof = prove(House(OPEN, EVERYTHING, Strategy.BALANCED), faulty(frozenset(names)))
    assert {counter.destination for counter in proof.counterexamples} == destinations
    assert all(counter.facts for counter in proof.counterexamples)


@pytest.mark.parametrize("names", [{"split"}, {"apart"}, {"plan", "exit", "release"}])
def test_a_fault_in_splitting_gives_a_counterexample_of_a_derived_question(names: set[str]) -> None:
    proof = prove(House(OPEN, EVERYTHING, Strategy.BALANCED, split=True), faulty(frozenset(names)))
    told = [" ".join(counter.facts) for counter in proof.counterexamples if counter.destination == "web_search"]
    assert any("a derived question" in facts for facts in told)


def test_where_nothing_is_split_faults_in_splitting_do_no_harm() -> None:
    assert prove(House(OPEN, EVERYTHING, Strategy.BALANCED), faulty(frozenset({"split", "apart"}))).holds


@pytest.mark.parametrize("names", [{"plan"}, {"exit"}, {"late"}, {"plan", "exit"}])
def test_a_gate_that_fails_is_held_by_the_last_one(names: set[str]) -> None:
    assert prove(House(OPEN, EVERYTHING, Strategy.AGGRESSIVE), faulty(frozenset(names))).holds


@settings(max_examples=100, deadline=None)
@given(houses, st.frozensets(st.sampled_from(sorted(FAULTS))), st.lists(states, min_size=20, max_size=20))
def test_the_stages_and_the_whole_walk_agree(house: House, names: frozenset[str], drawn: list[State]) -> None:
    """Where the proof holds no state leaves."""
    gates = faulty(names)
    leaving = [state for state in drawn if walk(house, state, gates)]
    if leaving:
        assert not prove(house, gates).holds


@pytest.mark.parametrize("names", [(), ("outcome",), ("exit", "plan", "release")])
def test_brute_force_finds_the_same_destinations(names: tuple[str, ...]) -> None:
    """Every state, but for what by itself makes no difference: the cache, what is down, who wants less than all."""
    gates = faulty(frozenset(names))
    strict: RoutingTable = {Tier.PUBLIC: EVERYTHING, Tier.INTERNAL: frozenset(), Tier.PROPRIETARY: frozenset()}
    for table, strategy in ((OPEN, Strategy.CONSERVATIVE), (strict, Strategy.AGGRESSIVE)):
        house = House(table, EVERYTHING, strategy)
        wrong: set[str] = set()
        for found, evidence, failed, before, policy in product(TIERS, EVIDENCE, (False, True), TIERS, POLICIES[::3]):
            for passages, later, prompt in product(TIERS, TIERS, TIERS):
                state = State(
                    found, evidence, failed, before, False, policy, None, passages, later, prompt, frozenset()
                )
                wrong |= {str(destination) for destination in walk(house, state, gates)}
        assert {counter.destination for counter in prove(house, gates).counterexamples} == wrong


def test_a_local_back_end_that_may_be_outside_is_a_counterexample() -> None:
    inside = LocalBackEnd("llm", "10.0.0.7:8000", private=True)
    in_process = LocalBackEnd("embedder", "", private=False)
    outside = LocalBackEnd("llm_layer", "api.example.com", private=False)
    house = House(OPEN, EVERYTHING, Strategy.BALANCED, (inside, in_process))
    assert prove(house).holds
    [counter] = prove(replace(house, local=(inside, outside))).counterexamples
    assert counter.destination == "llm_layer"
