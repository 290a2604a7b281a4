"""A follow-up question as a question of its own."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.classification import Turn


class Rewriter(Protocol):
    """MUST run inside the house: it sees text of every tier. What it gives is checked by the caller, and used to search
    the organisation's own documents only. MUST NOT keep or log text. Failures are DependencyErrors."""

    name: str

    async def rewrite(self, question: str, conversation: Sequence[Turn]) -> str:
        """The question so that it can be understood without the turns before it."""
        ...

    async def close(self) -> None: ...
