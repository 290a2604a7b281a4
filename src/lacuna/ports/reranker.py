"""Judging how well passages answer a question, one pair at a time."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """Sees questions and passages of every tier: stays in the house, and MUST NOT be built for an address outside
    private networks."""

    name: str

    @property
    def host(self) -> str:
        """Where texts go ("" in process)."""
        ...

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One finite score a text, in order; higher is better, on no fixed scale. Texts are data. Raises a
        DependencyError."""
        ...

    async def check(self) -> None:
        """Raises a DependencyError if the back end does not answer."""
        ...

    async def close(self) -> None: ...
