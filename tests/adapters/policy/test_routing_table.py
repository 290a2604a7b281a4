"""The routing table as a policy engine."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.policy.routing_table import RoutingTablePolicy, table_version
from lacuna.domain.policy import PolicyInput, Source, sound
from lacuna.domain.routing import DEFAULT_TABLE, RoutingTable
from lacuna.domain.tiers import Tier

SUBSETS = [frozenset(chosen) for size in range(4) for chosen in itertools.combinations(Source, size)]
tables: st.SearchStrategy[RoutingTable] = st.dictionaries(st.sampled_from(Tier), st.sampled_from(SUBSETS))


@given(tables, st.sampled_from(Tier), st.sampled_from(SUBSETS))
async def test_it_allows_what_was_asked_for_and_is_in_the_table(
    table: RoutingTable, tier: Tier, requested: frozenset[Source]
) -> None:
    asked = PolicyInput("query", tier, (), "user", (), Tier.PUBLIC, None, tuple(sorted(requested)))
    decision = await RoutingTablePolicy(table).decide(asked)
    assert decision.allowed
    assert decision.tier is tier
    assert decision.allowed_sources == requested & table.get(tier, frozenset())
    assert sound(asked, decision)


@given(tables, tables)
def test_tables_with_the_same_rows_and_no_others_have_the_same_version(one: RoutingTable, other: RoutingTable) -> None:
    alike = all(one.get(tier, frozenset()) == other.get(tier, frozenset()) for tier in Tier)
    assert (table_version(one) == table_version(other)) == alike


async def test_its_decision_carries_the_version_it_was_given() -> None:
    policy = RoutingTablePolicy(DEFAULT_TABLE, "7")
    asked = PolicyInput("query", Tier.PUBLIC, (), "user", (), Tier.PUBLIC, None, tuple(Source))
    assert policy.version == (await policy.decide(asked)).policy_version == "7"


async def test_a_table_changed_afterwards_changes_nothing() -> None:
    table = {Tier.PUBLIC: frozenset({Source.LOCAL_RAG})}
    policy = RoutingTablePolicy(table)
    table[Tier.PUBLIC] = frozenset(Source)
    asked = PolicyInput("query", Tier.PUBLIC, (), "user", (), Tier.PUBLIC, None, tuple(Source))
    assert (await policy.decide(asked)).allowed_sources == {Source.LOCAL_RAG}
