"""The policies of the configuration: what is shipped, the packs that are chosen, and the folder `policies/`.

Promise: the folder is read whole: every `*.rego` file, and every `*.json` and `*.yaml` file as data, each within its
limits. Data of a file lies at the top of `data`, or under the names of the folders it is in, as `opa run` places it.
Whether the policies compile is left to the engine.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lacuna.config import yaml_tree
from lacuna.config.problems import Kind, Origin, Problem
from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_set import PolicySet

FOLDER: Final = "policies"
SHIPPED: Final = Path(__file__).parent.parent / "policies"
PACKS: Final = ("cui", "gdpr", "hipaa", "itar", "pci_dss", "sox")
MAX_FILES: Final = 500
RESERVED: Final = "lacuna"
"""The key of data that packages of Lacuna live under."""

_CODE: Final = ".rego"
_DATA: Final = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ReadPolicies:
    """The set in a folder, and everything wrong with the files."""

    policies: PolicySet
    problems: tuple[Problem, ...]


def shipped(packs: tuple[str, ...] = (), *, defaults: bool = True, with_tests: bool = False) -> PolicySet:
    """The policies that come with Lacuna: the default packages and the packs named."""
    folders = [(SHIPPED / "default", "lacuna/default")] if defaults else []
    folders += [(SHIPPED / "packs" / pack, f"lacuna/packs/{pack}") for pack in packs]
    found = PolicySet.of({})
    for folder, name in folders:
        found = found.joined(read_folder(folder, name).policies)
    return found if with_tests else PolicySet(found.rules, found.data)


def read_folder(folder: Path, name: str = FOLDER) -> ReadPolicies:
    """The set in `folder`; `name` stands for it in paths and problems. Never raises for what the files are or hold."""
    reader = _Reader(name)
    reader.read(folder)
    return ReadPolicies(PolicySet.of(reader.files, reader.data), tuple(reader.problems))


def sound(folder: Path, name: str = FOLDER) -> PolicySet:
    """The same where every file must be readable. Raises ConfigError with one line for each fault."""
    found = read_folder(folder, name)
    if found.problems:
        lines = tuple(str(problem) for problem in found.problems)
        raise ConfigError("The policies cannot be read.", cure="Correct every file.", problems=lines)
    return found.policies


def policy_files(folder: Path) -> Iterator[Path]:
    """The files that count, in a fixed order."""
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in (_CODE, *_DATA) and not hidden and path.is_file():
            yield path


class _Reader:
    def __init__(self, name: str) -> None:
        self.files: dict[str, str] = {}
        self.data: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._name = name

    def read(self, folder: Path) -> None:
        for number, path in enumerate(policy_files(folder)):
            place = path.relative_to(folder)
            name = f"{self._name}/{place.as_posix()}"
            if number >= MAX_FILES:
                self._complain(self._name, 0, f"holds more than {MAX_FILES} files")
                return
            text = yaml_tree.file_text(path, name)
            if isinstance(text, yaml_tree.Document):
                self.problems += text.problems
            elif path.suffix == _CODE:
                self.files[name] = text
            else:
                self._add(name, place.parent.parts, self._value(name, text, path.suffix))

    def _value(self, name: str, text: str, suffix: str) -> Any:
        if suffix == ".json":
            try:
                return json.loads(text)
            except (ValueError, RecursionError) as error:
                self._complain(name, getattr(error, "lineno", 0), "is not JSON")
                return {}
        document = yaml_tree.read_text(text, name)
        self.problems += document.problems
        return {} if document.root is None else _plain(document.root)

    def _add(self, name: str, below: tuple[str, ...], value: Any) -> None:
        if not isinstance(value, dict):
            self._complain(name, 0, "must hold an object: names and their values")
            return
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, TypeError):
            self._complain(name, 0, "holds what no JSON can: half a surrogate pair, NaN, an infinity or a date")
            return
        for part in reversed(below):
            value = {part: value}
        if RESERVED in value:
            self._complain(name, 0, f'may not hold "{RESERVED}": packages of that name live there')
            return
        self._merge(name, self.data, value, ())

    def _merge(self, name: str, into: dict[str, Any], value: dict[str, Any], path: tuple[str, ...]) -> None:
        for key, each in value.items():
            known = into.get(key)
            if isinstance(known, dict) and isinstance(each, dict):
                self._merge(name, known, each, (*path, key))
            elif key in into:
                self._complain(name, 0, f"sets data.{'.'.join((*path, key))}, which another file sets too")
            else:
                into[key] = each

    def _complain(self, name: str, line: int, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, name, line), fault))


def _plain(tree: yaml_tree.Tree) -> Any:
    if isinstance(tree, yaml_tree.Scalar):
        return tree.value
    if isinstance(tree, yaml_tree.Sequence):
        return [_plain(each) for each in tree.items]
    return {key: _plain(each) for key, _, each in tree.entries}
