"""Whatever a policy engine returns or however it fails: no tier is lowered, no source added, a failure denies."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Question, Strategy
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, DependencyTimeout, LacunaError
from lacuna.domain.identity import Principal
from lacuna.domain.policy import EXTERNAL, Obligation, ObligationKind, PolicyDecision, PolicyInput, Source
from lacuna.domain.policy_verdicts import Verdict, decided, for_routing
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.policy import asked
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.clock import CountingIds, FrozenClock
from lacuna.testing.fakes.conversation import InMemoryConversations
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policy import TablePolicy
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.usecases.classify import Classify, Decided, Routing
from lacuna.usecases.policy_facts import asked_again, outcome, policy_facts

ANN = Principal("ann", "", frozenset({"sales"}), Tier.PROPRIETARY, frozenset(), "test")
EVERYTHING = dict.fromkeys(Tier, frozenset(Source))
SUBSETS = [frozenset(chosen) for size in range(4) for chosen in itertools.combinations(Source, size)]
TIERS = st.sampled_from(Tier)
DUTY = Obligation(ObligationKind.REDACT, "r", "because", ("PII",))


class Answering(TablePolicy):
    """Gives one answer, or raises it."""

    def __init__(self, answer: PolicyDecision | LacunaError) -> None:
        super().__init__({})
        self.answer = answer

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        if isinstance(self.answer, LacunaError):
            raise self.answer
        return self.answer


def decide(policy: TablePolicy, text: str) -> Decided:
    keys = FixedKeys()
    classify = Classify(
        layers=[WordLayer({"apollo": Tier.PROPRIETARY, "memo": Tier.INTERNAL})],
        policy=policy,
        routing=Routing(EVERYTHING, frozenset(Source)),
        strategy=Strategy.AGGRESSIVE,
        cache=None,
        taint=InMemoryConversations(),
        ledger=InMemoryLedger(keys),
        keys=keys,
        clock=FrozenClock(),
        ids=CountingIds(),
        telemetry=CountingTelemetry(),
    )
    return asyncio.run(classify.one(Question(text), ANN))


@pytest.mark.parametrize(
    "error", [DependencyTimeout("late"), DependencyNonsense("odd"), DependencyError("gone"), ConfigError("broken")]
)
def test_an_engine_that_fails_denies_and_says_why(error: LacunaError) -> None:
    made = decide(Answering(error), "hello")
    assert made.plan.denied
    assert made.plan.sources == frozenset()
    assert made.plan.tier is Tier.PROPRIETARY
    assert error.code in made.plan.reasons[0]


@given(
    st.sampled_from(["hello", "memo", "apollo"]),
    st.builds(
        PolicyDecision,
        st.booleans(),
        TIERS,
        st.sampled_from(SUBSETS),
        st.just(()),
        st.just("p"),
        st.just("1"),
        tags=st.sampled_from([(), ("T",)]),
        obligations=st.sampled_from([(), (DUTY,)]),
    ),
)
def test_no_answer_lowers_a_tier_or_opens_a_way(text: str, answer: PolicyDecision) -> None:
    alone = {"hello": Tier.PUBLIC, "memo": Tier.INTERNAL, "apollo": Tier.PROPRIETARY}[text]
    made = decide(Answering(answer), text)
    assert made.classification.tier >= alone
    assert made.plan.sources <= answer.allowed_sources
    if made.classification.tier > Tier.PUBLIC:
        assert not made.plan.sources & EXTERNAL
    if answer.tier < alone or not answer.allowed:
        assert made.plan.denied


verdicts = st.builds(
    Verdict,
    tier=TIERS,
    tags=st.lists(st.text(max_size=5), max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    removed=st.sampled_from(SUBSETS),
    denied=st.sampled_from([(), ("no",)]),
)


@given(TIERS, verdicts, verdicts)
def test_what_packages_say_only_raises_and_removes(tier: Tier, classified: Verdict, routed: Verdict) -> None:
    question = asked(tier)
    made = decided(question, classified, routed, "v")
    assert made.tier is max(tier, classified.tier)
    assert made.allowed_sources <= set(question.requested) - routed.removed
    assert made.allowed is not bool(routed.denied)
    then = for_routing(question, classified)
    assert then.tier is made.tier
    assert set(then.tags) == {*question.tags, *classified.tags}


@given(TIERS, st.none() | st.text(max_size=9), st.sampled_from([(), (("PII.EMAIL", 2),)]))
def test_a_record_can_be_asked_again_and_names_no_project(
    tier: Tier, project: str | None, findings: tuple[tuple[str, int], ...]
) -> None:
    question = asked(tier, project=project, findings=findings)
    decision = PolicyDecision(True, tier, frozenset(Source), (), "p", "1", asked=question)
    facts = policy_facts(decision, lambda text: "0" * 64)
    again = asked_again(facts, question.user_id)
    assert again is not None
    assert (again.project is None) == (project is None)
    assert [getattr(again, n) for n in again.__slots__ if n != "project"] == [
        getattr(question, n) for n in question.__slots__ if n != "project"
    ]
    assert facts["outcome"] == outcome(decision)
