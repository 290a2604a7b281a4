"""The administrator's own recognisers: `recognisers.yaml`.

Promises that every recogniser it gives can be used, and reports each fault with its line. What a recogniser may be is
decided by `lacuna.adapters.classifiers.custom`, which is only loaded where the file exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lacuna.config.problems import Kind, Origin, Problem, unknown_key
from lacuna.config.yaml_tree import Document, Mapping, Scalar, Sequence, Tree
from lacuna.domain.tiers import Tier

if TYPE_CHECKING:
    from lacuna.adapters.classifiers.recogniser import Recogniser

FILE_NAME: Final = "recognisers.yaml"
MAX_RECOGNISERS: Final = 300

_LIST: Final = "recognisers"
_TEXTS: Final = ("id", "kind", "pattern", "validator")
_LISTS: Final = ("context", "examples", "counterexamples")
_KEYS: Final = (
    "id",
    "kind",
    "tier",
    "pattern",
    "context",
    "validator",
    "score",
    "group",
    "examples",
    "counterexamples",
)


@dataclass(frozen=True, slots=True)
class ReadRecognisers:
    recognisers: tuple["Recogniser", ...]
    problems: tuple[Problem, ...]


def interpret(document: Document, name: str = FILE_NAME) -> ReadRecognisers:
    """The recognisers in `document`, read from the file `name`."""
    reader = _Reader(name)
    found = tuple(reader.recognisers(document.root))
    return ReadRecognisers(found, (*document.problems, *reader.problems))


class _Reader:
    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._lines: dict[str, int] = {}

    def recognisers(self, root: Tree | None) -> Iterator["Recogniser"]:
        if root is None or (isinstance(root, Scalar) and root.empty):
            return
        if not isinstance(root, Mapping):
            self._complain(root.line, "", f"must hold the list {_LIST}")
            return
        for key, line, tree in root.entries:
            if key != _LIST:
                self._complain(line, key, unknown_key(key, (_LIST,)))
            elif isinstance(tree, Sequence):
                yield from self._listed(tree)
            elif not (isinstance(tree, Scalar) and tree.empty):
                self._complain(line, key, "must be a list of recognisers")

    def _listed(self, sequence: Sequence) -> Iterator["Recogniser"]:
        if len(sequence.items) > MAX_RECOGNISERS:
            self._complain(sequence.line, _LIST, f"holds more than {MAX_RECOGNISERS} recognisers")
            return
        for number, item in enumerate(sequence.items):
            key = f"{_LIST}[{number}]"
            if not isinstance(item, Mapping):
                self._complain(item.line, key, f"must be a section with {', '.join(_KEYS)}")
            elif (made := self._made(key, item)) is not None:
                yield made

    def _made(self, key: str, entry: Mapping) -> "Recogniser | None":
        from lacuna.adapters.classifiers.custom import Definition, Refused, recogniser

        before = len(self.problems)
        lines, values = self._values(key, entry)
        for wanted in ("id", "pattern", "examples"):
            if wanted not in lines:
                self._complain(entry.line, key, f"has no {wanted}")
        if len(self.problems) > before:
            return None
        try:
            made = recogniser(Definition(**values))
        except Refused as refused:
            line = lines.get(refused.key) or lines.get(refused.key.partition("[")[0]) or entry.line
            self._complain(line, f"{key}.{refused.key}", refused.fault)
            return None
        if made.rule in self._lines:
            self._complain(
                lines["id"], f"{key}.id", f"is the id of the recogniser in line {self._lines[made.rule]} too"
            )
            return None
        self._lines[made.rule] = entry.line
        return made

    def _values(self, key: str, entry: Mapping) -> tuple[dict[str, int], dict[str, Any]]:
        """The line of each field and of each item of its lists, and the values as a definition takes them."""
        lines: dict[str, int] = {}
        values: dict[str, Any] = {}
        for name, line, tree in entry.entries:
            place = f"{key}.{name}"
            if name not in _KEYS:
                self._complain(line, place, unknown_key(name, _KEYS))
                continue
            lines[name] = tree.line
            if isinstance(tree, Scalar) and tree.empty:
                continue
            if name in _LISTS:
                values[name] = self._texts(name, place, tree, lines)
            elif not isinstance(tree, Scalar):
                self._complain(tree.line, place, "must be one value")
            else:
                self._scalar(name, place, tree, values)
        return lines, values

    def _scalar(self, name: str, place: str, tree: Scalar, values: dict[str, Any]) -> None:
        if name in _TEXTS:
            values[name] = tree.text
        elif name == "tier":
            try:
                values[name] = Tier.parse(tree.text)
            except ValueError:
                self._complain(tree.line, place, f"must be one of {', '.join(tier.name for tier in Tier)}")
        elif isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
            self._complain(tree.line, place, "must be a number")
        elif name == "group" and not isinstance(tree.value, int):
            self._complain(tree.line, place, "must be a whole number")
        else:
            values[name] = tree.value

    def _texts(self, name: str, place: str, tree: Tree, lines: dict[str, int]) -> tuple[str, ...]:
        if not isinstance(tree, Sequence):
            self._complain(tree.line, place, "must be a list of texts")
            return ()
        texts = []
        for number, item in enumerate(tree.items):
            lines[f"{name}[{number}]"] = item.line
            if isinstance(item, Scalar):
                texts.append(item.text)
            else:
                self._complain(item.line, f"{place}[{number}]", "must be a text")
        return tuple(texts)

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))
