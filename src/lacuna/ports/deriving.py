"""A question of its own, derived from one that may not leave the house."""

from typing import Protocol

from lacuna.domain.splitting import Original


class Deriver(Protocol):
    """MUST run inside the house: it sees text of every tier. What it gives is checked by the caller, word by word, and
    classified anew; it may be nonsense, and it MAY be empty where nothing general is left. MUST NOT keep or log text.
    Failures are DependencyErrors."""

    name: str

    async def derive(self, original: Original) -> str:
        """The general question that would help to answer the original one; "" for none."""
        ...

    async def close(self) -> None: ...
