"""SQL or Python, whichever it is: `lacuna.ports.code.CodeReader`."""

from typing import Final

from lacuna.adapters.code import python
from lacuna.domain.operations import CodeFacts

MAX_CHARACTERS: Final = 8_000
MAX_NESTING: Final = 40
"""Brackets within brackets: parsers take exponential time, or overflow, on more."""

_OPENING: Final = "([{"
_CLOSING: Final = ")]}"


class SqlOrPython:
    """A `CodeReader`."""

    def read(self, code: str) -> CodeFacts:
        if len(code) > MAX_CHARACTERS or _nesting(code) > MAX_NESTING:
            return CodeFacts("unknown", readable=False)
        from lacuna.adapters.code import sql  # a fifth of the time to start, and few deployments are sent code

        found = sql.facts(code)
        if found.readable:
            return found
        other = python.facts(code)
        return other if other.readable else found


def _nesting(code: str) -> int:
    deepest = depth = 0
    for character in code:
        if character in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in _CLOSING:
            depth = max(0, depth - 1)
    return deepest
