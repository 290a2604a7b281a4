"""A process begins with the policies that are in the folder now, or with those that were in force last."""

from pathlib import Path

import pytest

from lacuna.config.policies import FOLDER, sound
from lacuna.domain.audit import Record
from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_set import PolicySet, PolicyVersion
from lacuna.ports.storage import Entry
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.policies import InMemoryPolicies
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.usecases.policies import CONFIGURATION
from lacuna.wiring.policy_start import newest, observer

BASE = PolicySet.of({"lacuna/base.rego": "package base"})


def usable(policies: PolicySet) -> None:
    if any("unusable" in text for _, text in policies.files):
        raise ConfigError("no", problems=("x",))


class Folder:
    """The folder of a configuration that was read when `one` was in it, and a store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True)
        self.store = InMemoryPolicies(InMemoryLedger(FixedKeys()))
        self.write("package one")
        self.read = self.now()

    def write(self, text: str) -> None:
        (self.path / "own.rego").write_text(text, encoding="utf-8")

    def now(self) -> PolicySet:
        return BASE.joined(sound(self.path, FOLDER))

    async def seen(self, at: int) -> PolicySet:
        """The folder's set, as it was in force at a time."""
        policies = self.now()
        record = Record("policy.deployed", at, "system", CONFIGURATION, "", {})
        kept = PolicyVersion(policies.version, CONFIGURATION, at, "", policies)
        await self.store.keep(kept, [Entry(record)])
        return policies

    async def begun(self) -> tuple[str, PolicySet | None]:
        """The version to begin with, and what the next looks bring."""
        start = await newest(self.path, BASE, self.read, self.store, usable)
        start.watched.look()
        return start.policies.version, start.watched.look()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / FOLDER)


async def test_files_that_have_not_changed_are_what_was_read(folder: Folder) -> None:
    assert await folder.begun() == (folder.read.version, None)


async def test_files_that_changed_since_the_configuration_was_read_count_at_once(folder: Folder) -> None:
    folder.write("package two")
    assert await folder.begun() == (folder.now().version, None)


async def test_files_that_cannot_be_used_leave_what_was_in_force_last_and_are_found_again(folder: Folder) -> None:
    folder.write("package two")
    last = await folder.seen(2)
    folder.write("package unusable")
    assert await folder.begun() == (last.version, folder.now())


async def test_files_that_cannot_be_read_do_so_too(folder: Folder) -> None:
    (folder.path / "data.json").write_text("{", encoding="utf-8")
    start = await newest(folder.path, BASE, folder.read, folder.store, usable)
    assert start.policies == folder.read
    start.watched.look()
    with pytest.raises(ConfigError):
        start.watched.look()


def test_rules_without_effect_are_counted_by_name_and_word() -> None:
    telemetry = CountingTelemetry()
    observer(telemetry)("dec_1", [("lacuna.routing", "night", "deny"), ("lacuna.classification", "x", "tag SECRET")])
    assert set(telemetry.counts) == {
        ("observed", "lacuna.routing.night", "deny"),
        ("observed", "lacuna.classification.x", "tag"),
    }
