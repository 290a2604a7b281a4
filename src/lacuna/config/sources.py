"""Which sources documents are taken from, and how: `sources.yaml`.

Promises that every entry is well formed and reports each fault with its line. Secrets are references, never values:
whoever may read this file learns none. Whether a kind exists and takes its options is found out when the source is
opened (`lacuna.wiring.sources`): only that may import a third party's code.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lacuna.config import yaml_tree
from lacuna.config.problems import Kind, Origin, Problem, unknown_key
from lacuna.config.vault import FORM, PREFIX, VaultReference, is_reference
from lacuna.config.yaml_tree import Document, Scalar, Sequence, Tree
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier

FILE_NAME: Final = "sources.yaml"
MAX_SOURCES: Final = 200
MAX_GROUPS: Final = 200
MAX_SECRET_BYTES: Final = 64 * 1024

_SOURCES: Final = "sources"
_KEYS: Final = ("kind", "tier", "groups", "options", "secrets")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VARIABLE: Final = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,199})")
_FILE: Final = re.compile(r"file:(/.{1,1000})")


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """One entry. `tier` and `groups` are what is declared of its documents, None where nothing is said; `secrets` are
    references by name. `lines` are the lines of the entry ("") and of its keys and options ("options.url")."""

    name: str
    kind: str
    tier: Tier | None = None
    groups: frozenset[str] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, key: str, fault: str) -> str:
        """A fault of this entry as one line with its place; `key` may be empty."""
        places = (key, ".".join(key.split(".")[:2]), key.partition(".")[0], "")
        line = next((self.lines[place] for place in places if place in self.lines), 0)
        return str(Problem(Origin(Kind.FILE, FILE_NAME, line, f"{_SOURCES}.{self.name}.{key}".rstrip(".")), fault))


@dataclass(frozen=True, slots=True)
class ReadSources:
    sources: tuple[ConfiguredSource, ...]
    problems: tuple[Problem, ...]


def interpret(document: Document, name: str = FILE_NAME) -> ReadSources:
    """The sources in `document`, read from the file `name`."""
    reader = _Reader(name)
    sources = tuple(reader.sources(document.root))
    return ReadSources(sources, (*document.problems, *reader.problems))


def local_secret(source: ConfiguredSource, name: str, environ: Mapping[str, str] | None = None) -> str | VaultReference:
    """The secret that a reference names in the environment or a file; a reference to Vault as such. Raises
    ConfigError."""
    environ = os.environ if environ is None else environ
    text = source.secrets[name]
    if text.startswith(PREFIX):
        return VaultReference(text)
    variable, file = _VARIABLE.fullmatch(text), _FILE.fullmatch(text)
    secret = environ.get(variable[1], "") if variable else _read(Path(file[1])) if file else ""
    if not secret or not secret.isprintable() or len(secret) > MAX_SECRET_BYTES:
        fault = "names nothing that is there and readable, one line of printable text"
        raise ConfigError(
            f"A secret of the source {source.name} cannot be had.",
            cure="Set the variable, or write the file.",
            problems=(source.problem(f"secrets.{name}", fault),),
        )
    return secret


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_SECRET_BYTES + 1).decode().strip()
    except (OSError, ValueError):
        return ""


class _Reader:
    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name

    def sources(self, root: Tree | None) -> Iterator[ConfiguredSource]:
        for key, line, tree in self._entries(root, "", f"must hold the section {_SOURCES}"):
            if key != _SOURCES:
                self._complain(line, key, unknown_key(key, (_SOURCES,)))
                continue
            entries = self._entries(tree, _SOURCES, "must be a section of sources by name")
            if len(entries) > MAX_SOURCES:
                self._complain(line, _SOURCES, f"holds more than {MAX_SOURCES} sources")
                return
            for name, at, inner in entries:
                if not _NAME.fullmatch(name):
                    fault = "must be a name of at most 64 small letters, digits, - and _"
                    self._complain(at, f"{_SOURCES}.{name}", fault)
                else:
                    yield from self._source(name, at, inner)

    def _source(self, name: str, line: int, tree: Tree) -> Iterator[ConfiguredSource]:
        values: dict[str, Tree] = {}
        lines = {"": line}
        before = len(self.problems)
        for key, at, value in self._entries(tree, f"{_SOURCES}.{name}", f"must be a section with {', '.join(_KEYS)}"):
            lines[key] = at
            if key not in _KEYS:
                fault = f"{unknown_key(key, _KEYS)}; what the kind itself is told stands under options"
                self._complain(at, f"{_SOURCES}.{name}.{key}", fault)
            elif not (isinstance(value, Scalar) and value.empty):
                values[key] = value
        place = f"{_SOURCES}.{name}"
        kind = values.get("kind")
        if not isinstance(kind, Scalar):
            self._complain(line, f"{place}.kind", "must say what kind of source this is, such as folder")
        tier = self._tier(f"{place}.tier", values.get("tier"))
        groups = self._groups(f"{place}.groups", values.get("groups"))
        options = self._section(f"{place}.options", values.get("options"), lines, "options")
        secrets = self._secrets(place, values.get("secrets"), lines)
        if len(self.problems) == before and isinstance(kind, Scalar):
            yield ConfiguredSource(name, kind.text, tier, groups, options, secrets, MappingProxyType(lines))

    def _tier(self, place: str, tree: Tree | None) -> Tier | None:
        if tree is None:
            return None
        try:
            return Tier.parse(tree.text if isinstance(tree, Scalar) else "")
        except ValueError:
            self._complain(tree.line, place, "must be PUBLIC, INTERNAL or PROPRIETARY")
            return None

    def _groups(self, place: str, tree: Tree | None) -> frozenset[str] | None:
        if tree is None:
            return None
        names = [item.text for item in tree.items if isinstance(item, Scalar)] if isinstance(tree, Sequence) else []
        if not names or len(names) > MAX_GROUPS or not all(name and name.isprintable() for name in names):
            self._complain(tree.line, place, f"must be a list of 1 to {MAX_GROUPS} names")
            return None
        return frozenset(names)

    def _secrets(self, place: str, tree: Tree | None, lines: dict[str, int]) -> Mapping[str, str]:
        given = self._section(f"{place}.secrets", tree, lines, "secrets")
        found: dict[str, str] = {}
        for name, value in given.items():
            text = str(value)
            if _VARIABLE.fullmatch(text) or _FILE.fullmatch(text) or is_reference(text):
                found[name] = text
            else:
                fault = f"must be a reference: env:NAME, file:/path or {FORM}; a secret does not belong in this file"
                self._complain(lines[f"secrets.{name}"], f"{place}.secrets.{name}", fault)
        return MappingProxyType(found)

    def _section(self, place: str, tree: Tree | None, lines: dict[str, int], key: str) -> Mapping[str, object]:
        entries = self._entries(tree, place, "must be a section of keys and values")
        lines |= {f"{key}.{each}": line for each, line, _ in entries}
        return MappingProxyType({each: yaml_tree.plain(inner) for each, _, inner in entries})

    def _entries(self, tree: Tree | None, key: str, otherwise: str) -> tuple[tuple[str, int, Tree], ...]:
        if isinstance(tree, yaml_tree.Mapping):
            return tree.entries
        if tree is not None and not (isinstance(tree, Scalar) and tree.empty):
            self._complain(tree.line, key, otherwise)
        return ()

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))
