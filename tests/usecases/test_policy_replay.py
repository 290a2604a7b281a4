"""Decisions of the past made again: an unchanged set reproduces all of them, a planted change gives exactly the planted
differences, and what cannot be made again is counted with its reason."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.policy.rego import RegoPolicy
from lacuna.config.policies import shipped
from lacuna.domain.audit import Json, Record
from lacuna.domain.errors import DependencyTimeout
from lacuna.domain.policy import Destination, PolicyInput, Resource, Source, deny
from lacuna.domain.policy_documents import ACCESS, CLASSIFICATION, EXPORT
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry
from lacuna.testing.contracts.policy import NOON, TABLE
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.operation_facts import asked_again
from lacuna.usecases.policy_facts import policy_facts
from lacuna.usecases.policy_replay import Replay, Replayed

HEAD = "import rego.v1\n\n"
BASE = """package lacuna.routing

import rego.v1

deny contains {"rule": "board_room", "reason": "not for you"} if {
	input.project == "board"
	not "board" in input.user.groups
}

remove contains {"source": "web_search", "rule": "inside", "reason": "stays inside"} if "sales" in input.user.groups
"""
CHANGES = {
    "deny": ("routing", 'deny contains {"rule": "new", "reason": "no"} if {\n\t%s\n}\n'),
    "tag": ("classification", 'tags contains {"tag": "NEW", "rule": "new", "reason": "new"} if {\n\t%s\n}\n'),
    "raise": ("classification", 'raise contains {"tier": "PROPRIETARY", "rule": "new", "reason": "x"} if {\n\t%s\n}\n'),
    "remove": ("routing", 'remove contains {"source": "local_rag", "rule": "new", "reason": "no"} if {\n\t%s\n}\n'),
    "purpose": (
        "routing",
        'obligations contains {"kind": "require_purpose", "purposes": [], "rule": "new", "reason": "x"} if {\n\t%s}\n',
    ),
}
WHEN = 'input.findings["PII.EMAIL"] > 2\n\tinput.user.clearance == "INTERNAL"'
OWN = shipped().joined(PolicySet.of({"policies/own.rego": BASE}))


def planted(change: str, audit_only: bool = False) -> PolicySet:
    package, rule = CHANGES[change]
    text = f"package lacuna.{package}\n\n{HEAD}{rule % WHEN}"
    data = {"settings": {"audit_only": [f"lacuna.{package}.new"]}} if audit_only else {}
    return OWN.joined(PolicySet.of({"policies/new.rego": text}, data))


def hit(question: PolicyInput) -> bool:
    """Whether the planted rule is about this question."""
    return dict(question.findings).get("PII.EMAIL", 0) > 2 and question.clearance is Tier.INTERNAL


@contextmanager
def engine(policies: PolicySet) -> Iterator[RegoPolicy]:
    made = RegoPolicy(policies)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def own() -> Iterator[RegoPolicy]:
    with engine(OWN) as made:
        yield made


questions = st.builds(
    PolicyInput,
    action=st.sampled_from(["query", "search", "classify"]),
    tier=st.sampled_from(Tier),
    tags=st.sampled_from([(), ("PII",)]),
    user_id=st.sampled_from(["ann", "bob"]),
    groups=st.sampled_from([(), ("board",), ("sales",), ("board", "sales")]),
    clearance=st.sampled_from(Tier),
    project=st.sampled_from([None, "board"]),
    requested=st.just(tuple(Source)),
    findings=st.sampled_from([(), (("PII.EMAIL", 1),), (("PII.EMAIL", 3),), (("PII.EMAIL", 9), ("PII.PHONE", 1))]),
    permitted=st.just(TABLE),
    at=st.integers(0, 999).map(lambda minute: NOON + minute * 60),
)
pasts = st.lists(questions, min_size=1, max_size=25)


@dataclass
class Past:
    """A ledger with decisions in it."""

    def __post_init__(self) -> None:
        self.keys = FixedKeys()
        self.ledger = InMemoryLedger(self.keys)
        self.count = 0

    async def record(self, kind: str, policy: dict[str, Json]) -> str:
        self.count += 1
        decision = f"dec_{self.count}"
        await self.ledger.append(Entry(Record(f"decision.{kind}", 1, "ann", "test", decision, {"policy": policy})))
        return decision

    async def decided(self, by: RegoPolicy, asked: PolicyInput) -> str:
        decision = replace(await by.decide(asked), asked=asked)
        return await self.record(asked.action, policy_facts(decision, self.keys.hmac))

    async def again(self, by: RegoPolicy, *others: PolicySet) -> Replayed:
        names = by.policies.texts.union(*(other.texts for other in others))
        return await Replay(self.ledger, by, names, self.keys.hmacs).run(1_000, None)


@settings(max_examples=15, deadline=None)
@given(asked=pasts)
def test_an_unchanged_set_reproduces_every_decision(own: RegoPolicy, asked: list[PolicyInput]) -> None:
    async def check() -> None:
        past = Past()
        for question in asked:
            await past.decided(own, replace(question, user_id="ann"))
        found = await past.again(own)
        assert (found.replayed, found.changed, dict(found.not_replayed)) == (len(asked), 0, {})
        assert dict(found.decided_by) == {own.version: len(asked)}

    asyncio.run(check())


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_planted_change_gives_exactly_the_planted_differences(own: RegoPolicy, change: str) -> None:
    with engine(planted(change)) as candidate:

        @settings(max_examples=10, deadline=None)
        @given(asked=pasts)
        def check(asked: list[PolicyInput]) -> None:
            asyncio.run(differs(asked))

        async def differs(asked: list[PolicyInput]) -> None:
            past, expected = Past(), set()
            for question in asked:
                question = replace(question, user_id="ann")
                before, decision = await own.decide(question), await past.decided(own, question)
                if hit(question) and _would_change(change, question, before.allowed):
                    expected.add(decision)
            found = await past.again(candidate)
            assert {each.decision_id for each in found.examples} == expected
            assert (found.replayed, found.changed) == (len(asked), len(expected))

        check()


def _would_change(change: str, question: PolicyInput, allowed: bool) -> bool:
    if change == "deny":
        return allowed
    if change == "raise":
        return question.tier < Tier.PROPRIETARY
    return change != "remove" or allowed


def test_a_change_that_is_audit_only_changes_nothing_and_is_counted(own: RegoPolicy) -> None:
    async def check() -> None:
        past = Past()
        for emails in (1, 3, 4):
            question = PolicyInput(
                "query", Tier.PUBLIC, (), "ann", (), Tier.INTERNAL, None, tuple(Source), (("PII.EMAIL", emails),)
            )
            await past.decided(own, replace(question, permitted=TABLE))
        with engine(planted("deny", audit_only=True)) as candidate:
            found = await past.again(candidate)
        assert (found.replayed, found.changed) == (3, 0)
        assert dict(found.observed) == {"lacuna.routing.new: deny": 2}

    asyncio.run(check())


async def test_what_cannot_be_made_again_says_why(own: RegoPolicy) -> None:
    past = Past()
    question = PolicyInput(
        "query", Tier.PUBLIC, (), "ann", (), Tier.INTERNAL, None, tuple(Source), permitted=TABLE, at=NOON
    )
    await past.decided(own, question)
    await past.decided(own, replace(question, project="board"))
    await past.decided(own, replace(question, project="nobody's"))
    facts = policy_facts(replace(await own.decide(question), asked=question), past.keys.hmac)
    await past.record("query", facts | {"input": {**_mapping(facts["input"]), "schema": 2}})
    await past.record("query", policy_facts(deny(question, "late", "failure"), past.keys.hmac))
    await past.record("query", {"allowed": True, "id": "lacuna.routing", "version": "old"})
    found = await past.again(own)
    assert (found.replayed, found.changed) == (2, 0)
    assert dict(found.not_replayed) == {
        "the rules read the project, whose name is not recorded and is none that they name": 1,
        "the record is of version 2 of the input, not 1": 1,
        "the engine failed at the time": 1,
        "the record holds no facts": 1,
    }


async def test_a_set_that_does_not_read_the_project_needs_no_name_of_it(own: RegoPolicy) -> None:
    past = Past()
    question = PolicyInput(
        "query", Tier.PUBLIC, (), "ann", (), Tier.INTERNAL, "nobody's", tuple(Source), permitted=TABLE, at=NOON
    )
    await past.decided(own, question)
    with engine(shipped()) as candidate:
        found = await past.again(candidate)
    assert (found.replayed, found.changed, dict(found.not_replayed)) == (1, 0, {})


class Failing(RegoPolicy):
    """Fails at every decision."""

    async def decide(self, asked: PolicyInput) -> Any:
        raise DependencyTimeout("late")


async def test_a_candidate_that_fails_is_a_difference(own: RegoPolicy) -> None:
    past = Past()
    question = PolicyInput("query", Tier.PUBLIC, (), "ann", (), Tier.INTERNAL, None, tuple(Source), permitted=TABLE)
    await past.decided(own, question)
    failing = Failing(OWN)
    found = await past.again(failing)
    await failing.close()
    assert (found.replayed, found.changed, dict(found.changes)) == (1, 1, {"fails: dependency_timeout": 1})


async def test_what_classification_says_now_of_a_resource_counts_for_the_packages_after_it() -> None:
    """The candidate raises what holds addresses; export of what was PUBLIC is denied by a shipped rule then."""
    rule = 'raise contains {"tier": "PROPRIETARY", "rule": "mail", "reason": "mail"} if input.findings["PII.EMAIL"]\n'
    raising = shipped().joined(
        PolicySet.of({"policies/mail.rego": f"package lacuna.classification\n\n{HEAD}{rule}"}, {})
    )
    facts: dict[str, Json] = {
        "schema": 1,
        "action": "export",
        "tier": "PUBLIC",
        "tags": ["PII"],
        "findings": {"PII.EMAIL": 1},
        "groups": [],
        "clearance": "PROPRIETARY",
        "roles": ["user"],
        "purpose": None,
        "at": NOON,
        "destination": {"name": "partner", "type": "external", "encrypted": True},
        "resources": [],
    }
    later: dict[str, Json] = facts | {
        "resources": [{"id": "table", "tier": "PUBLIC", "tags": ["PII"], "columns": ["email"]}]
    }
    asked: list[Json] = [{"package": CLASSIFICATION, "input": facts}]
    asked += [{"package": package, "input": later} for package in (ACCESS, EXPORT)]
    policy: dict[str, Json] = {"id": EXPORT, "version": "v", "fired": [], "asked": asked}
    past = Past()
    await past.record("evaluate", policy)
    with engine(shipped()) as same, engine(raising) as candidate:
        assert (await past.again(same)).changed == 0
        found = await past.again(candidate)
    assert found.changes["denied: false -> true"] == 1
    assert found.changes["now: lacuna.export: resource_tier: deny"] == 1
    read = asked_again(policy, "ann")
    assert read is not None
    assert read[2][1].resources == (Resource("table", Tier.PUBLIC, ("PII",), ("email",)),)
    assert read[2][1].destination == Destination("partner", "external", encrypted=True)


def _mapping(value: Json) -> dict[str, Json]:
    assert isinstance(value, dict)
    return value
