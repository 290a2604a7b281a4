"""Rules that are audit-only have no effect, whatever they say, and some rules cannot be made so."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.config.policies import SHIPPED, shipped
from lacuna.domain.audit_only import ENFORCED, refuse_audit_only
from lacuna.domain.errors import ConfigError, DependencyNonsense
from lacuna.domain.no_exit import POLICIES, PolicySays
from lacuna.domain.policy import Source, sound
from lacuna.domain.policy_documents import CLASSIFICATION, FIELDS, PACKAGES, RETENTION, ROUTING, SPLIT, document
from lacuna.domain.policy_set import PolicySet
from lacuna.domain.policy_verdicts import (
    Verdict,
    decided,
    document_for_routing,
    for_routing,
    verdict,
    without_project,
)
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.policy import SET, asked

RULES = ("one", "two", "three")


def entries(**more: Any) -> Any:
    fields = {"rule": st.sampled_from(RULES), "reason": st.just("because"), **more}
    return st.lists(st.fixed_dictionaries(fields), max_size=4)


OBLIGATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(RULES),
            "reason": st.just("because"),
            "kind": st.just("redact"),
            "kinds": st.just(["PII"]),
        }
    ),
    max_size=3,
)
OUTPUTS = {
    CLASSIFICATION: st.fixed_dictionaries(
        {"raise": entries(tier=st.sampled_from([t.name for t in Tier])), "tags": entries(tag=st.sampled_from("AB"))}
    ),
    ROUTING: st.fixed_dictionaries(
        {
            "deny": entries(),
            "remove": entries(source=st.sampled_from([s.value for s in Source])),
            "obligations": OBLIGATIONS,
        }
    ),
    RETENTION: st.fixed_dictionaries(
        {"keep": entries(days=st.integers(0, 99)), "delete": entries(days=st.integers(0, 99)), "hold": entries()}
    ),
}
NAMES = st.sets(st.sampled_from(RULES))


def effects(said: Verdict) -> tuple[Any, ...]:
    return (said.tier, said.tags, said.removed, said.denied, said.obligations, said.keep_days, said.delete_days)


@given(st.data(), st.sampled_from(sorted(OUTPUTS)), NAMES)
def test_an_audit_only_rule_is_told_of_and_has_no_effect(data: st.DataObject, package: str, names: set[str]) -> None:
    output = data.draw(OUTPUTS[package])
    without = {key: [each for each in found if each["rule"] not in names] for key, found in output.items()}
    marked = {**copy.deepcopy(output), "audit_only": [f"{package}.{name}" for name in sorted(names)]}
    said, alone, all_of = verdict(package, marked), verdict(package, without), verdict(package, output)
    assert effects(said) == effects(alone)
    assert said.fired == alone.fired
    assert sorted((*said.fired, *said.observed)) == sorted(all_of.fired)
    assert {each.rule for each in said.observed} <= names


@given(st.sampled_from(Tier), OUTPUTS[CLASSIFICATION], OUTPUTS[ROUTING], NAMES)
def test_no_choice_of_audit_only_rules_leads_outside_what_the_proof_covers(
    tier: Tier, classified: dict[str, Any], routed: dict[str, Any], names: set[str]
) -> None:
    said = [
        verdict(package, {**output, "audit_only": [f"{package}.{name}" for name in names]})
        for package, output in ((CLASSIFICATION, classified), (ROUTING, routed))
    ]
    question = asked(tier)
    decision = decided(question, said[0], said[1], "v")
    assert sound(question, decision)
    raised = said[0].tier  # what policy itself says, as the proof enumerates it
    sources = frozenset(question.requested) - said[1].removed
    covered = {(each.allowed, each.tier, each.sources) for each in POLICIES}
    assert not decision.allowed or (True, raised, sources) in covered
    assert PolicySays(allowed=False) in POLICIES


@pytest.mark.parametrize("name", sorted(ENFORCED))
def test_a_rule_that_lacuna_relies_on_always_has_its_effect(name: str) -> None:
    package = name.rpartition(".")[0]
    output: dict[str, list[Any]] = {
        key: []
        for key in {
            CLASSIFICATION: ("raise", "tags"),
            ROUTING: ("deny", "remove", "obligations"),
            SPLIT: ("deny",),
        }.get(package, ("keep", "delete", "hold") if package == RETENTION else ("deny", "obligations", "alternatives"))
    }
    with pytest.raises(DependencyNonsense, match="always has an effect"):
        verdict(package, {**output, "audit_only": [name]})
    with pytest.raises(ConfigError) as refused:
        refuse_audit_only(shipped().joined(PolicySet.of({}, {"settings": {"audit_only": [name]}})))
    assert refused.value.problems == (f"data.settings.audit_only: {name} always has an effect",)


def test_every_shipped_denial_raise_and_hold_is_one_of_them() -> None:
    found = set()
    for path in (SHIPPED / "default").glob("*.rego"):
        if path.name.endswith("_test.rego"):
            continue
        text = path.read_text(encoding="utf-8")
        package = re.findall(r"^package (\S+)", text, re.MULTILINE)[0]
        for rule in re.findall(r'^(?:deny|raise|hold|remove) contains \{[^}]*?"rule": "(\w+)"', text, re.MULTILINE):
            found.add(f"{package}.{rule}")
    assert found == ENFORCED


@pytest.mark.parametrize(
    "value",
    [
        "lacuna.routing.x",
        [1],
        [""],
        ["night"],
        ["lacuna.routing."],
        ["lacuna.rooting.night"],
        [f"lacuna.routing.r{number}" for number in range(201)],
    ],
)
def test_a_list_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(DependencyNonsense, match="audit_only"):
        verdict(ROUTING, {"deny": [], "remove": [], "obligations": [], "audit_only": value})


def test_a_name_of_no_rule_is_refused_when_the_set_is_loaded() -> None:
    with pytest.raises(ConfigError) as refused:
        refuse_audit_only(
            shipped().joined(PolicySet.of({}, {"settings": {"audit_only": ["lacuna.routing.bord_room"]}}))
        )
    assert refused.value.problems == ("data.settings.audit_only: lacuna.routing.bord_room names no rule of the set",)


def test_a_set_whose_decisions_do_not_hand_the_names_on_is_refused() -> None:
    own = SET.joined(PolicySet.of({}, {"settings": {"audit_only": ["lacuna.routing.night"]}}))
    with pytest.raises(ConfigError) as refused:
        refuse_audit_only(own)
    assert "no decision of the set gives audit_only" in refused.value.problems[0]


def test_packages_are_the_ones_that_rules_may_be_named_of() -> None:
    assert {name.rpartition(".")[0] for name in ENFORCED} == set(PACKAGES)


@given(st.text(min_size=1, max_size=12), st.text(max_size=12), st.text(max_size=12), st.sampled_from([str, str.upper]))
def test_a_reason_does_not_name_the_project(name: str, before: str, after: str, written: Any) -> None:
    told = without_project(f"{before} {written(name)} {after}", name)
    if len(name.strip()) >= 3 and name.strip() == name and name not in "[project]":
        assert name not in told or name in f"{before} [project] {after}"
    assert without_project(before, None) == before


@pytest.mark.parametrize(
    ("reason", "project", "told"),
    [
        ("board room is closed", "board", "[project] room is closed"),
        ("for BOARD only", "Board", "for [project] only"),
        ("(apollo-11)", "apollo-11", "([project])"),
        ("x marks the exit", "x", "[project] marks the exit"),
        ("a.c is not abc", "a.c", "[project] is not abc"),
        ("nothing", "  ", "nothing"),
    ],
)
def test_names_are_taken_out_in_any_case_and_short_ones_as_words(reason: str, project: str, told: str) -> None:
    assert without_project(reason, project) == told


@given(st.sampled_from(Tier), st.sampled_from(Tier), st.lists(st.sampled_from("ABC"), unique=True))
def test_the_child_and_the_server_carry_a_classification_on_alike(tier: Tier, raised: Tier, tags: list[str]) -> None:
    said = Verdict(tier=raised, tags=tuple(sorted(tags)))
    question = asked(tier, findings=(("PII.EMAIL", 1),))
    for names in (("tier",), ("tags", "tier"), ("purpose",), ("tags",)):
        fields = [FIELDS[(name,)] for name in names]
        assert document_for_routing(document(question, fields), said) == document(for_routing(question, said), fields)
