"""The organisation's own labelled texts: `examples/*.yaml`.

Each file is a list of entries with `text` and `tier`. Promises that a folder with a fault in any entry is refused
whole, with file, line and entry, and that no problem names a text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lacuna.config import yaml_tree
from lacuna.config.problems import Kind, Origin, Problem, nearest, unknown_key
from lacuna.config.yaml_tree import Document, Mapping, Scalar, Sequence, Tree
from lacuna.domain.errors import ConfigError
from lacuna.domain.examples import MAX_EXAMPLE_LENGTH, MAX_EXAMPLES, Example
from lacuna.domain.tiers import Tier

FOLDER: Final = "examples"
MAX_FILES: Final = 200

_KEYS: Final = ("text", "tier")
_TIERS: Final = tuple(tier.name for tier in Tier)
_SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ReadExamples:
    """`examples` in the order of files and entries, each once; empty where there are `problems`."""

    examples: tuple[Example, ...]
    problems: tuple[Problem, ...]


def files(folder: Path) -> list[Path]:
    """The files of the configuration folder's examples, by name; none where there is no such folder."""
    try:
        found = [path for path in (folder / FOLDER).iterdir() if path.suffix in _SUFFIXES and path.name[0] != "."]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found)


def read_folder(folder: Path) -> ReadExamples:
    """The examples in the configuration folder `folder`. Never raises for what the files are or hold."""
    reader = _Reader()
    try:
        paths = files(folder)
    except OSError:
        return ReadExamples((), (Problem(Origin(Kind.FILE, FOLDER), "cannot be listed; make it readable"),))
    if len(paths) > MAX_FILES:
        return ReadExamples((), (Problem(Origin(Kind.FILE, FOLDER), f"holds more than {MAX_FILES} files"),))
    found = dict.fromkeys(example for path in paths for example in reader.file(path))
    if len(found) > MAX_EXAMPLES:
        fault = f"holds {len(found):,} examples; {MAX_EXAMPLES:,} are learned at most"
        reader.problems.append(Problem(Origin(Kind.FILE, FOLDER), fault))
    return ReadExamples(() if reader.problems else tuple(found), tuple(reader.problems))


def sound(folder: Path) -> tuple[Example, ...]:
    """The same where every file must be in order. Raises ConfigError with one line for each fault."""
    read = read_folder(folder)
    if read.problems:
        lines = tuple(str(problem) for problem in read.problems)
        raise ConfigError(f"{FOLDER}/*.yaml cannot be used.", cure="Correct every line.", problems=lines)
    return read.examples


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._name = ""

    def file(self, path: Path) -> Iterator[Example]:
        self._name = f"{FOLDER}/{path.name}"
        document: Document = yaml_tree.read_file(path, self._name)
        self.problems += document.problems
        root = document.root
        if root is None or (isinstance(root, Scalar) and root.empty):
            return
        if not isinstance(root, Sequence):
            self._complain(root.line, "", "must be a list of entries with text and tier")
            return
        for number, entry in enumerate(root.items, 1):
            yield from self._entry(entry, f"entry {number}")

    def _entry(self, entry: Tree, key: str) -> Iterator[Example]:
        if not isinstance(entry, Mapping):
            self._complain(entry.line, key, "must have a text and a tier")
            return
        values = {name: tree for name, _, tree in entry.entries}
        unknown = [(name, line) for name, line, _ in entry.entries if name not in _KEYS]
        for name, line in unknown:
            self._complain(line, key, unknown_key(name, _KEYS))
        for name in _KEYS:
            if name not in values:
                self._complain(entry.line, key, f"has no {name}")
        text = self._text(values.get("text"), key)
        tier = self._tier(values.get("tier"), key)
        if text is not None and tier is not None and not unknown:
            yield Example(text, tier)

    def _text(self, tree: Tree | None, key: str) -> str | None:
        if tree is None:
            return None
        value = tree.value if isinstance(tree, Scalar) else None
        if not isinstance(value, str) or not value.strip():
            self._complain(tree.line, key, "text: must be one text; put it in quotes")
        elif len(value) > MAX_EXAMPLE_LENGTH:
            self._complain(tree.line, key, f"text: is longer than {MAX_EXAMPLE_LENGTH:,} characters")
        else:
            return value
        return None

    def _tier(self, tree: Tree | None, key: str) -> Tier | None:
        if tree is None:
            return None
        value = tree.text.upper() if isinstance(tree, Scalar) else ""
        if value in _TIERS:
            return Tier[value]
        guess = nearest(value, _TIERS)
        hint = f'; did you mean "{guess}"?' if guess else ""
        self._complain(tree.line, key, f"tier: must be one of {', '.join(_TIERS)}{hint}")
        return None

    def _complain(self, line: int, key: str, fault: str) -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))
