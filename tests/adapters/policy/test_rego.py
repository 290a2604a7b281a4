"""Rego in a child process as the policy engine."""

import asyncio
import contextlib
import itertools
import threading
from contextlib import AbstractAsyncContextManager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.policy.rego import RegoPolicy
from lacuna.config.policies import shipped
from lacuna.domain.errors import ConfigError, DependencyError
from lacuna.domain.policy import PolicyInput, Source, sound
from lacuna.domain.policy_documents import ACCESS
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.tiers import Tier
from lacuna.ports.policy import PolicyEngine
from lacuna.testing.contracts.policy import NOON, SET, PolicyContract, asked, closing

SUBSETS = [tuple(chosen) for size in range(4) for chosen in itertools.combinations(Source, size)]


class TestRegoPolicy(PolicyContract):
    def engine(self, policies: PolicySet) -> AbstractAsyncContextManager[PolicyEngine]:
        return closing(RegoPolicy(policies))


async def test_the_shipped_policy_is_the_routing_table() -> None:
    """Every tier, every row, every request: what the table lists, nothing else, no denial, no change of tier."""
    async with closing(RegoPolicy(shipped())) as engine:
        for tier, row, requested in itertools.product(Tier, SUBSETS, SUBSETS):
            table = tuple((each, row if each is tier else ()) for each in Tier)
            question = PolicyInput("query", tier, (), "u", (), Tier.PUBLIC, None, requested, permitted=table, at=NOON)
            decision = await engine.decide(question)
            assert (decision.allowed, decision.tier, decision.tags) == (True, tier, ())
            assert decision.allowed_sources == set(row) & set(requested)
            assert (decision.reasons, decision.obligations) == ((), ())
        without = PolicyInput("query", Tier.PUBLIC, (), "u", (), Tier.PUBLIC, None, ())
        assert not (await engine.decide(without)).allowed, "a tier without a row"


texts = st.text(st.characters(codec="utf-8"), max_size=20)
inputs = st.builds(
    asked,
    st.sampled_from(Tier),
    project=st.none() | texts,
    findings=st.dictionaries(texts.filter(bool), st.integers(1, 99), max_size=3).map(
        lambda found: tuple(sorted(found.items()))
    ),
    at=st.integers(0, 33_000_000).map(lambda minute: minute * 60),
)


def test_a_remembered_decision_is_the_one_that_another_engine_makes() -> None:
    one, other = RegoPolicy(SET), RegoPolicy(SET)

    @settings(max_examples=40, deadline=None)
    @given(question=inputs)
    def check(question: PolicyInput) -> None:
        async def twice() -> None:
            first = await one.decide(question)
            assert await one.decide(question) == first == await other.decide(question)
            assert sound(question, first)

        asyncio.run(twice())

    check()
    asyncio.run(one.close())
    asyncio.run(other.close())


def refusals(cases: tuple[tuple[str, str, str], ...]) -> None:
    """Loads one file for each case together, and expects each to be refused at its place for its reason."""
    files = {f"{number:02}.rego": f"package lacuna.x{number}\n\n{rule}\n" for number, (rule, _, _) in enumerate(cases)}
    with pytest.raises(ConfigError) as refused:
        RegoPolicy(SET.joined(PolicySet.of(files)))
    lines = refused.value.problems
    for number, (rule, place, named) in enumerate(cases):
        assert any(each.startswith(f"{number:02}.rego:3:{place}") and named in each for each in lines), (rule, lines)
    assert len(lines) == len(cases), lines


def test_what_cannot_be_parsed_is_refused_with_its_place() -> None:
    refusals((("y contains {", "", "unclosed"), ("z := 2 = = 3", "1", "in the rule that begins here")))


def test_what_the_engine_would_take_wrongly_is_refused_with_its_place() -> None:
    refusals(
        (
            ("y { input.tier }", "3:", 'needs "if"'),
            ("y := opa.runtime()", "6:", "environment"),
            ("y := http.send({})", "6:", "no network"),
            ("y := time.now_ns()", "6:", "input.time"),
            ("y := rand.intn(input.tier, 3)", "6:", "its input alone"),
            ("y if frob(input.tier)", "6:", "no built-in"),
            ("y if input.teir == 1", "6:", 'did you mean "tier"'),
            ("y if input.user.name == 1", "6:", "input.user.name"),
            ("y if data.setings.a", "6:", "leads to no package"),
            ("y if data.lacuna.routing.denny", "6:", "leads to no package"),
            ("y if tier == 1", "6:", "only once"),
            ("y if regex.match(`(?i)a`, input.tier)", "18:", "inline flags"),
            ("y if regex.match(`\\p{L}`, input.tier)", "18:", "inline flags"),
            ("y if input.tier with input as 1", "17:", "with is not supported"),
            ('y := $"{input.tier}"', "6:", "string templates"),
            ('y if input.project == "caf\\u00e9"', "23:", "write the character"),
        )
    )


def test_a_file_without_a_package_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        RegoPolicy(SET.joined(PolicySet.of({"x.rego": "y := 1\n"})))
    assert any("x.rego:1:1" in line for line in refused.value.problems)


