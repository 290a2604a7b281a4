"""The organisation's own words: `proprietary_terms.yaml`.

Promises that every term is text fit to be searched for, and that doubtful entries are reported with their line. How
terms are spelled in the wild and what they mean for a tier is left to the classifier.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lacuna.config.problems import Kind, Origin, Problem, unknown_key
from lacuna.config.yaml_tree import Document, Mapping, Scalar, Sequence, Tree

FILE_NAME: Final = "proprietary_terms.yaml"
MIN_LENGTH: Final = 2
MAX_LENGTH: Final = 200

_LISTS: Final = ("projects", "customers", "internal_terms")
_ENTRY_KEYS: Final = ("name", "aliases")
_SEPARATORS: Final = re.compile(r"[\s_./-]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A name and the other names of the same thing."""

    name: str
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the organisation protects by name. `projects` and `customers` are names; `internal_terms` are markings and
    words that stay inside."""

    projects: tuple[Term, ...] = ()
    customers: tuple[Term, ...] = ()
    internal_terms: tuple[Term, ...] = ()

    def __len__(self) -> int:
        return len(self.projects) + len(self.customers) + len(self.internal_terms)


@dataclass(frozen=True, slots=True)
class ReadTerms:
    terms: Terms
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def interpret(document: Document, name: str) -> ReadTerms:
    """The terms in `document`, read from the file `name`."""
    reader = _Reader(name)
    lists = dict(reader.lists(document.root))
    terms = Terms(*(lists.get(key, ()) for key in _LISTS))
    return ReadTerms(terms, (*document.problems, *reader.problems), tuple(reader.warnings))


class _Reader:
    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._name = name
        self._seen: dict[str, tuple[str, int]] = {}

    def lists(self, root: Tree | None) -> Iterator[tuple[str, tuple[Term, ...]]]:
        if root is None or (isinstance(root, Scalar) and root.empty):
            return
        if not isinstance(root, Mapping):
            self._complain(root.line, "", f"must hold lists: {', '.join(_LISTS)}")
            return
        for key, line, tree in root.entries:
            if key not in _LISTS:
                self._complain(line, key, unknown_key(key, _LISTS))
            elif isinstance(tree, Sequence):
                yield key, tuple(self._terms(key, tree))
            elif not (isinstance(tree, Scalar) and tree.empty):
                self._complain(line, key, "must be a list of terms")

    def _terms(self, listed: str, sequence: Sequence) -> Iterator[Term]:
        for index, item in enumerate(sequence.items):
            key = f"{listed}[{index}]"
            if isinstance(item, Mapping):
                yield from self._entry(listed, key, item)
            elif (name := self._text(listed, key, item)) is not None:
                yield Term(name)

    def _entry(self, listed: str, key: str, entry: Mapping) -> Iterator[Term]:
        """A term with aliases: {name: ..., aliases: [...]}."""
        parts: dict[str, Tree] = {}
        for name, line, tree in entry.entries:
            if name in _ENTRY_KEYS:
                parts[name] = tree
            else:
                self._complain(line, f"{key}.{name}", unknown_key(name, _ENTRY_KEYS))
        if "name" not in parts:
            self._complain(entry.line, key, "has no name")
            return
        title = self._text(listed, f"{key}.name", parts["name"])
        aliases = parts.get("aliases", Sequence(entry.line, ()))
        if not isinstance(aliases, Sequence):
            self._complain(aliases.line, f"{key}.aliases", "must be a list of terms")
            return
        texts = [self._text(listed, f"{key}.aliases[{n}]", alias) for n, alias in enumerate(aliases.items)]
        known = tuple(text for text in texts if text is not None)
        if title is not None:
            yield Term(title, known)
        elif known:
            yield Term(known[0], known[1:])

    def _text(self, listed: str, key: str, tree: Tree) -> str | None:
        """A term fit for use, or None: a fault or a repetition, which is reported. Numbers count as written."""
        if not isinstance(tree, Scalar):
            self._complain(tree.line, key, "must be a text")
            return None
        text = "" if tree.empty else tree.text.strip()
        fault = ""
        if not text:
            fault = "is empty"
        elif len(text) < MIN_LENGTH:
            fault = f"is shorter than {MIN_LENGTH} characters and would match everywhere"
        elif len(text) > MAX_LENGTH:
            fault = f"is longer than {MAX_LENGTH} characters"
        elif not text.isprintable():
            fault = "holds a line break or control character"
        elif not any(char.isalnum() for char in text):
            fault = "holds no letter or digit"
        if fault:
            self._complain(tree.line, key, fault)
            return None
        return text if self._first(listed, key, text, tree.line) else None

    def _first(self, listed: str, key: str, text: str, line: int) -> bool:
        """Whether this list does not have the term yet. In another list it counts again: the tiers may differ."""
        form = _SEPARATORS.sub("", text.casefold())
        if form not in self._seen:
            self._seen[form] = (listed, line)
            return True
        where, earlier = self._seen[form]
        origin = Origin(Kind.FILE, self._name, line, key)
        if where == listed:
            self.warnings.append(str(Problem(origin, f"repeats the term in line {earlier}")))
            return False
        self.warnings.append(str(Problem(origin, f"is also under {where} in line {earlier}; the higher tier counts")))
        return True

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))
