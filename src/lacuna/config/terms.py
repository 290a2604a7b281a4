"""The organisation's own words: `proprietary_terms.yaml`.

Promises that every term is text fit to be searched for, and that doubtful entries are reported with their line. How
terms are spelled in the wild and what they mean for a tier is left to the classifier.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lacuna.config import plain_lists, yaml_tree
from lacuna.config.problems import Kind, Origin, Problem, nearest, unknown_key
from lacuna.config.yaml_tree import EMPTY, MAX_BYTES, Document, Mapping, Scalar, Sequence, Tree
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import Match, Term, TermList, TermSet, fault_of, form_of, forms_of

__all__ = ["FILE_NAME", "MAX_BYTES", "ReadTerms", "interpret", "read_file", "sound"]

FILE_NAME: Final = "proprietary_terms.yaml"

_PUBLIC: Final = "public_phrases"
_LISTS: Final = (*(each.value for each in TermList), _PUBLIC)
_ENTRY_KEYS: Final = ("name", "aliases", "match")


@dataclass(frozen=True, slots=True)
class ReadTerms:
    terms: TermSet
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def read_file(path: Path, name: str = FILE_NAME) -> ReadTerms:
    """The terms in the file `path`; `name` stands for it in problems. Never raises for what the file is or holds."""
    text = yaml_tree.file_text(path, name)
    if isinstance(text, Document):
        return interpret(text, name)
    root = plain_lists.read(text)
    return interpret(yaml_tree.read_text(text, name) if root is None else Document(root), name)


def sound(path: Path, name: str = FILE_NAME) -> TermSet:
    """The same where the file must be in order. Raises ConfigError with one line for each fault."""
    read = read_file(path, name)
    if read.problems:
        lines = tuple(str(problem) for problem in read.problems)
        raise ConfigError(f"{name} cannot be used.", cure="Correct every line.", problems=lines)
    return read.terms


def interpret(document: Document, name: str) -> ReadTerms:
    """The terms in `document`, read from the file `name`."""
    reader = _Reader(name)
    lists = dict(reader.lists(document.root))
    public = tuple(term.name for term in lists.pop(_PUBLIC, ()))
    return ReadTerms(TermSet(**lists, public=public), (*document.problems, *reader.problems), tuple(reader.warnings))


class _Reader:
    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._name = name
        self._seen: dict[tuple[str, Match], dict[str, int]] = {}
        """By list and condition the forms that came first there, and their lines."""

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

    def _terms(self, listed: str, sequence: Sequence) -> Iterable[Term]:
        texts = self._usual(listed, sequence)
        return self._one_by_one(listed, sequence) if texts is None else map(Term, texts)

    def _usual(self, listed: str, sequence: Sequence) -> list[str] | None:
        """The terms of a list of nothing but names that are all fit for use and new, in a small part of the time; None
        for every other."""
        scalars = [item for item in sequence.items if isinstance(item, Scalar)]
        texts = [scalar.text.strip() for scalar in scalars]
        if len(scalars) < len(sequence.items) or not EMPTY.isdisjoint(texts) or any(map(fault_of, texts)):
            return None
        new = dict(zip(forms_of(texts), (scalar.line for scalar in scalars), strict=True))
        if len(new) < len(texts) or not all(map(new.keys().isdisjoint, self._seen.values())):
            return None
        self._seen.setdefault((listed, Match.AUTOMATIC), {}).update(new)
        return texts

    def _one_by_one(self, listed: str, sequence: Sequence) -> Iterator[Term]:
        for index, item in enumerate(sequence.items):
            key = f"{listed}[{index}]"
            if isinstance(item, Mapping) and listed != _PUBLIC:
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
        match = self._match(key, parts.get("match"))
        title = self._text(listed, f"{key}.name", parts["name"], match)
        aliases = parts.get("aliases", Sequence(entry.line, ()))
        if not isinstance(aliases, Sequence):
            self._complain(aliases.line, f"{key}.aliases", "must be a list of terms")
            return
        texts = [self._text(listed, f"{key}.aliases[{n}]", alias, match) for n, alias in enumerate(aliases.items)]
        known = tuple(text for text in texts if text is not None)
        if title is not None:
            yield Term(title, known, match)
        elif known:
            yield Term(known[0], known[1:], match)

    def _match(self, key: str, tree: Tree | None) -> Match:
        if tree is None or (isinstance(tree, Scalar) and tree.empty):
            return Match.AUTOMATIC
        written = tree.text.strip().lower() if isinstance(tree, Scalar) else ""
        if written in list(Match):
            return Match(written)
        guess = nearest(written, list(Match))
        hint = f'; did you mean "{guess}"?' if guess else ""
        self._complain(tree.line, f"{key}.match", f"must be one of {', '.join(Match)}{hint}")
        return Match.AUTOMATIC

    def _text(self, listed: str, key: str, tree: Tree, match: Match = Match.AUTOMATIC) -> str | None:
        """A term fit for use, or None: a fault or a repetition, which is reported. Numbers count as written."""
        if not isinstance(tree, Scalar):
            self._complain(tree.line, key, "must be a text")
            return None
        text = "" if tree.empty else tree.text.strip()
        fault = fault_of(text)
        if fault:
            self._complain(tree.line, key, fault)
            return None
        return text if self._new(listed, key, text, tree.line, match) else None

    def _new(self, listed: str, key: str, text: str, line: int, match: Match) -> bool:
        """Whether the term adds anything. In another list it does, as the tiers may differ, and so it does with another
        `match`."""
        form = form_of(text)
        known = next((place for place, forms in self._seen.items() if form in forms), None)
        if known is None:
            self._seen.setdefault((listed, match), {})[form] = line
            return True
        where, before = known
        earlier = self._seen[known][form]
        origin = Origin(Kind.FILE, self._name, line, key)
        if where != listed:
            said = f"is also under {where} in line {earlier}; the higher tier counts"
        elif match is not before:
            said = f"repeats the term in line {earlier} with another match; the looser counts"
        else:
            said = f"repeats the term in line {earlier}"
        self.warnings.append(str(Problem(origin, said)))
        return where != listed or match is not before

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))
