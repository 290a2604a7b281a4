"""What every policy engine promises: subclass `PolicyContract` and give it an engine for a set."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

import pytest

from lacuna.domain.errors import LacunaError
from lacuna.domain.policy import ObligationKind, PolicyInput, Source, sound
from lacuna.domain.policy_documents import ACCESS, EXPORT
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.tiers import Tier
from lacuna.ports.policy import PolicyEngine

TABLE: Final = (
    (Tier.PUBLIC, (Source.LOCAL_RAG, Source.WEB_SEARCH)),
    (Tier.INTERNAL, (Source.LOCAL_RAG,)),
    (Tier.PROPRIETARY, (Source.LOCAL_RAG,)),
)

RULES: Final = """package lacuna.classification

import rego.v1

decision := {"raise": raise, "tags": tags}

raise contains {"tier": "PROPRIETARY", "rule": "board", "reason": "the board's project"} if input.project == "board"

tags contains {"tag": "BOARD", "rule": "board", "reason": "the board's project"} if input.project == "board"
"""

ROUTES: Final = """package lacuna.routing

import rego.v1

decision := {"deny": deny, "remove": remove, "obligations": obligations}

deny contains {"rule": "night", "reason": "nothing at night"} if input.time.hour < 6

remove contains {"source": source, "rule": "table", "reason": "not in the table"} if {
	some source in input.requested
	not source in input.routing[input.tier]
}

obligations contains {"kind": "redact", "kinds": ["PII.EMAIL"], "rule": "mask", "reason": "addresses are masked"} if {
	input.findings["PII.EMAIL"] > 0
}

obligations contains {
	"kind": "approval",
	"groups": ["board"],
	"hours": 8,
	"rule": "board",
	"reason": "the board grants it",
} if {
	"BOARD" in input.tags
}
"""

OTHERS: Final = """package lacuna.{name}

import rego.v1

decision := {{"deny": deny, "obligations": [], "alternatives": []}}

deny contains {{"rule": "r", "reason": sprintf("%s is not for you", [resource.id])}} if {{
	some resource in input.resources
	resource.tier == "PROPRIETARY"
}}
"""

RETENTION: Final = """package lacuna.retention

import rego.v1

