"""The folder of policies is looked at while Lacuna runs."""

from pathlib import Path

import pytest

from lacuna.config.policies import sound
from lacuna.config.watched_policies import WatchedPolicies
from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_set import PolicySet

BASE = PolicySet.of({"base.rego": "package base"})


def watched(folder: Path) -> WatchedPolicies:
    return WatchedPolicies(folder, BASE, BASE.joined(sound(folder)))


def looks(watched: WatchedPolicies) -> list[str]:
    """The files that two looks tell of: the second finds what has stopped changing."""
    found = [watched.look(), watched.look()]
    return [path for policies in found if policies is not None for path, _ in policies.files]


def test_what_was_there_at_the_start_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "own.rego").write_text("package own", encoding="utf-8")
    assert looks(watched(tmp_path)) == []


def test_what_changed_between_the_start_and_the_first_look_is_one(tmp_path: Path) -> None:
    """Compiling takes seconds, and a worker that is replaced begins with what its server read long ago."""
    from_start = BASE.joined(sound(tmp_path))
    (tmp_path / "own.rego").write_text("package own", encoding="utf-8")
    late = WatchedPolicies(tmp_path, BASE, from_start)
    assert looks(late) == ["base.rego", "policies/own.rego"]
    assert looks(late) == []


def test_files_that_go_and_come_back_are_changes(tmp_path: Path) -> None:
    own = tmp_path / "own.rego"
    own.write_text("package own", encoding="utf-8")
    watching = watched(tmp_path)
    own.unlink()
    assert looks(watching) == ["base.rego"]
    own.write_text("package own", encoding="utf-8")
    assert looks(watching) == ["base.rego", "policies/own.rego"]


def test_files_that_cannot_be_read_are_an_error_as_long_as_they_stay_so(tmp_path: Path) -> None:
    watching = watched(tmp_path)
    data = tmp_path / "data.json"
    data.write_text("{", encoding="utf-8")
    assert watching.look() is None
    for _ in range(2):
        with pytest.raises(ConfigError):
            watching.look()
    data.unlink()
    with pytest.raises(ConfigError):
        watching.look()
    assert looks(watching) == []


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("data.json", '{"a": "\\ud800"}'),
        ("data.json", '{"a": NaN}'),
        ("data.json", '{"a": ' + "[" * 100_000),
        ("data.yaml", 'a: "\\ud800"'),
    ],
)
def test_data_that_no_engine_takes_is_a_fault_of_its_file(tmp_path: Path, file: str, content: str) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        sound(tmp_path)
    assert file in refused.value.problems[0]
