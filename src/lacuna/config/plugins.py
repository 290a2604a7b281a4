"""Which plug-ins run, in which order and with which options: `plugins.yaml`.

Promises that every entry is well formed and reports each fault with its line. Whether a plug-in of that name exists and
takes its options is found out when it is built (`lacuna.wiring.plugins`): only that may import a third party's code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lacuna.config import yaml_tree
from lacuna.config.problems import Kind, Origin, Problem, unknown_key
from lacuna.config.yaml_tree import Document, Scalar, Sequence, Tree

FILE_NAME: Final = "plugins.yaml"
MAX_PLUGINS: Final = 50
MAX_PRIORITY: Final = 100
MAX_TIMEOUT_S: Final = 60.0

CLASSIC: Final = ("heuristic", "ner")
"""Layers that are switched on in config.yaml; here they may be given a place among the plug-ins."""

_LAST: Final = ("embedding", "llm")
_COMES_LAST: Final = "is asked after all plug-ins, for what they leave open; it has no place to choose here"

_PLUGINS: Final = "plugins"
_BEHAVIOR: Final = "behavior"
_KEYS: Final = ("enabled", "priority", "short_circuit", "fail_safe", "timeout", "options")
_BEHAVIOR_KEYS: Final = ("short_circuit", "fail_safe")
_CLOSED: Final = ("closed", "fail-closed", "fail_closed", "PROPRIETARY", "proprietary")
_FAIL_OPEN: Final = (
    "must be true: to fail safe is to fail closed. A plug-in that fails counts as PROPRIETARY, and no setting lets "
    "a text through unexamined"
)
_NO_THRESHOLD: Final = (
    "is not known here: confidence never ends the examination. With short_circuit, a PROPRIETARY tier does, because "
    "nothing later could change it"
)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry. Lower priorities are asked first. `short_circuit` allows that nobody is asked after this one has
    found PROPRIETARY. `timeout_s` are seconds before the plug-in counts as failed. `given` are the keys that were
    written, `lines` the lines of the entry ("") and of its keys and options ("options.language")."""

    name: str
    enabled: bool = True
    priority: int = 50
    short_circuit: bool = True
    timeout_s: float = 2.0
    options: Mapping[str, object] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, key: str, fault: str) -> str:
        """A fault of this entry as one line with its place; `key` may be empty."""
        places = (key, key.partition("[")[0], ".".join(key.split(".")[:2]), key.partition(".")[0], "")
        line = next((self.lines[place] for place in places if place in self.lines), 0)
        label = f"{_PLUGINS}.{self.name}.{key}".rstrip(".")
        return str(Problem(Origin(Kind.FILE, FILE_NAME, line, label), fault))


@dataclass(frozen=True, slots=True)
class Plugins:
    """What `plugins.yaml` says: entries that are switched on, in the order of the file, the priorities of classic
    layers that it names, and whether the examination may end after the heuristic layer has found PROPRIETARY."""

    enabled: tuple[Plugin, ...] = ()
    priorities: Mapping[str, int] = field(default_factory=dict)
    short_circuit: bool = True


@dataclass(frozen=True, slots=True)
class ReadPlugins:
    plugins: Plugins
    problems: tuple[Problem, ...]


def interpret(document: Document, name: str = FILE_NAME) -> ReadPlugins:
    """The plug-ins in `document`, read from the file `name`."""
    reader = _Reader(name)
    plugins = reader.plugins(document.root)
    return ReadPlugins(plugins, (*document.problems, *reader.problems))


