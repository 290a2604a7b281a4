"""The pinned requirement files: complete, hashed, current, bound to no package index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tooling.environment import LEVELS
from tooling.requirements import addresses

NAMES = sorted({name for level in LEVELS.values() for name in level})


def pinned(path: Path) -> list[Requirement]:
    """The requirements of a file, without their hashes."""
    joined = path.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [Requirement(re.sub(r"\s+--hash=\S+", "", line)) for line in lines]


def declared(root: Path, extras: tuple[str, ...]) -> list[Requirement]:
    """What pyproject.toml asks for, with its own extras followed."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    found = [Requirement(line) for line in project["dependencies"]]
    waiting = list(extras)
    while waiting:
        for requirement in map(Requirement, project["optional-dependencies"][waiting.pop()]):
            if requirement.name == project["name"]:
                waiting += requirement.extras
            else:
                found.append(requirement)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_requirement_is_pinned_and_hashed(root: Path, name: str) -> None:
    text = (root / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if not line.startswith("#"):
            assert re.match(r"^[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]


@pytest.mark.parametrize("name", NAMES)
def test_no_requirement_file_names_an_index(root: Path, name: str) -> None:
    assert addresses((root / "requirements" / f"{name}.txt").read_text()) == []


@pytest.mark.parametrize(("name", "extras"), [("run", ("all",)), ("dev", ("dev",))])
def test_the_pins_satisfy_pyproject(root: Path, name: str, extras: tuple[str, ...]) -> None:
    pins = pinned(root / "requirements" / f"{name}.txt")
    stale = [
        str(wanted)
        for wanted in declared(root, extras)
        if not any(
            canonicalize_name(pin.name) == canonicalize_name(wanted.name)
            and all(wanted.specifier.contains(exact.version) for exact in pin.specifier)
            for pin in pins
        )
    ]
    assert stale == [], "run `python3 make.py requirements`"


def test_tools_are_added_to_what_lacuna_runs_with_and_change_none_of_it(root: Path) -> None:
    run, dev = (
        {(pin.name, str(pin.specifier)) for pin in pinned(root / "requirements" / f"{name}.txt")}
        for name in ("run", "dev")
    )
    assert run <= dev


def test_addresses_are_noticed() -> None:
    assert addresses("a==1\n--index-url https://example.com\n") == ["--index-url https://example.com"]
