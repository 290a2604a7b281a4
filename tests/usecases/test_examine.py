"""The order of the layers, who is left out, and that nobody lowers what another found."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Finding, Layer, LayerResult, Question, Strategy, Turn, outcome, still_open
from lacuna.domain.errors import DependencyError, DependencyTimeout
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.judge import FixedJudge
from lacuna.usecases.examine import LONG_TEXT, Rules, examine, examine_text

WORDS = {"ledger": Tier.INTERNAL, "apollo": Tier.PROPRIETARY}
TEXTS = st.lists(st.sampled_from(["apollo", "ledger", "what", "is", "the", "capital"]), min_size=1).map(" ".join)
EVIDENCE = st.sampled_from([0.0, 0.5, 0.6, 0.7, 0.9, 1.0])


class Counting(WordLayer):
    """Knows how often it was asked."""

    asked = 0

    def examine(self, question: Question) -> LayerResult:
        self.asked += 1
        return super().examine(question)


def tier_of(rules: Rules, question: Question, strategy: Strategy = Strategy.BALANCED) -> Tier:
    return asyncio.run(examine(rules, question, strategy)).tier


# The whole truth table, written out.
TABLE = [
    # found, evidence, conservative, balanced, aggressive
    (Tier.PUBLIC, 0.0, Tier.INTERNAL, Tier.INTERNAL, Tier.PUBLIC),
    (Tier.PUBLIC, 0.59, Tier.INTERNAL, Tier.INTERNAL, Tier.PUBLIC),
    (Tier.PUBLIC, 0.6, Tier.INTERNAL, Tier.PUBLIC, Tier.PUBLIC),
    (Tier.PUBLIC, 0.89, Tier.INTERNAL, Tier.PUBLIC, Tier.PUBLIC),
    (Tier.PUBLIC, 0.9, Tier.PUBLIC, Tier.PUBLIC, Tier.PUBLIC),
    (Tier.PUBLIC, 1.0, Tier.PUBLIC, Tier.PUBLIC, Tier.PUBLIC),
    *[(tier, e, tier, tier, tier) for tier in (Tier.INTERNAL, Tier.PROPRIETARY) for e in (0.0, 0.6, 0.9, 1.0)],
]


@pytest.mark.parametrize(("found", "evidence", "conservative", "balanced", "aggressive"), TABLE)
def test_the_strategies_are_this_table(
    found: Tier, evidence: float, conservative: Tier, balanced: Tier, aggressive: Tier
) -> None:
    assert [outcome(found, evidence, strategy) for strategy in Strategy] == [conservative, balanced, aggressive]


@given(st.sampled_from(Tier), st.floats(0, 1), st.sampled_from(Tier), st.floats(0, 1))
def test_more_found_or_less_evidence_never_gives_less(a: Tier, e: float, b: Tier, f: float) -> None:
    for strategy in Strategy:
        assert outcome(max(a, b), min(e, f), strategy) >= max(outcome(a, e, strategy), outcome(b, f, strategy))


@given(TEXTS, EVIDENCE, EVIDENCE, st.sampled_from(Strategy), st.sampled_from(Tier))
def test_no_layer_and_no_judge_lowers_what_another_found(
    text: str, first: float, second: float, strategy: Strategy, judged: Tier
) -> None:
    alone = tier_of(Rules((WordLayer(WORDS, first),)), Question(text), strategy)
    silent = WordLayer()
    with_more: Sequence[Rules] = (
        Rules((WordLayer(WORDS, first), silent)),
        Rules((silent, WordLayer(WORDS, first))),
        Rules((WordLayer(WORDS, first),), corpus=(silent,)),
        Rules((WordLayer(WORDS, first),), meaning=(WordLayer({"capital": Tier.INTERNAL}),)),
        Rules((WordLayer(WORDS, first),), judge=FixedJudge(judged)),
    )
    assert all(tier_of(rules, Question(text), strategy) >= alone for rules in with_more)
    found = max((tier for word, tier in WORDS.items() if word in text.split()), default=Tier.PUBLIC)
    sure = Rules((WordLayer(WORDS, first),), meaning=(WordLayer({}, second),), judge=FixedJudge())
    assert tier_of(sure, Question(text), strategy) >= found


@given(TEXTS, EVIDENCE, st.sampled_from(Strategy))
def test_a_judge_that_always_says_public_changes_nothing(text: str, evidence: float, strategy: Strategy) -> None:
    layers = (WordLayer(WORDS, evidence),)
    without = asyncio.run(examine(Rules(layers), Question(text), strategy))
    judged = asyncio.run(examine(Rules(layers, judge=FixedJudge(Tier.PUBLIC)), Question(text), strategy))
    assert (judged.tier, judged.findings, judged.confidence) == (without.tier, without.findings, without.confidence)


@pytest.mark.parametrize(
    ("layer", "asked"),
    [
        (WordLayer(WORDS, 0.0), True),
        (WordLayer(WORDS, 0.89), True),
        (WordLayer(WORDS, 0.9), False),
        (WordLayer({"capital": Tier.INTERNAL}), False),
        (WordLayer({"capital": Tier.PROPRIETARY}), False),
        (WordLayer(failure=DependencyTimeout("slow")), False),
    ],
)
async def test_the_judge_is_asked_only_about_what_is_open(layer: ClassifierLayer, asked: bool) -> None:
    judge = FixedJudge()
    await examine(Rules((layer,), judge=judge), Question("What is the capital?"), Strategy.CONSERVATIVE)
    assert judge.asked == int(asked)


@pytest.mark.parametrize(("turns", "asked"), [(["what of it"], False), (["nobody knows", "what of it"], True)])
async def test_the_judge_is_asked_about_a_conversation_of_which_a_turn_is_open(turns: list[str], asked: bool) -> None:
    """A sure question after an open turn must not cost the turn its judge."""
    rules = Rules((WordLayer(WORDS),), meaning=(_Sure("what"),), judge=(judge := FixedJudge(Tier.PROPRIETARY)))
    question = Question("what is the capital", tuple(Turn("user", turn) for turn in turns))
    decided = await examine(rules, question, Strategy.AGGRESSIVE)
    assert judge.asked == int(asked)
    assert decided.tier is (Tier.PROPRIETARY if asked else Tier.PUBLIC)


async def test_a_judge_that_fails_counts_as_proprietary() -> None:
    rules = Rules((WordLayer(),), judge=FixedJudge(failure=DependencyError("gone")))
    for strategy in Strategy:
        decided = await examine(rules, Question("anything"), strategy)
        assert decided.tier is Tier.PROPRIETARY
        assert decided.degraded == ("llm:dependency_failed",)


async def test_layers_of_meaning_are_left_out_once_the_tier_is_at_the_top() -> None:
    corpus, meaning = Counting(), Counting()
    for text, times in (("apollo", 0), ("ledger", 1), ("nothing", 2)):
        await examine(Rules((WordLayer(WORDS),), (corpus,), (meaning,)), Question(text), Strategy.BALANCED)
        assert (corpus.asked, meaning.asked) == (times, times)


async def test_a_long_text_and_a_conversation_are_asked_of_every_layer_too() -> None:
    meaning = Counting({"secretly": Tier.INTERNAL})
    rules = Rules((WordLayer(WORDS, 1.0),), meaning=(meaning,))
    long = Question("x " * LONG_TEXT + "secretly")
    assert (await examine(rules, long, Strategy.AGGRESSIVE)).tier is Tier.INTERNAL
    turn = Question("what", (Turn("user", "secretly"),))
    assert (await examine(rules, turn, Strategy.AGGRESSIVE)).tier is Tier.INTERNAL


async def test_an_earlier_turn_is_judged_by_the_strategy_too() -> None:
    rules = Rules((WordLayer(WORDS),), meaning=(WordLayer(WORDS, 1.0),))
    sure = Question("what is it", (Turn("user", "what was it"),))
    assert (await examine(rules, sure, Strategy.CONSERVATIVE)).tier is Tier.PUBLIC
    unsure = Rules((WordLayer(WORDS),), meaning=(_Unsure(),))
    decided = await examine(unsure, sure, Strategy.CONSERVATIVE)
    assert [f.rule for f in decided.findings] == ["turn-0"]


def test_documents_are_not_compared_with_the_corpus_and_what_leaves_is() -> None:
    rules = Rules((WordLayer(),), corpus=(WordLayer({"quoted": Tier.PROPRIETARY}),), meaning=(WordLayer(WORDS),))
    aggressive = Strategy.AGGRESSIVE
    assert examine_text(rules, "quoted apollo", aggressive, leaving=False).tier is Tier.PUBLIC
    assert examine_text(rules, "quoted apollo", aggressive, leaving=True).tier is Tier.PROPRIETARY


def test_the_version_follows_layers_and_judge_and_not_the_documents() -> None:
    base = Rules((WordLayer(WORDS),))
    assert Rules((WordLayer({}),)).version != base.version
    assert Rules((WordLayer(WORDS),), judge=FixedJudge()).version != base.version
    assert Rules((WordLayer(WORDS),), corpus=(WordLayer(),)).version == base.version
    assert Rules((WordLayer(WORDS),), corpus=(WordLayer(),)).state != base.state


@given(st.lists(st.tuples(st.sampled_from(Tier), EVIDENCE), max_size=4))
def test_open_means_that_nobody_found_anything_and_nobody_is_sure(said: list[tuple[Tier, float]]) -> None:
    results = [
        LayerResult(Layer.HEURISTIC, (Finding("K", "r", Layer.HEURISTIC, tier, 1.0),), evidence)
        for tier, evidence in said
    ]
    found = any(tier > Tier.PUBLIC for tier, _ in said)
    sure = any(evidence >= 0.9 for _, evidence in said)
    assert still_open(results) is (not found and not sure)


class _Sure(WordLayer):
    """Is sure of what begins with a word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def examine(self, question: Question) -> LayerResult:
        return LayerResult(Layer.EMBEDDING, (), 1.0 if question.text.startswith(self._word) else 0.0)


class _Unsure(WordLayer):
    """Is sure of the question and not of the turn."""

    def examine(self, question: Question) -> LayerResult:
        return LayerResult(Layer.EMBEDDING, (), 1.0 if question.text == "what is it" else 0.0)
