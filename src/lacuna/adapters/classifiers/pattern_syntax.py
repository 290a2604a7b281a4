"""Patterns that people write, in RE2's syntax.

Guarantees that an accepted pattern compiles within bounds, runs in linear time, and does not match the empty text; a
refused one says at which character it is wrong.
"""

from typing import Any, Final

import re2

from lacuna.domain.errors import InvalidInput

MAX_PATTERN: Final = 2_000
MAX_PROGRAM: Final = 20_000
"""Steps of RE2's program. A letter of any script (`\\pL`) takes some 300."""

_NOT_IN_RE2: Final = frozenset({"invalid perl operator", "invalid escape sequence"})


class UnusablePattern(InvalidInput):
    """`fault` says what is wrong: "character 3: missing )"."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"pattern: {fault}.", cure="Patterns have RE2's syntax.")
        self.fault = fault


def compile_pattern(pattern: str) -> Any:
    """The pattern as the engine takes it. Raises UnusablePattern."""
    if not pattern:
        raise UnusablePattern("is empty")
    if len(pattern) > MAX_PATTERN:
        raise UnusablePattern(f"is longer than {MAX_PATTERN:,} characters")
    if not pattern.isascii() and any(map(_is_surrogate, pattern)):
        raise UnusablePattern("holds half a surrogate pair")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as refused:
        raise UnusablePattern(_syntax_fault(pattern, refused)) from None
    if compiled.programsize > MAX_PROGRAM:
        raise UnusablePattern(f"makes a program of {compiled.programsize:,} steps; the limit is {MAX_PROGRAM:,}")
    if compiled.fullmatch("") is not None:
        raise UnusablePattern("matches the empty text, so it would be found everywhere")
    return compiled


def _syntax_fault(pattern: str, refused: Any) -> str:
    """RE2's words with the place they mean, counted from 1."""
    said = refused.args[0]
    message = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    reason, _, fragment = message.partition(": ")
    if reason in ("missing )", "unexpected )"):
        place = _unmatched(pattern, reason == "missing )")
    elif reason.startswith("trailing"):
        place = len(pattern) - 1
    else:
        place = pattern.find(fragment) if fragment else -1
    hint = "; RE2 has no look-around and no back-references" if reason in _NOT_IN_RE2 else ""
    return f"character {place + 1}: {reason}{hint}" if place >= 0 else reason


def _unmatched(pattern: str, opening: bool) -> int:
    """The last bracket that is never closed, or the first that closes nothing."""
    opened: list[int] = []
    escaped = in_class = False
    for place, character in enumerate(pattern):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            opened.append(place)
        elif character == ")":
            if not opened:
                return place
            opened.pop()
    return opened[-1] if opening and opened else 0


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
