"""What a package reads of the input: fields, and of lists the members that it can tell apart. What is left out cannot
change a value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.rego import module
from lacuna.adapters.rego.engine import Compiled
from lacuna.adapters.rego.reads import MEMBER_FIELDS, fields_read, members_read
from lacuna.domain.policy import PolicyInput
from lacuna.domain.policy_documents import FIELDS, Field, document, members_only
from lacuna.domain.tiers import Tier

HEAD = "package p\n\nimport rego.v1\n\n"
ONLY = [
    ('y if "a" in input.user.groups', ["a"]),
    ('y if not "a" in input.user.groups', ["a"]),
    ('y if {\n\tinput.tier == "PUBLIC"\n\t"a" in input.user.groups\n\tnot "b" in input.user.groups\n}', ["a", "b"]),
    ('y if { "a" in input.user.groups; "b" in input.user.groups }', ["a", "b"]),
    ("y if `a` in input.user.groups", ["a"]),
    ('y contains "x" if "q\\"r" in input.user.groups\n\nz if "a" in input.user.groups', ['q"r', "a"]),
    ("y if input.tier == 1", []),
]
ANY = [
    "y if count(input.user.groups) > 1",
    'y if 0, "a" in input.user.groups',
    'y if "a" in input.user.groups[_]',
    'y if input.user.groups[0] == "a"',
    'y if { some g in input.user.groups; g != "a" }',
    'y if every g in input.user.groups { g == "a" }',
    'y if "a" == input.user.groups[_]',
    'y := "a" in input.user.groups',
    'y := ["a" in input.user.groups | true]',
    'y if input.user == {"groups": ["a"]}',
    "y if x(input)\n\nx(i) if i.user",
    'y if "a" in input.user.groups == false',
    'y if { some key; "a" in input.user[key] }',
]


def read(text: str) -> list[module.Module]:
    return [module.read("p.rego", HEAD + text + "\n")]


@pytest.mark.parametrize(("text", "members"), ONLY)
def test_where_only_membership_is_asked_only_these_members_count(text: str, members: list[str]) -> None:
    assert members_read(read(text), "p")["user.groups"] == sorted(members)


@pytest.mark.parametrize("text", ANY)
def test_where_anything_else_is_asked_every_member_counts(text: str) -> None:
    assert "user.groups" not in members_read(read(text), "p")


def test_an_import_of_the_list_is_another_use() -> None:
    found = [module.read("p.rego", 'package p\n\nimport input.user.groups\n\ny if "a" in groups\n')]
    assert "user.groups" not in members_read(found, "p")


def test_another_package_that_is_mentioned_counts() -> None:
    other = module.read("q.rego", "package q\n\nimport rego.v1\n\nz if count(input.user.groups) > 1\n")
    own = read('y if { "a" in input.user.groups; data.q.z }')
    assert "user.groups" not in members_read([*own, other], "p")
    assert members_read([*own, other], "q").keys() == {"user.roles"}


TEXTS = [text for text, _ in ONLY] + [ANY[0], ANY[3], ANY[4], ANY[6]]
names = st.lists(st.sampled_from(["a", "b", "c", 'q"r']), unique=True, max_size=4)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_left_out_changes_no_value(text: str) -> None:
    modules = read(text)
    compiled = Compiled([("p.rego", HEAD + text + "\n")], "{}", ["p/y"])
    members = members_read(modules, "p")
    fields = [_narrowed(field, members) for field in fields_read(modules, "p")]

    @settings(max_examples=20, deadline=None)
    @given(has=names, tier=st.sampled_from(Tier))
    def check(has: list[str], tier: Tier) -> None:
        asked = PolicyInput("query", tier, (), "ann", tuple(sorted(has)), Tier.PUBLIC, None, ())
        assert compiled.ask("p/y", document(asked, fields)) == compiled.ask("p/y", document(asked))

    check()


def _narrowed(field: Field, members: dict[str, list[str]]) -> Field:
    only = members.get(".".join(field.path))
    return field if only is None else members_only(field, only)


def test_the_lists_are_fields() -> None:
    assert all(path in FIELDS for path in MEMBER_FIELDS)
