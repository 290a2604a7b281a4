"""API keys that administrators keep in the database."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from lacuna.domain.api_keys import ApiKey
from lacuna.ports.storage import Entry

KeyTable = Mapping[str, ApiKey]
"""Keys by the keyed hash of their token."""


class ApiKeyStore(Protocol):
    """Tokens never reach it, only their keyed hashes. What a change did MUST be visible to every later read in every
    process from the moment the call returns, and durable; a change and its ledger entries are one transaction."""

    async def version(self) -> int:
        """Grows with every change by any process, but not with `used`. Cheap: asked several times a second."""
        ...

    async def everything(self) -> tuple[int, KeyTable]:
        """All keys that are not revoked, and the version they are of, never half of a change."""
        ...

    async def listed(self) -> list[ApiKey]:
        """Every key that was ever made, the newest first."""
        ...

    async def get(self, key_id: str) -> ApiKey | None: ...

    async def add(self, token_hash: str, key: ApiKey, entries: Sequence[Entry], ended: ApiKey | None = None) -> None:
        """Stores a new key and, in the same transaction, the new end of the one that it replaces. Raises TooLarge where
        there are more than may be, and Conflict for a name in use by another key that has not ended."""
        ...

    async def change(self, key: ApiKey, entries: Sequence[Entry]) -> None:
        """Sets expiry and revocation of a key. Raises NotFound, and Conflict where it is revoked already."""
        ...

    async def used(self, key_id: str, at: int, address: str) -> None:
        """Remembers when and from where a key was last used. Not recorded in the ledger."""
        ...
