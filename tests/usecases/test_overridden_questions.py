"""Where overrides stand in the examination of a question: after the layers, before everything that goes along."""

from dataclasses import dataclass

import pytest

from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Question, Strategy, Turn
from lacuna.domain.errors import DependencyTimeout
from lacuna.domain.overrides import Effect, Override, OverrideKind, State
from lacuna.domain.overriding import OverrideSet
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.patterns import RegexPatterns
from lacuna.usecases.examine import Rules, examine, examine_text

KEYS = FixedKeys()
HERON = WordLayer({"heron": Tier.PROPRIETARY})
ONLY_HERON = Rules((HERON,))


@dataclass
class Model:
    """A judge that answers the same to everything and counts how often it was asked."""

    tier: Tier
    asked: int = 0
    fails: bool = False
    name = "llm"
    version = "1"

    async def judge(self, question: Question) -> LayerResult:
        self.asked += 1
        if self.fails:
            raise DependencyTimeout("no answer")
        return LayerResult(Layer.LLM, (Finding("LLM", "llm", Layer.LLM, self.tier, 0.9),))

    async def check(self) -> None: ...

    async def close(self) -> None: ...


def override(tier: Tier, *, text: str = "", pattern: str = "", effect: Effect = Effect.LOWER) -> Override:
    kind = OverrideKind.PATTERN if pattern else OverrideKind.TEXT
    return Override("ovr_1", kind, pattern or KEYS.hmac(text), tier, effect, "r", "a", 0, state=State.GRANTED)


def in_force(*overrides: Override) -> OverrideSet:
    return OverrideSet(overrides, KEYS.hmacs, RegexPatterns)


async def classified(
    question: Question | str,
    *overrides: Override,
    rules: Rules = ONLY_HERON,
    strategy: Strategy = Strategy.BALANCED,
) -> Classification:
    asked = Question(question) if isinstance(question, str) else question
    return await examine(rules, asked, strategy, in_force(*overrides))


async def test_a_later_layer_is_asked_where_a_pattern_lowered_what_an_earlier_one_found() -> None:
    rules = Rules(
        (HERON,), corpus=(WordLayer({"secret": Tier.PROPRIETARY}),), meaning=(WordLayer({"plan": Tier.INTERNAL}),)
    )
    lower = override(Tier.PUBLIC, pattern="heron")
    aggressive = Strategy.AGGRESSIVE
    assert (await classified("a heron", lower, rules=rules, strategy=aggressive)).tier is Tier.PUBLIC
    assert (await classified("a heron plan", lower, rules=rules, strategy=aggressive)).tier is Tier.INTERNAL
    assert (await classified("a heron secret", lower, rules=rules, strategy=aggressive)).tier is Tier.PROPRIETARY
    long = "a heron plan " + "and more " * 1_000
    assert (await classified(long, lower, rules=rules, strategy=aggressive)).tier is Tier.INTERNAL


async def test_the_judge_is_asked_what_a_pattern_left_open_and_not_what_a_person_said() -> None:
    model = Model(Tier.PROPRIETARY)
    rules = Rules((HERON,), judge=model)
    found = await classified("a heron", override(Tier.PUBLIC, pattern="heron"), rules=rules)
    assert (found.tier, model.asked) == (Tier.PROPRIETARY, 1)
    found = await classified("a heron", override(Tier.PUBLIC, text="a heron"), rules=rules)
    assert (found.tier, model.asked) == (Tier.PUBLIC, 1)


async def test_what_the_judge_says_of_more_than_the_text_is_not_lowered() -> None:
    lower, rules = override(Tier.INTERNAL, text="a stork"), Rules((HERON,), judge=Model(Tier.PROPRIETARY))
    for along in (Question("a stork", project="p"), Question("a stork", conversation=(Turn("user", "a swan"),))):
        assert (await classified(along, lower, rules=rules)).tier is Tier.PROPRIETARY
    failing = Rules((HERON,), judge=Model(Tier.PROPRIETARY, fails=True))
    assert (await classified(Question("a stork", project="p"), lower, rules=failing)).degraded


class Placeless(WordLayer):
    """A plug-in that looks at file names too and does not say that a finding is of one."""

    def examine(self, question: Question) -> LayerResult:
        seen = (question.text, *question.files)
        found = [Finding("ACME.WORD", "acme", Layer.PLUGIN, Tier.PROPRIETARY, 0.9) for each in seen if "heron" in each]
        return LayerResult(Layer.PLUGIN, tuple(found))


async def test_what_a_plugin_says_of_more_than_the_text_is_not_lowered() -> None:
    rules, lower = Rules((Placeless(),)), override(Tier.PUBLIC, text="a heron")
    assert (await classified("a heron", lower, rules=rules)).tier is Tier.PUBLIC
    with_file = Question("a heron", files=("heron prices.txt",))
    assert (await classified(with_file, lower, rules=rules)).tier is Tier.PROPRIETARY


async def test_what_the_judge_found_can_be_lowered_and_its_failure_cannot() -> None:
    lower = override(Tier.INTERNAL, text="a stork")
    assert (await classified("a stork", rules=Rules((HERON,), judge=Model(Tier.PROPRIETARY)))).tier is Tier.PROPRIETARY
    found = await classified("a stork", lower, rules=Rules((HERON,), judge=Model(Tier.PROPRIETARY)))
    assert found.tier is Tier.INTERNAL
    found = await classified("a stork", lower, rules=Rules((HERON,), judge=Model(Tier.PROPRIETARY, fails=True)))
    assert (found.tier, found.degraded) == (Tier.PROPRIETARY, ("llm:dependency_timeout",))


@pytest.mark.parametrize(
    "question",
    [
        Question("a heron", files=("heron.txt",)),
        Question("a heron", project="heron"),
        Question("a heron", conversation=(Turn("user", "a heron"),)),
    ],
)
async def test_what_goes_along_is_not_lowered(question: Question) -> None:
    assert (await classified("a heron", override(Tier.PUBLIC, text="a heron"))).tier is Tier.PUBLIC
    assert (await classified(question, override(Tier.PUBLIC, text="a heron"))).tier is Tier.PROPRIETARY


async def test_a_failed_layer_is_not_lowered() -> None:
    rules = Rules((WordLayer(failure=DependencyTimeout("late")),))
    assert (await classified("a heron", override(Tier.PUBLIC, text="a heron"), rules=rules)).tier is Tier.PROPRIETARY


async def test_an_earlier_turn_is_raised_too() -> None:
    raising = override(Tier.PROPRIETARY, text="a stork", effect=Effect.RAISE)
    turns = Question("and then?", conversation=(Turn("user", "a stork"),))
    assert (await classified(turns, raising)).tier is Tier.PROPRIETARY
    assert (await classified("and then?", raising)).tier is Tier.INTERNAL


def test_documents_and_texts_that_leave_are_raised_and_never_lowered() -> None:
    lower, rules = in_force(override(Tier.PUBLIC, text="a heron")), Rules((HERON,))
    raising = in_force(override(Tier.PROPRIETARY, pattern="stork", effect=Effect.RAISE))
    for leaving in (True, False):
        assert examine_text(rules, "a heron", Strategy.BALANCED, lower, leaving=leaving).tier is Tier.PROPRIETARY
        assert examine_text(rules, "a stork", Strategy.BALANCED, raising, leaving=leaving).tier is Tier.PROPRIETARY
