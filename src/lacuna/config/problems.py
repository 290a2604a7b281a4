"""Faults with their place, in the words the user reads.

A problem names the place, the key and the fault, and never a value: a value may be a secret in the wrong place.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pydantic_core import ErrorDetails

_MAX_KEY: Final = 80


class Kind(IntEnum):
    """Where a value comes from; the higher wins."""

    DEFAULT = 0
    FILE = 1
    ENVIRONMENT = 2
    COMMAND_LINE = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """The place that set a value: `name` is the file or the variable, `key` the setting as written there."""

    kind: Kind
    name: str = ""
    line: int = 0
    key: str = ""

    def __str__(self) -> str:
        match self.kind:
            case Kind.FILE:
                return f"{self.name}:{self.line}" if self.line else self.name
            case Kind.ENVIRONMENT:
                return f"environment {self.name}"
            case Kind.COMMAND_LINE:
                return "command line"
            case Kind.DEFAULT:
                return "default"


DEFAULT: Final = Origin(Kind.DEFAULT)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `suffix` leads from the setting to a part of it: "[1]"."""

    origin: Origin
    fault: str
    suffix: str = ""

    def __str__(self) -> str:
        key = shown(self.origin.key) + self.suffix
        if self.origin.kind is Kind.ENVIRONMENT:
            return f"{self.origin}: {self.fault}"
        if not key:
            return f"{self.origin}: {self.fault}"
        return f"{key}: {self.fault}" if self.origin.kind is Kind.DEFAULT else f"{self.origin}: {key}: {self.fault}"

    @property
    def order(self) -> tuple[int, str, int]:
        return (self.origin.kind, self.origin.name, self.origin.line)


def report(problems: Iterable[Problem]) -> tuple[str, ...]:
    """One line for each problem, in reading order: files, environment, command line."""
    return tuple(dict.fromkeys(str(problem) for problem in sorted(problems, key=lambda problem: problem.order)))


def shown(key: str) -> str:
    """A key that the user wrote, fit for one line of output."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in key)
    return clean if len(clean) <= _MAX_KEY else clean[: _MAX_KEY - 1] + "\N{HORIZONTAL ELLIPSIS}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, if any is like it: by its letters and digits, then by similarity."""
    by_letters: dict[str, str] = {}
    for candidate in known:
        by_letters.setdefault(squashed(candidate), candidate)
    letters = squashed(name)[:_MAX_KEY]
    if letters in by_letters:
        return by_letters[letters]
    found = difflib.get_close_matches(letters, by_letters, n=1, cutoff=0.6)
    return by_letters[found[0]] if found else None


def squashed(name: str) -> str:
    """Letters and digits only, lower case: what remains of a name when separators and case are ignored."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def unknown_key(key: str, known: Iterable[str]) -> str:
    candidates = tuple(known)
    guess = nearest(key, candidates)
    if guess is not None:
        return f'unknown key; did you mean "{guess}"?'
    return f"unknown key; known here: {', '.join(candidates)}"


def type_fault(error: ErrorDetails, given: object) -> str:
    """What a failed check means to the user. `given` is only compared with the allowed words, never shown."""
    context = error.get("ctx", {})
    match error["type"]:
        case "lacuna":
            return error["msg"]
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return "must be a whole number"
        case "float_type" | "float_parsing" | "finite_number":
            return "must be a number"
        case "string_type":
            return "must be one text; put it in quotes"
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", str(context["expected"]))
            guess = nearest(given, words) if isinstance(given, str) else None
            return f"must be one of {', '.join(words)}" + (f'; did you mean "{guess}"?' if guess else "")
        case "greater_than":
            return f"must be more than {context['gt']}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "tuple_type":
            return "must be a list"
        case "path_type":
            return "must be the path of a folder"
        case "string_too_short":
            return "must not be empty"
        case _:
            return error["msg"]
