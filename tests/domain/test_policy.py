"""What policy may answer: it never lowers a tier and never grants what was not asked for."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.policy import EXTERNAL, PolicyDecision, PolicyInput, Source, deny, sound
from lacuna.domain.tiers import Tier

SUBSETS = [frozenset(chosen) for size in range(4) for chosen in itertools.combinations(Source, size)]


def asked(tier: Tier = Tier.PUBLIC, requested: frozenset[Source] = frozenset(Source)) -> PolicyInput:
    return PolicyInput("query", tier, (), "user", ("everyone",), Tier.INTERNAL, None, tuple(sorted(requested)))


@given(st.sampled_from(Tier), st.sampled_from(Tier), st.sampled_from(SUBSETS), st.sampled_from(SUBSETS))
def test_an_answer_is_sound_iff_it_only_raises_and_removes(
    tier: Tier, answered: Tier, requested: frozenset[Source], granted: frozenset[Source]
) -> None:
    decision = PolicyDecision(True, answered, granted, (), "p", "1")
    assert sound(asked(tier, requested), decision) == (answered >= tier and granted <= requested)


@given(st.sampled_from(Tier), st.sampled_from(SUBSETS))
def test_a_denial_is_sound_for_every_question(tier: Tier, requested: frozenset[Source]) -> None:
    question = asked(tier, requested)
    decision = deny(question, "the engine failed", "p", "7")
    assert sound(question, decision)
    assert not decision.allowed
    assert decision.tier is Tier.PROPRIETARY
    assert decision.allowed_sources == frozenset()
    assert decision.reasons == ("the engine failed",)
    assert decision.policy_version == "7"


@pytest.mark.parametrize(("source", "external"), [("local_rag", False), ("web_search", True), ("external_llm", True)])
def test_sources_know_which_of_them_are_outside(source: str, external: bool) -> None:
    assert (Source(source) in EXTERNAL) is external