def test_a_set_without_one_of_the_packages_is_refused() -> None:
    some = {path: text for path, text in SET.files if path != "retention.rego"}
    with pytest.raises(ConfigError) as refused:
        RegoPolicy(PolicySet.of(some))
    assert any("lacuna.retention" in line for line in refused.value.problems)


def test_a_failing_test_of_the_set_refuses_it_by_name() -> None:
    test = (
        "package lacuna.x_test\n\ntest_board if {\n\tdata.lacuna.classification.raise == set() with input as {}\n}\n\n"
    )
    test += 'test_wrong if {\n\tcount(data.lacuna.classification.raise) == 1 with input as {"project": null}\n}\n'
    with pytest.raises(ConfigError) as refused:
        RegoPolicy(SET.joined(PolicySet.of({"x_test.rego": test})))
    assert [line.split(": ")[:2] for line in refused.value.problems] == [["x_test.rego:7:1", "test_wrong"]]


async def test_each_decision_says_whether_it_was_remembered() -> None:
    told: list[str] = []
    async with closing(RegoPolicy(SET, looked_up=told.append)) as engine:
        await engine.decide(asked())
        await engine.decide(asked())
        await engine.judge(ACCESS, asked())
        await engine.judge(ACCESS, asked())
        await engine.decide(asked(at=NOON + 60))
    assert told == ["miss", "hit", "miss", "hit", "hit"], "the rules read the hour, not the minute"


async def test_nothing_is_started_after_the_end() -> None:
    for lazy in (False, True):
        engine = RegoPolicy(SET, lazy=lazy)
        await engine.close()
        with pytest.raises((DependencyError, RuntimeError)):
            await engine.decide(asked())
        engine.use(SET)  # a change that was under way brings nothing back
        assert engine._in_force is None


@pytest.mark.parametrize("names", [["lacuna.routing.nigth"], ["night"], ["lacuna.routing.routing_table"]])
def test_a_set_that_names_no_rule_as_audit_only_is_refused(names: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        RegoPolicy(SET.joined(PolicySet.of({}, {"settings": {"audit_only": names}})))
    assert names[0] in refused.value.problems[0]


async def test_a_set_that_cannot_be_used_leaves_the_old_one_in_force() -> None:
    async with closing(RegoPolicy(SET)) as engine:
        assert isinstance(engine, RegoPolicy)
        before = engine.version
        with pytest.raises(ConfigError):
            await asyncio.to_thread(engine.use, PolicySet.of({"x.rego": "package x"}))
        assert engine.version == before
        assert (await engine.decide(asked())).policy_version == before


def strict_set() -> PolicySet:
    """The set with a tag and a denial for everybody but the probe: each package says which set it is of."""
    strict = dict(SET.files)
    strict["more.rego"] = (
        'package lacuna.routing\n\ndeny contains {"rule": "all", "reason": "no"} if input.user.id != "probe"\n'
    )
    strict["tag.rego"] = (
        "package lacuna.classification\n\n"
        'tags contains {"tag": "STRICT", "rule": "all", "reason": "no"} if input.user.id != "probe"\n'
    )
    return PolicySet.of(strict)


async def test_children_that_die_while_sets_are_exchanged_cost_denials_and_never_mix_sets() -> None:
    sets = [SET, strict_set()]
    async with closing(RegoPolicy(SET)) as engine:
        assert isinstance(engine, RegoPolicy)
        rego, done, died = engine, threading.Event(), 0

        def exchange() -> None:
            for number in range(2):
                with contextlib.suppress(ConfigError):
                    rego.use(sets[(number + 1) % 2])
            done.set()

        exchanging = asyncio.create_task(asyncio.to_thread(exchange))
        number = 0
        while not done.is_set():
            number += 1
            loaded = rego._in_force
            child = None if loaded is None else loaded._process._child
            if number % 20 == 0 and child is not None:
                child._process.kill()
            try:
                decision = await rego.decide(asked(findings=(("PII.EMAIL", number),)))
            except DependencyError:
                died += 1
                continue
            seen = (decision.policy_version, decision.allowed, decision.tags)
            assert seen in [(sets[0].version, True, ()), (sets[1].version, False, ("STRICT",))]
        await exchanging
        assert number > 20
        assert died <= number // 20, "one death costs one decision at most"
        assert (await rego.decide(asked())).policy_version == rego.version


async def test_no_decision_mixes_two_sets_or_fails_while_they_are_exchanged() -> None:
    """One set tags and denies, the other does neither."""
    sets = [SET, strict_set()]
    async with closing(RegoPolicy(SET)) as engine:
        assert isinstance(engine, RegoPolicy)
        rego, done = engine, threading.Event()

        def exchange() -> None:
            for number in range(4):
                rego.use(sets[(number + 1) % 2])
            done.set()

        exchanging = asyncio.create_task(asyncio.to_thread(exchange))
        number = 0
        while not done.is_set():
            number += 1
            decision = await rego.decide(asked(at=NOON + 60 * (number % 50)))
            seen = (decision.policy_version, decision.allowed, decision.tags)
            assert seen in [(sets[0].version, True, ()), (sets[1].version, False, ("STRICT",))]
        await exchanging