decision := {"keep": [], "delete": [{"days": 30, "rule": "month", "reason": "a month"}], "hold": []}
"""

SET: Final = PolicySet.of(
    {
        "classification.rego": RULES,
        "routing.rego": ROUTES,
        "access.rego": OTHERS.format(name="access"),
        "export.rego": OTHERS.format(name="export"),
        "retention.rego": RETENTION,
    }
)
NOON: Final = 1_700_049_600


def asked(
    tier: Tier = Tier.PUBLIC,
    *,
    project: str | None = None,
    findings: tuple[tuple[str, int], ...] = (),
    at: int = NOON,
) -> PolicyInput:
    """A question."""
    return PolicyInput(
        action="query",
        tier=tier,
        tags=("PII",) if findings else (),
        user_id="ann",
        groups=("sales",),
        clearance=Tier.INTERNAL,
        project=project,
        requested=tuple(Source),
        findings=findings,
        roles=("user",),
        permitted=TABLE,
        at=at,
    )


class PolicyContract(ABC):
    """Tests of a `PolicyEngine`."""

    @abstractmethod
    def engine(self, policies: PolicySet) -> AbstractAsyncContextManager[PolicyEngine]:
        """An engine with this set in force."""

    @pytest.fixture
    async def policy(self) -> AsyncIterator[PolicyEngine]:
        async with self.engine(SET) as engine:
            yield engine

    @pytest.mark.parametrize("tier", list(Tier))
    async def test_a_source_that_a_rule_removes_is_gone(self, policy: PolicyEngine, tier: Tier) -> None:
        decision = await policy.decide(asked(tier))
        assert decision.allowed
        assert decision.tier is tier
        assert decision.allowed_sources == set(dict(TABLE)[tier])

    async def test_a_raised_tier_and_tags_count_for_the_route(self, policy: PolicyEngine) -> None:
        decision = await policy.decide(asked(project="board"))
        assert decision.tier is Tier.PROPRIETARY
        assert decision.tags == ("BOARD",)
        assert decision.allowed_sources == {Source.LOCAL_RAG}
        [obligation] = decision.obligations
        assert (obligation.kind, obligation.values, obligation.hours) == (ObligationKind.APPROVAL, ("board",), 8)
        assert {fired.rule for fired in decision.fired} == {"board", "table"}

    async def test_a_denial_gives_its_reason_and_no_source(self, policy: PolicyEngine) -> None:
        decision = await policy.decide(asked(at=NOON - 9 * 3600))
        assert not decision.allowed
        assert decision.allowed_sources == frozenset()
        assert decision.reasons[0] == "nothing at night (lacuna.routing: night)"

    async def test_obligations_come_with_what_they_are_about(self, policy: PolicyEngine) -> None:
        decision = await policy.decide(asked(findings=(("PII.EMAIL", 2),)))
        assert [(o.kind, o.values) for o in decision.obligations] == [(ObligationKind.REDACT, ("PII.EMAIL",))]

    async def test_other_packages_are_asked_by_name(self, policy: PolicyEngine) -> None:
        for package in (ACCESS, EXPORT):
            said, version = await policy.judge(package, asked())
            assert (said.denied, version) == ((), policy.version)

    async def test_it_is_well(self, policy: PolicyEngine) -> None:
        await policy.check()

    async def test_an_answer_of_another_shape_is_an_error_that_names_it(self) -> None:
        rules = [f'decision := {shape} if input.project == "{number}"\n' for number, (shape, _) in enumerate(_SHAPES)]
        async with self.engine(with_routing("\n".join(rules))) as engine:
            for number, (_, named) in enumerate(_SHAPES):
                with pytest.raises(LacunaError, match=named):
                    await engine.decide(asked(project=str(number)))

    async def test_an_audit_only_rule_is_told_of_and_has_no_effect(self) -> None:
        marked = ROUTES.replace("obligations}", 'obligations, "audit_only": ["lacuna.routing.night"]}', 1)
        async with self.engine(PolicySet.of(dict(SET.files) | {"routing.rego": marked})) as engine:
            decision = await engine.decide(asked(at=NOON - 9 * 3600))
        assert decision.allowed
        assert "night" not in {fired.rule for fired in decision.fired}
        assert [(each.rule, each.effect) for each in decision.observed] == [("night", "deny")]

    async def test_a_reason_does_not_name_the_project(self) -> None:
        reason = 'concat("", ["not for ", upper(input.project)])'
        rule = f'deny contains {{"rule": "all", "reason": {reason}}} if input.project != null\n'
        more = {"more.rego": f"package lacuna.routing\n\n{rule}"}
        async with self.engine(PolicySet.of(dict(SET.files) | more)) as engine:
            decision = await engine.decide(asked(project="blue heron"))
            assert decision.reasons[0] == "not for [project] (lacuna.routing: all)"
            assert "heron" not in repr(replace(decision, asked=None)).lower()

    async def test_no_text_of_a_question_undoes_a_denial(self) -> None:
        reason = 'sprintf("not for %s", [input.purpose])'
        rule = f'deny contains {{"rule": "all", "reason": {reason}}} if input.purpose != null\n'
        more = {"more.rego": f"package lacuna.routing\n\n{rule}"}
        async with self.engine(PolicySet.of(dict(SET.files) | more)) as engine:
            for purpose in (
                'a"b',
                "a\\b",
                'x","rule":"r"}],"deny":[],"obligations":[{"reason":"a',
                'x"}],"deny":[],"y":["',
            ):
                decision = await engine.decide(replace(asked(), purpose=purpose))
                assert decision.reasons[0] == f"not for {purpose} (lacuna.routing: all)"

    async def test_no_answer_is_an_error(self) -> None:
        async with self.engine(with_routing("")) as engine:
            with pytest.raises(LacunaError):
                await engine.decide(asked())

    async def test_an_error_in_a_rule_is_an_error_and_not_a_rule_that_did_not_fire(self) -> None:
        rule = 'deny contains {"rule": "ratio", "reason": "x"} if 1 / input.time.minute > 1\n'
        more = {"more.rego": f"package lacuna.routing\n\n{rule}"}
        async with self.engine(PolicySet.of(dict(SET.files) | more)) as engine:
            with pytest.raises(LacunaError):
                await engine.decide(asked())
            assert (await engine.decide(asked(at=NOON + 60))).allowed

    async def test_whatever_it_answers_is_sound(self, policy: PolicyEngine) -> None:
        for tier in Tier:
            for project in (None, "board"):
                question = asked(tier, project=project)
                assert sound(question, await policy.decide(question))


_SHAPES: Final = (
    ("7", "no object"),
    ("[]", "no object"),
    ('{"deny": [], "remove": []}', "lacks 'obligations'"),
    ('{"deny": [], "remove": [], "obligations": [], "allow": true}', "unknown key 'allow'"),
    ('{"deny": [], "remove": [], "obligations": [], "audit_only": ["lacuna.export.tier"]}', "always has an effect"),
    ('{"deny": {"a": 1}, "remove": [], "obligations": []}', "'deny' is no list"),
    ('{"deny": ["no"], "remove": [], "obligations": []}', "an entry of 'deny'"),
    ('{"deny": [], "remove": [{"source": "mail", "rule": "r", "reason": "s"}], "obligations": []}', "'source'"),
    ('{"deny": [], "remove": [], "obligations": [{"kind": "pray", "rule": "r", "reason": "s"}]}', "'kind'"),
    ('{"deny": [], "remove": [], "obligations": [{"kind": "redact", "rule": "r", "reason": "s"}]}', "'kinds'"),
)


def with_routing(rules: str) -> PolicySet:
    """The set with other rules for routing; the probes, which come from the user "probe", get a sound answer."""
    sound_one = 'decision := {"deny": [], "remove": [], "obligations": []} if input.user.id == "probe"\n'
    text = f"package lacuna.routing\n\n{sound_one}\n{rules}"
    return PolicySet.of(dict(SET.files) | {"routing.rego": text})


@asynccontextmanager
async def closing(engine: PolicyEngine) -> AsyncIterator[PolicyEngine]:
    """The engine, closed at the end."""
    try:
        yield engine
    finally:
        await engine.close()
