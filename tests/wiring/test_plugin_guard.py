"""A plug-in may hang, crash or lie: it never lowers a tier, and never holds anybody up for longer than its time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.telemetry.prometheus import PrometheusTelemetry
from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Question, Strategy
from lacuna.domain.errors import DependencyError, DependencyNonsense, DependencyTimeout, DependencyUnavailable
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.testing.contracts.classifier import ClassifierLayerContract
from lacuna.testing.fakes.classifier import WordLayer
from lacuna.usecases.examine import Rules, examine, examine_text
from lacuna.wiring.guard import Guard
from lacuna.wiring.plugin_guard import MAX_FINDINGS, MAX_THREADS, GuardedPlugin

SOUND = Finding("ACME.WORD", "word", Layer.PLUGIN, Tier.INTERNAL, 1.0, 0, 1)


class Behaving:
    """A plug-in's layer that does whatever it is told to."""

    name, local, version = "behaving", True, "1"

    def __init__(self, behaviour: Callable[[Question], Any]) -> None:
        self.examine = behaviour


def guarded(
    behaviour: Callable[[Question], Any], seconds: float = 20.0, *, short_circuit: bool = True
) -> GuardedPlugin:
    guard = Guard("plugin.test", PrometheusTelemetry(), seconds)
    return GuardedPlugin("test", Behaving(behaviour), "1", guard, short_circuit=short_circuit)


def answering(answer: object) -> GuardedPlugin:
    return guarded(lambda _: answer)


def raising(error: BaseException) -> GuardedPlugin:
    def examine(_: Question) -> LayerResult:
        raise error

    return guarded(examine)


class TestGuardedPlugin(ClassifierLayerContract):
    @pytest.fixture
    def layer(self) -> ClassifierLayer:
        return guarded(WordLayer({self.word: Tier.PROPRIETARY}).examine)


def test_evidence_for_public_does_not_count() -> None:
    assert answering(LayerResult(Layer.PLUGIN, (), 1.0, "sure")).examine(Question("x")).public_evidence == 0.0


@pytest.mark.parametrize("error", [RuntimeError("the text"), SystemExit("the text"), DependencyUnavailable("the text")])
def test_a_crash_is_a_failure_without_its_text(error: BaseException) -> None:
    with pytest.raises(DependencyError) as failed:
        raising(error).examine(Question("the text"))
    assert "the text" not in str(failed.value)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "PUBLIC",
        LayerResult(Layer.PLUGIN, ("no finding",)),  # type: ignore[arg-type]
        LayerResult(Layer.PLUGIN, (SOUND,) * (MAX_FINDINGS + 1)),
        *(
            LayerResult(Layer.PLUGIN, (wrong,))
            for wrong in (
                Finding("ACME.WORD", "word", Layer.PLUGIN, Tier.INTERNAL, 1.0, 0, 99),
                Finding("ACME.WORD", "word", Layer.PLUGIN, Tier.INTERNAL, 1.0, 1, 1),
                Finding("ACME.WORD", "word", Layer.PLUGIN, Tier.INTERNAL, 1.0, 0, None),
                Finding("ACME.WORD", "word", Layer.PLUGIN, Tier.INTERNAL, float("nan")),
                Finding("ACME.WORD", "word", Layer.PLUGIN, 7, 1.0),  # type: ignore[arg-type]
                Finding("ACME.WORD", "the whole text of the question", Layer.PLUGIN, Tier.INTERNAL, 1.0),
                Finding("the text", "word", Layer.PLUGIN, Tier.INTERNAL, 1.0),
                Finding("POLICY", "word", Layer.POLICY, Tier.INTERNAL, 1.0),
                Finding("FAILURE.WORD", "word", Layer.FAILURE, Tier.INTERNAL, 1.0),
                Finding("CONTEXT.OTHER", "word", Layer.CONTEXT, Tier.INTERNAL, 1.0),
                Finding(None, None, None, None, None),  # type: ignore[arg-type]
            )
        ),
    ],
)
def test_nonsense_is_a_failure(answer: object) -> None:
    with pytest.raises(DependencyNonsense):
        answering(answer).examine(Question("word"))


async def test_one_that_hangs_is_given_up_and_in_the_end_not_asked_any_more() -> None:
    release, asked = threading.Event(), []

    def hang(question: Question) -> LayerResult:
        asked.append(question)
        release.wait(60)
        return LayerResult(Layer.PLUGIN)

    layer = guarded(hang, seconds=0.05)
    await layer.check()
    try:
        for _ in range(MAX_THREADS):
            with pytest.raises(DependencyTimeout):
                layer.examine(Question("x"))
        with pytest.raises(DependencyUnavailable, match="not asked any more"):
            layer.examine(Question("x"))
        assert len(asked) == MAX_THREADS
        with pytest.raises(DependencyUnavailable):
            await layer.check()
    finally:
        release.set()


