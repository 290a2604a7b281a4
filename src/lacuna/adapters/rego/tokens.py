"""The words of a Rego file, with their places.

Promise: every character of the file is in a token or between two; strings and comments are never taken for code. What
the words mean is left to the checks (checks.py) and to the engine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Kind(Enum):
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    SIGN = "sign"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `line` and `column` start at 1; `depth` counts the brackets around it; `first` says that it begins its
    line."""

    kind: Kind
    text: str
    line: int
    column: int
    depth: int
    first: bool
    start: int
    """Its offset in the file, in characters."""


_TOKEN: Final = re.compile(
    r"""(?P<skip>[ \t\r\f\v]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<sign>:=|==|!=|<=|>=|[-+*/%&|=<>{}()\[\],.;:$])
      | (?P<unknown>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a file in order."""
    line, start, depth, first = 1, 0, 0, True
    for match in _TOKEN.finditer(source):
        group, text = match.lastgroup, match.group()
        if group == "newline":
            line, start, first = line + 1, match.end(), True
            continue
        if group == "skip":
            continue
        if text in _CLOSING:
            depth = max(0, depth - 1)
        yield Token(Kind(group), text, line, match.start() - start + 1, depth, first, match.start())
        if text in _OPENING:
            depth += 1
        first = False
        if "\n" in text:  # a raw string over several lines
            line += text.count("\n")
            start = match.start() + text.rindex("\n") + 1


def statements(found: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each top-level statement: package, import, rule. A statement begins at the margin."""
    current: list[Token] = []
    for token in found:
        begins = token.first and token.column == 1 and token.depth == 0 and token.kind is Kind.NAME
        if begins and token.text != "else" and current:
            yield current
            current = []
        current.append(token)
    if current:
        yield current


def place(source: str, offset: int) -> tuple[int, int]:
    """Line and column of a byte offset, both from 1."""
    before = source.encode()[:offset].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
