"""Texts of decisions, kept so that they can be erased for good."""

from collections.abc import Mapping
from typing import Protocol


class TextVault(Protocol):
    """Texts by decision and part ("query", "answer"), each under the key of one subject. MUST keep texts and keys
    encrypted, and apart from each other: what is erased MUST NOT come back with a backup of the texts. Subjects and
    decisions are told apart by their ids, which are not secret."""

    async def put(self, subject: str, decision: str, texts: Mapping[str, str]) -> None:
        """Durable when it returns; parts that are there already are replaced. Raises StorageError."""
        ...

    async def get(self, decision: str) -> dict[str, str]:
        """What was kept. Raises NotFound where nothing was, or where it was erased, and StorageCorrupt where what is
        there was changed or moved."""
        ...

    async def erase(self, subject: str) -> bool:
        """Destroys the subject's key, and removes the texts under it. Whether there was one. A text kept afterwards has
        a new key. Raises StorageError."""
        ...

    async def close(self) -> None: ...