class _Reader:
    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name

    def plugins(self, root: Tree | None) -> Plugins:
        sections = {key: (line, tree) for key, line, tree in self._entries(root, "", "must hold the section plugins")}
        for key, (line, _) in sections.items():
            if key not in (_PLUGINS, _BEHAVIOR):
                self._complain(line, key, unknown_key(key, (_PLUGINS, _BEHAVIOR)))
        short_circuit = self._behavior(sections.get(_BEHAVIOR, (0, None))[1])
        read = [self._plugin(*each, short_circuit) for each in self._named(sections.get(_PLUGINS, (0, None))[1])]
        classic = {each.name: each.priority for each in read if each.name in CLASSIC and "priority" in each.given}
        enabled = tuple(each for each in read if each.name not in CLASSIC and each.enabled)
        return Plugins(enabled, MappingProxyType(classic), short_circuit)

    def _behavior(self, tree: Tree | None) -> bool:
        """What holds for every plug-in that does not say otherwise."""
        short_circuit = True
        for key, line, value in self._entries(tree, _BEHAVIOR, f"must be a section with {', '.join(_BEHAVIOR_KEYS)}"):
            place = f"{_BEHAVIOR}.{key}"
            if key == "short_circuit":
                short_circuit = self._switch(place, value, default=True)
            elif key == "fail_safe":
                self._fail_safe(place, value)
            elif key == "confidence_threshold":
                self._complain(line, place, _NO_THRESHOLD)
            else:
                self._complain(line, place, unknown_key(key, _BEHAVIOR_KEYS))
        return short_circuit

    def _named(self, tree: Tree | None) -> Iterator[tuple[str, int, Tree]]:
        """Names with their settings: a section by name, or a list of entries that hold `name`."""
        if isinstance(tree, Sequence):
            entries = list(self._listed(tree))
        else:
            entries = list(self._entries(tree, _PLUGINS, "must be a section of plug-ins by name"))
        if len(entries) > MAX_PLUGINS:
            self._complain(entries[0][1], _PLUGINS, f"holds more than {MAX_PLUGINS} plug-ins")
            return
        seen: dict[str, int] = {}
        for name, line, settings in entries:
            if name in _LAST:
                self._complain(line, f"{_PLUGINS}.{name}", _COMES_LAST)
            elif name in seen:
                self._complain(line, f"{_PLUGINS}.{name}", f"stands in line {seen[name]} already")
            else:
                seen[name] = line
                yield name, line, settings

    def _listed(self, sequence: Sequence) -> Iterator[tuple[str, int, Tree]]:
        for number, item in enumerate(sequence.items):
            entries = item.entries if isinstance(item, yaml_tree.Mapping) else ()
            name = next((tree for key, _, tree in entries if key == "name"), None)
            if not isinstance(name, Scalar) or name.empty:
                self._complain(item.line, f"{_PLUGINS}[{number}]", "must be a section with the plug-in's name")
                continue
            rest = tuple(entry for entry in entries if entry[0] != "name")
            yield name.text, item.line, yaml_tree.Mapping(item.line, rest)

    def _plugin(self, name: str, line: int, tree: Tree, short_circuit: bool) -> Plugin:
        values: dict[str, object] = {"short_circuit": short_circuit}
        lines = {"": line}
        options: Mapping[str, object] = {}
        known = ("priority",) if name in CLASSIC else _KEYS
        for key, at, value in self._entries(tree, f"{_PLUGINS}.{name}", f"must be a section with {', '.join(known)}"):
            place = f"{_PLUGINS}.{name}.{key}"
            lines[key] = at
            if key not in known:
                self._complain(at, place, _unknown(name, key))
            elif isinstance(value, Scalar) and value.empty:
                lines.pop(key)
            elif key in ("enabled", "short_circuit"):
                values[key] = self._switch(place, value, default=True)
            elif key == "fail_safe":
                self._fail_safe(place, value)
            elif key == "priority":
                values[key] = int(self._number(place, value, whole=True, low=1, high=MAX_PRIORITY))
            elif key == "timeout":
                values["timeout_s"] = self._number(place, value, whole=False, low=0.001, high=MAX_TIMEOUT_S)
            elif isinstance(value, yaml_tree.Mapping):
                options = MappingProxyType({each: yaml_tree.plain(inner) for each, _, inner in value.entries})
                lines |= {f"options.{each}": inner for each, inner, _ in value.entries}
            else:
                self._complain(at, place, "must be a section of options by name")
        given = frozenset(lines) - {""}
        return Plugin(name, options=options, given=given, lines=MappingProxyType(lines), **values)  # type: ignore[arg-type]  # checked above

    def _switch(self, place: str, tree: Tree, *, default: bool) -> bool:
        value = tree.value if isinstance(tree, Scalar) else None
        if isinstance(value, bool):
            return value
        self._complain(tree.line, place, "must be true or false")
        return default

    def _fail_safe(self, place: str, tree: Tree) -> None:
        if not isinstance(tree, Scalar) or (tree.value is not True and tree.text not in _CLOSED):
            self._complain(tree.line, place, _FAIL_OPEN)

    def _number(self, place: str, tree: Tree, *, whole: bool, low: float, high: float) -> float:
        value = tree.value if isinstance(tree, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            self._complain(tree.line, place, f"must be a {'whole ' if whole else ''}number")
        elif not low <= value <= high:
            self._complain(tree.line, place, f"must be at least {low:g} and at most {high:g}")
        else:
            return value
        return low

    def _entries(self, tree: Tree | None, key: str, otherwise: str) -> tuple[tuple[str, int, Tree], ...]:
        if isinstance(tree, yaml_tree.Mapping):
            return tree.entries
        if tree is not None and not (isinstance(tree, Scalar) and tree.empty):
            self._complain(tree.line, key, otherwise)
        return ()

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))


def _unknown(name: str, key: str) -> str:
    if name in CLASSIC:
        return f"is set in config.yaml, under classification.layers.{name}; here the layer only gets a priority"
    return f"{unknown_key(key, _KEYS)}; what the plug-in itself is told stands under options"
