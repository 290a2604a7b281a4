"""What overrides may do to a classification, and what none of them can."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.classification import Finding, Layer, LayerResult, Strategy, classify, failure
from lacuna.domain.overrides import (
    DAY_US,
    Effect,
    Override,
    OverrideKind,
    State,
    effect_of,
    fault_of,
    fault_of_term,
)
from lacuna.domain.overriding import COUNTED, OverrideSet, lowerable
from lacuna.domain.tiers import Tier, join
from lacuna.testing.fakes.patterns import RegexPatterns

TEXT = "the heron budget and the key abc"
OTHER = "the heron budget and the key abd"


def name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def override(
    number: int,
    tier: Tier,
    effect: Effect,
    *,
    text: str = TEXT,
    pattern: str = "",
    expires: int | None = None,
) -> Override:
    kind = OverrideKind.PATTERN if pattern else OverrideKind.TEXT
    key = pattern or name(text)
    return Override(f"ovr_{number}", kind, key, tier, effect, "because", "ada", 0, expires=expires, state=State.GRANTED)


def in_force(*overrides: Override) -> OverrideSet:
    return OverrideSet(overrides, lambda text: (name(text),), RegexPatterns)


def found(tier: Tier, start: int | None = None, end: int | None = None, kind: str = "ORG.TERM") -> LayerResult:
    return LayerResult(Layer.HEURISTIC, (Finding(kind, "rule", Layer.HEURISTIC, tier, 0.9, start, end),))


def tier(results: Sequence[LayerResult], *overrides: Override, text: str = TEXT) -> Tier:
    return in_force(*overrides).classify(text, results, Strategy.BALANCED, "rs").tier


tiers = st.sampled_from(Tier)
effects = st.sampled_from([(e, t) for e in Effect for t in Tier if not fault_of(t, e)])
kinds = st.sampled_from(
    [
        ("PII.EMAIL", Layer.HEURISTIC),
        ("SEMANTIC.EXAMPLE", Layer.EMBEDDING),
        ("LLM", Layer.LLM),
        ("CONTEXT.CONVERSATION", Layer.HEURISTIC),
        ("CONTEXT.FILE", Layer.EMBEDDING),
        ("CONTEXT.PROJECT", Layer.CONTEXT),
        ("POLICY", Layer.POLICY),
    ]
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    kind, layer = draw(kinds)
    if draw(st.booleans()):
        return Finding(kind, "rule", layer, draw(tiers), draw(st.floats(0, 1)))
    start = draw(st.integers(0, len(TEXT) - 1))
    return Finding(kind, "rule", layer, draw(tiers), 0.5, start, draw(st.integers(start, len(TEXT))))


@st.composite
def some_results(draw: st.DrawFn) -> list[LayerResult]:
    made = [
        LayerResult(Layer.HEURISTIC, tuple(draw(st.lists(findings(), max_size=4))), draw(st.floats(0, 1)), "cue")
        for _ in range(draw(st.integers(0, 3)))
    ]
    if draw(st.integers(0, 5)) == 0:
        made.append(LayerResult(Layer.FAILURE, (failure("llm", "timeout"),)))
    return made


@st.composite
def some_overrides(draw: st.DrawFn) -> list[Override]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        effect, level = draw(effects)
        pattern = draw(st.sampled_from(["", "heron", "heron budget", "abc", "[a-z ]+", "nowhere"]))
        made.append(override(number, level, effect, pattern=pattern, expires=draw(st.sampled_from([None, 5, 50]))))
    return made


@given(some_results(), some_overrides(), st.sampled_from(Strategy), st.randoms(use_true_random=False))
def test_the_order_of_overrides_does_not_matter(
    results: list[LayerResult], overrides: list[Override], strategy: Strategy, random: object
) -> None:
    shuffled = list(overrides)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = in_force(*overrides), in_force(*shuffled)
    assert first.classify(TEXT, results, strategy, "rs") == second.classify(TEXT, results, strategy, "rs")
    assert first.version == second.version


@given(some_results(), some_overrides(), st.sampled_from(Strategy))
def test_context_policy_and_failures_are_never_lowered(
    results: list[LayerResult], overrides: list[Override], strategy: Strategy
) -> None:
    fixed = [f for r in results for f in r.findings if not lowerable(f)]
    after = in_force(*overrides).classify(TEXT, results, strategy, "rs")
    assert after.tier >= join(f.tier for f in fixed)
    assert all(f in after.findings for f in fixed)
    plain = classify(TEXT, results, strategy, "rs")
    assert after.degraded == plain.degraded
    if plain.degraded:
        assert after.tier >= plain.tier


@given(some_results(), some_overrides(), st.sampled_from(Strategy))
def test_raising_never_lowers_and_always_joins(
    results: list[LayerResult], overrides: list[Override], strategy: Strategy
) -> None:
    raising = [o for o in overrides if o.effect is Effect.RAISE]
    base = in_force(*(o for o in overrides if o.effect is Effect.LOWER)).classify(TEXT, results, strategy, "rs")
    after = in_force(*overrides).classify(TEXT, results, strategy, "rs")
    here = [o for o in raising if not o.key or o.key == name(TEXT) or re.search(o.key, TEXT)]
    assert after.tier == join((base.tier, *(o.tier for o in here)))
    assert (
        in_force(*overrides).raising.classify(TEXT, results, strategy, "rs").tier
        >= classify(TEXT, results, strategy, "rs").tier
    )


@given(some_results(), some_overrides(), st.sampled_from(Strategy))
def test_lowering_never_raises_and_never_changes_another_text(
    results: list[LayerResult], overrides: list[Override], strategy: Strategy
) -> None:
    lowering = [o for o in overrides if o.effect is Effect.LOWER]
    plain = classify(TEXT, results, strategy, "rs")
    assert in_force(*lowering).classify(TEXT, results, strategy, "rs").tier <= plain.tier
    about_text = [o for o in lowering if o.kind is OverrideKind.TEXT]
    other = classify(OTHER, results, strategy, "rs")
    after = in_force(*about_text).classify(OTHER, results, strategy, "rs")
    assert replace(after, ruleset="rs") == other


@given(some_results(), some_overrides(), st.integers(0, 60))
def test_expired_overrides_change_nothing(results: list[LayerResult], overrides: list[Override], now: int) -> None:
    alive = [o for o in overrides if o.expires is None or o.expires > now]
    at, expected = in_force(*overrides).at(now), in_force(*alive)
    assert at.version == expected.version
    assert at.classify(TEXT, results, Strategy.BALANCED, "rs") == expected.classify(
        TEXT, results, Strategy.BALANCED, "rs"
    )


@pytest.mark.parametrize("state", [s for s in State if s is not State.GRANTED])
def test_only_granted_overrides_count(state: State) -> None:
    given = replace(override(1, Tier.PROPRIETARY, Effect.RAISE), state=state)
    assert len(in_force(given)) == 0
    assert tier([], given) is Tier.INTERNAL


def test_a_text_is_the_same_with_white_space_around_it_and_no_other() -> None:
    lower = override(1, Tier.PUBLIC, Effect.LOWER)
    assert tier([found(Tier.PROPRIETARY, 4, 9)], lower) is Tier.PUBLIC
    assert tier([found(Tier.PROPRIETARY, 4, 9)], lower, text=f" {TEXT}\n") is Tier.PUBLIC
    for other in (TEXT.upper(), TEXT + ".", TEXT.replace(" ", "  ", 1), OTHER):
        assert tier([found(Tier.PROPRIETARY, 4, 9)], lower, text=other) is Tier.PROPRIETARY


def test_a_pattern_lowers_only_what_lies_inside_its_matches() -> None:
    heron = override(1, Tier.PUBLIC, Effect.LOWER, pattern="heron")
    inside, beyond = found(Tier.PROPRIETARY, 4, 9), found(Tier.PROPRIETARY, 4, 10)
    assert tier([inside], heron) is Tier.INTERNAL, "unknown, not public: no evidence"
    assert tier([beyond], heron) is Tier.PROPRIETARY
    assert tier([inside, found(Tier.PROPRIETARY, 29, 32)], heron) is Tier.PROPRIETARY
    assert tier([found(Tier.PROPRIETARY)], heron) is Tier.PROPRIETARY, "no place: only where all of the text matches"
    everything = override(2, Tier.PUBLIC, Effect.LOWER, pattern="the heron .*")
    assert tier([inside, found(Tier.PROPRIETARY)], everything) is Tier.PUBLIC
    assert tier([], everything) is Tier.PUBLIC, "evidence where nothing was found"


def test_a_part_is_not_lowered_where_a_layer_may_have_stopped_looking() -> None:
    text = "heron " * COUNTED
    places = [(6 * n, 6 * n + 5) for n in range(COUNTED)]
    many = [f for start, end in places for f in found(Tier.PROPRIETARY, start, end).findings]
    lower = in_force(override(1, Tier.INTERNAL, Effect.LOWER, pattern="heron"))

    def judged(findings: list[Finding]) -> Tier:
        return lower.classify(text, [LayerResult(Layer.HEURISTIC, tuple(findings))], Strategy.BALANCED, "rs").tier

    assert judged(many[:-1]) is Tier.INTERNAL
    assert judged(many) is Tier.PROPRIETARY


def test_lowering_to_internal_stops_there() -> None:
    assert tier([found(Tier.PROPRIETARY, 4, 9)], override(1, Tier.INTERNAL, Effect.LOWER)) is Tier.INTERNAL
    both = (override(1, Tier.INTERNAL, Effect.LOWER), override(2, Tier.PUBLIC, Effect.LOWER))
    assert tier([found(Tier.PROPRIETARY, 4, 9)], *both) is Tier.PUBLIC
    raised = override(3, Tier.INTERNAL, Effect.RAISE)
    assert tier([found(Tier.PROPRIETARY, 4, 9)], *both, raised) is Tier.INTERNAL


def test_the_classification_names_the_override_and_not_the_text() -> None:
    lower = override(1, Tier.PUBLIC, Effect.LOWER)
    after = in_force(lower).classify(TEXT, [found(Tier.PROPRIETARY, 4, 9)], Strategy.CONSERVATIVE, "rs")
    assert after.layer is Layer.DECLARED
    assert [(f.kind, f.rule, f.tier) for f in after.findings] == [
        ("OVERRIDE", "override.ovr_1", Tier.PUBLIC),
        ("ORG.TERM", "rule", Tier.PUBLIC),
    ]
    assert after.reasoning == "PUBLIC: override.ovr_1 applied; without: PROPRIETARY because of ORG.TERM."
    assert after.ruleset not in ("rs", in_force().classify(TEXT, [], Strategy.BALANCED, "rs").ruleset)


def test_an_empty_set_leaves_the_rule_sets_name() -> None:
    assert in_force().ruleset("rs-1") == "rs-1"
    lower, raising = override(1, Tier.PUBLIC, Effect.LOWER), override(2, Tier.PROPRIETARY, Effect.RAISE)
    assert in_force(lower).raising.ruleset("rs-1") == "rs-1"
    assert in_force(lower, raising).raising.version == in_force(raising).version


def test_the_effect_follows_from_the_tier_where_it_can() -> None:
    assert effect_of(Tier.PUBLIC, None) is Effect.LOWER
    assert effect_of(Tier.PROPRIETARY, None) is Effect.RAISE
    assert effect_of(Tier.INTERNAL, None) is None
    assert effect_of(Tier.INTERNAL, None, Tier.PROPRIETARY) is Effect.LOWER
    assert effect_of(Tier.INTERNAL, None, Tier.PUBLIC) is Effect.RAISE
    assert effect_of(Tier.INTERNAL, Effect.RAISE, Tier.PROPRIETARY) is Effect.RAISE
    assert fault_of(Tier.PUBLIC, Effect.RAISE)
    assert fault_of(Tier.PROPRIETARY, Effect.LOWER)


def test_lowering_needs_an_expiry_within_the_maximum() -> None:
    now = 1_000
    assert fault_of_term(Effect.RAISE, now, None, 90) == ""
    assert fault_of_term(Effect.LOWER, now, now + 90 * DAY_US, 90) == ""
    assert fault_of_term(Effect.LOWER, now, None, 90)
    assert fault_of_term(Effect.LOWER, now, now + 90 * DAY_US + 1, 90)
    assert fault_of_term(Effect.RAISE, now, now, 90)
