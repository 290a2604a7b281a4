"""Which HMAC keys a log has had, kept beside it."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.ports.storage import Entry


class HmacKeyHistory(Protocol):
    """The ids of the keys, never the keys. MUST be the same for every process that appends to the log."""

    async def known(self) -> tuple[str, ...]:
        """Oldest first, the current one last; empty where none was begun with. Raises StorageError."""
        ...

    async def begin(self, key_ids: Sequence[str]) -> tuple[str, ...]:
        """Makes these the log's keys, oldest first, unless it has some; what is known then. Raises StorageError."""
        ...

    async def rotate(self, old: str, new: str, entry: Entry) -> None:
        """Makes `new` the current key, in one transaction with its record. Raises Conflict where `old` is not the
        current one or `new` was one before, and StorageError."""
        ...
