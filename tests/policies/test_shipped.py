"""The policies that come with Lacuna: each compiles, passes its own tests, alone and with all others, and is documented
by its schema."""

import json
import re
from pathlib import Path

import pytest

from lacuna.adapters.policy.rego import ENTRIES, RegoPolicy
from lacuna.adapters.rego import module
from lacuna.adapters.rego.process import RegoProcess
from lacuna.config.policies import PACKS, SHIPPED, shipped
from lacuna.domain.policy_documents import EVERY, PACKAGES, document
from lacuna.domain.policy_probe import OPERATION


@pytest.mark.parametrize("packs", [(), PACKS], ids=["defaults", "all packs"])
def test_every_test_of_the_shipped_policies_passes(packs: tuple[str, ...]) -> None:
    policies = shipped(packs, with_tests=True)
    with RegoProcess(policies, tuple(ENTRIES.values())) as process:
        outcomes = process.test()
    assert [str(outcome) for outcome in outcomes if outcome.why] == []
    assert len(outcomes) == sum(text.count("\ntest_") for path, text in policies.files if path.endswith("_test.rego"))


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_can_be_chosen_alone(pack: str) -> None:
    RegoPolicy(shipped((pack,))).end()


def test_the_shipped_policies_call_only_what_passes_every_conformance_case(root: Path) -> None:
    """Or what no case is about: then their own tests have to do."""
    page = (root / "docs" / "rego-conformance.md").read_text(encoding="utf-8")
    line = next(each for each in page.splitlines() if each.startswith("Built-ins of which every case passes: "))
    sound = set(re.findall(r"`([\w.]+)`", line))
    policies = shipped(PACKS)
    modules = [module.read(path, text) for path, text in policies.rules]
    rules = {rule for each in modules for rule in each.rules}
    called = {".".join(r.path) for each in modules for r in each.references if r.called} - rules
    assert called, "nothing was read"
    assert called - sound <= {"lower", "object.keys"}


def test_every_folder_of_packs_is_a_pack_with_tests_of_its_own() -> None:
    assert sorted(folder.name for folder in (SHIPPED / "packs").iterdir()) == sorted(PACKS)
    for pack in PACKS:
        assert list((SHIPPED / "packs" / pack).glob("*_test.rego")), pack


def test_the_schema_of_the_input_names_every_field_and_no_other() -> None:
    schema = json.loads((SHIPPED / "schema" / "input.v1.json").read_text())
    properties = schema["properties"]
    for field in EVERY:
        assert field.path[0] in properties
        if len(field.path) > 1:
            assert field.path[1] in properties[field.path[0]]["properties"]
    assert set(properties) == set(document(OPERATION))
    for name in ("user", "time"):
        assert set(properties[name]["properties"]) == set(document(OPERATION)[name])


def test_the_schema_of_the_output_names_every_package() -> None:
    schema = json.loads((SHIPPED / "schema" / "output.v1.json").read_text())
    assert set(schema["properties"]) == set(PACKAGES)
