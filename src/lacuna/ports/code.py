"""Reading what a piece of code does, without running it."""

from typing import Protocol

from lacuna.domain.operations import CodeFacts


class CodeReader(Protocol):
    """MUST NOT run or import anything of the code, and MUST end within bounded time. Blocking, thread-safe."""

    def read(self, code: str) -> CodeFacts:
        """What the code does at most: an operation, column or table that it may touch is in the facts. Whatever cannot
        be read for certain is not `readable`. MUST NOT raise for what the code is."""
        ...