def test_one_that_comes_back_is_asked_again() -> None:
    slow, back = threading.Event(), threading.Event()

    def examine(question: Question) -> LayerResult:
        if question.text == "slow":
            slow.wait(60)
            back.set()
        return LayerResult(Layer.PLUGIN)

    layer = guarded(examine, seconds=0.3)
    for _ in range(2 * MAX_THREADS):
        slow.clear()
        back.clear()
        with pytest.raises(DependencyTimeout):
            layer.examine(Question("slow"))
        slow.set()
        assert back.wait(60)
        assert layer.examine(Question("quick")).findings == ()


def test_a_plugin_is_asked_off_the_event_loop() -> None:
    assert guarded(lambda _: threading.get_ident()).takes_long  # and by a thread of its own:
    threads: list[int] = []

    def examine(_: Question) -> LayerResult:
        threads.append(threading.get_ident())
        return LayerResult(Layer.PLUGIN)

    guarded(examine).examine(Question("x"))
    assert threads != [threading.get_ident()]


async def classified(*layers: ClassifierLayer, text: str = "word") -> Classification:
    return await examine(Rules(tuple(layers)), Question(text), Strategy.AGGRESSIVE)


async def test_short_circuit_decides_who_is_asked_at_the_top_and_never_the_tier() -> None:
    top = LayerResult(Layer.PLUGIN, (Finding("ACME.WORD", "first", Layer.PLUGIN, Tier.PROPRIETARY, 1.0),))
    later = answering(LayerResult(Layer.PLUGIN, (SOUND,)))
    both = await classified(guarded(lambda _: top, short_circuit=False), later)
    one = await classified(guarded(lambda _: top), later)
    assert [f.rule for f in both.findings] == ["test.first", "test.word"]
    assert [f.rule for f in one.findings] == ["test.first"]
    assert both.tier is one.tier is Tier.PROPRIETARY


async def test_nobody_is_left_out_below_the_top() -> None:
    inside = answering(LayerResult(Layer.PLUGIN, (SOUND,)))
    top = WordLayer({"word": Tier.PROPRIETARY})
    assert (await classified(inside, top)).tier is Tier.PROPRIETARY


async def test_a_failing_plugin_counts_as_proprietary() -> None:
    found = await classified(raising(RuntimeError("x")))
    assert (found.tier, found.degraded) == (Tier.PROPRIETARY, ("test:dependency_failed",))


WORDS = ["alpha", "beta", "gamma"]
TIERS = st.sampled_from(list(Tier))
ANYTHING = st.one_of(
    st.none(), st.integers(-2, 5), st.text(max_size=8), st.floats(), TIERS, st.sampled_from(["PII.X", "word", "POLICY"])
)
FINDINGS = st.builds(
    Finding,
    kind=st.one_of(st.sampled_from(["ACME.WORD", "CONTEXT.FILE", "FAILURE"]), ANYTHING),
    rule=st.one_of(st.just("rule"), ANYTHING),
    layer=st.sampled_from(list(Layer)),
    tier=st.one_of(TIERS, ANYTHING),
    confidence=st.one_of(st.floats(0, 1), ANYTHING),
    start=st.one_of(st.none(), st.integers(-1, 20)),
    end=st.one_of(st.none(), st.integers(-1, 20)),
)
RESULTS = st.builds(
    LayerResult,
    layer=st.sampled_from(list(Layer)),
    findings=st.lists(st.one_of(FINDINGS, ANYTHING), max_size=3).map(tuple),
    public_evidence=st.one_of(st.floats(0, 1), st.just(1.0), ANYTHING),
    evidence_rule=st.text(max_size=5),
)
PLUGINS = st.one_of(
    RESULTS.map(answering),
    ANYTHING.map(answering),
    st.sampled_from([RuntimeError("x"), SystemExit(1), MemoryError(), DependencyTimeout("x")]).map(raising),
)


@settings(max_examples=150)
@given(
    text=st.lists(st.sampled_from([*WORDS, "harmless"]), max_size=4).map(" ".join),
    words=st.dictionaries(st.sampled_from(WORDS), TIERS, max_size=3),
    evidence=st.floats(0, 1),
    strategy=st.sampled_from(list(Strategy)),
    plugins=st.lists(PLUGINS, min_size=1, max_size=2),
    first=st.booleans(),
)
async def test_no_plugin_lowers_the_tier_of_anything(
    text: str,
    words: dict[str, Tier],
    evidence: float,
    strategy: Strategy,
    plugins: list[GuardedPlugin],
    first: bool,
) -> None:
    own = (WordLayer(words, evidence),)
    with_plugins = Rules((*plugins, *own) if first else (*own, *plugins))
    question = Question(text)
    without = await examine(Rules(own), question, strategy)
    assert (await examine(with_plugins, question, strategy)).tier >= without.tier
    document = examine_text(with_plugins, text, strategy, leaving=False)
    assert document.tier >= examine_text(Rules(own), text, strategy, leaving=False).tier
