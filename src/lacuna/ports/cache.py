"""A bounded cache of classifications. Never the only copy of anything; right answers do not depend on it."""

from typing import Protocol, Union

from lacuna.domain.classification import Classification

KeyPart = Union[None, bool, int, str, bytes, tuple["KeyPart", ...]]  # noqa: UP007  a name in quotes takes no `|`
Key = tuple[KeyPart, ...]
"""Every input the value depends on: the whole question, what the asker may reach where that matters, and the version of
everything that was asked. A tuple, because joined strings collide. Versions MUST name content: a key may meet entries
that another process, or one before a restart, put there."""


class ClassificationCache(Protocol):
    """MUST be bounded; MUST take `clear` from any thread while the rest runs on one event loop; MUST give back for a
    key only what was put for exactly that key; MAY forget anything at any time. MUST raise nothing where a store
    outside the process fails or is slow: that is a miss, found out within a fraction of a second."""

    async def get(self, key: Key) -> Classification | None: ...

    def put(self, key: Key, value: Classification) -> None:
        """Does not wait for a store outside the process."""
        ...

    def clear(self) -> None:
        """Forgets what this process holds."""
        ...

    async def check(self) -> None:
        """Raises DependencyError while a store outside the process cannot be used."""
        ...

    async def close(self) -> None: ...
