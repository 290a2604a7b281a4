"""YAML read into a tree that knows its lines.

The accepted language is the plain part of YAML 1.2: mappings with text keys, sequences and scalars, one document. Tags,
anchors and aliases are refused (they add nothing here and let a small file grow without bound), as are duplicate keys.
Depth, size and number of values are bounded. What the values mean is left to the caller.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from lacuna.config.problems import Kind, Origin, Problem, shown

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_DEPTH: Final = 12
MAX_VALUES: Final = 400_000
MAX_LINE: Final = 100_000
"""Characters. The YAML scanner's time grows with the square of some tokens' length."""

_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,30}")
_OTHER_BASE: Final = re.compile(r"0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")


EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain scalars that say nothing."""


class Scalar(NamedTuple):
    """`text` as written, without quotes; `plain` if it had none."""

    line: int
    text: str
    plain: bool

    @property
    def empty(self) -> bool:
        """Whether it says nothing: `key:`, `key: ~`, `key: null`."""
        return self.plain and self.text in EMPTY

    @property
    def value(self) -> bool | int | float | str | None:
        """The value by the core schema of YAML 1.2 (section 10.3.2)."""
        text = self.text
        if not self.plain:
            return text
        if self.empty:
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text[0] in "tT"
        if _INTEGER.fullmatch(text):
            return int(text)
        if _OTHER_BASE.fullmatch(text):
            return int(text, 0)
        return float(text) if len(text) < 60 and _FLOAT.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """`entries` in the order of the file: key, the key's line, value."""

    line: int
    entries: tuple[tuple[str, int, "Tree"], ...]


Tree = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds: `root` is None where it is empty or cannot be read at all; then `problems` says why."""

    root: Tree | None
    problems: tuple[Problem, ...] = ()


def plain(tree: Tree) -> object:
    """The value of a tree whose depth and size the reader has bounded."""
    match tree:
        case Scalar():
            return tree.value
        case Sequence():
            return [plain(item) for item in tree.items]
        case Mapping():
            return {key: plain(inner) for key, _, inner in tree.entries}


def read_file(path: Path, name: str) -> Document:
    """The document in `path`; `name` stands for it in problems. Never raises for what the file is or holds."""
    text = file_text(path, name)
    return text if isinstance(text, Document) else read_text(text, name)


def read_text(text: str, name: str) -> Document:
    """The document in `text`. Problems are collected; only a syntax error ends the reading early."""
    builder = _Builder(name)
    for number, content in enumerate(text.split("\n"), 1):
        if len(content) > MAX_LINE:
            builder.complain(number, f"has more than {MAX_LINE:,} characters in one line")
            return Document(None, tuple(builder.problems))
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _OverLimit as limit:
        builder.complain(limit.line, limit.fault)
        return Document(None, tuple(builder.problems))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        builder.complain(line, "holds a control character that YAML does not allow")
        return Document(None, tuple(builder.problems))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.complain(mark.line + 1 if mark is not None else 0, f"is not YAML: {_said(error)}")
        return Document(None, tuple(builder.problems))
    except (YAMLError, ValueError):
        builder.complain(0, "is not YAML")
        return Document(None, tuple(builder.problems))
    return Document(builder.root, tuple(builder.problems))


def file_text(path: Path, name: str) -> str | Document:
    """The text in `path`, or an empty document whose problem says why there is none."""

    def refused(fault: str) -> Document:
        return Document(None, (Problem(Origin(Kind.FILE, name), fault),))

    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return refused("is a folder; a file is expected here")
        if not stat.S_ISREG(mode):
            return refused("is no regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except PermissionError:
        return refused("cannot be read: permission denied; make it readable for the user that runs Lacuna")
    except OSError as error:
        return refused(f"cannot be read: {os.strerror(error.errno) if error.errno else 'unknown fault'}")
    if len(data) > MAX_BYTES:
        return refused(f"is larger than {MAX_BYTES // (1024 * 1024)} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Document(None, (Problem(Origin(Kind.FILE, name, line), "is not UTF-8; save it in that encoding"),))


def _said(error: MarkedYAMLError) -> str:
    """The parser's own words on one line, without its excerpt of the file."""
    return shown(" ".join(str(error.problem or "syntax error").split()))


class _OverLimit(Exception):
    def __init__(self, line: int, fault: str) -> None:
        super().__init__(fault)
        self.line = line
        self.fault = fault


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet. `key` is a mapping's key that waits for its value."""

    line: int
    items: list[Tree] | None
    entries: dict[str, tuple[int, Tree]]
    key: tuple[str, int] | None = None


class _Builder:
    """Builds the tree from parser events with a stack of its own: no recursion, whatever the file holds."""

    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self.root: Tree | None = None
        self._name = name
        self._stack: list[_Open] = []
        self._documents = 0
        self._values = 0

    def complain(self, line: int, fault: str, key: str = "") -> None:
        self.problems.append(Problem(Origin(Kind.FILE, self._name, line, key), fault))

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:
                    self.complain(line, "begins a second document; everything belongs into one")
            case AliasEvent():
                self.complain(line, "uses an alias (*); write the value out")
                self._add(Scalar(line, "", plain=True))
            case ScalarEvent():
                self._values += 1
                if self._values > MAX_VALUES:
                    raise _OverLimit(line, f"holds more than {MAX_VALUES:,} values")
                self._plain_only(event, line)
                self._add(Scalar(line, event.value, plain=not event.style))
            case MappingStartEvent() | SequenceStartEvent():
                self._plain_only(event, line)
                if len(self._stack) == MAX_DEPTH:
                    raise _OverLimit(line, f"is nested more than {MAX_DEPTH} levels deep")
                self._stack.append(_Open(line, None if isinstance(event, MappingStartEvent) else [], {}))
            case MappingEndEvent() | SequenceEndEvent():
                done = self._stack.pop()
                if done.items is not None:
                    self._add(Sequence(done.line, tuple(done.items)))
                else:
                    self._add(Mapping(done.line, tuple((key, at, tree) for key, (at, tree) in done.entries.items())))
            case _:
                pass

    def _plain_only(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.complain(line, "uses an anchor (&); write the value out where it is needed")
        if event.tag is not None:
            self.complain(line, "uses a tag (!); only plain values are accepted")

    def _add(self, tree: Tree) -> None:
        if not self._stack:
            self.root = tree if self._documents == 1 else self.root
            return
        parent = self._stack[-1]
        if parent.items is not None:
            parent.items.append(tree)
        elif parent.key is None:
            if not isinstance(tree, Scalar):
                self.complain(tree.line, "has a list or section where a key is expected")
            parent.key = (tree.text if isinstance(tree, Scalar) else "", tree.line)
        else:
            key, line = parent.key
            parent.key = None
            if key in parent.entries:
                first = parent.entries[key][0]
                self.complain(line, f"duplicate key; it stands in line {first} already", ".".join(self._keys(key)))
            else:
                parent.entries[key] = (line, tree)

    def _keys(self, last: str) -> Iterator[str]:
        yield from (each.key[0] for each in self._stack[:-1] if each.key is not None)
        yield last
