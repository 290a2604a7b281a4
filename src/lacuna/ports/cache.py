"""Bounded caches of classifications and of what models wrote. Never the only copy of anything; right answers do not
depend on them."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, as it came from it, and the id of the answer it was first released as."""

    text: str
    answer_id: str


class AnswerCache(Protocol):
    """MUST be bounded in number and age; MUST give back for a key only what was put for exactly that key; MUST hold
    texts encrypted under a key of their subject, so that from the moment that key is destroyed they come back nowhere,
    and keys as keyed digests only; MAY forget anything at any time. MUST raise nothing where a store outside the
    process fails or is slow: that is a miss, found out within a fraction of a second."""

    async def get(self, key: Key) -> Written | None: ...

    async def put(self, key: Key, value: Written, subject: str) -> None:
        """`subject` is who asked. Does not wait for a store outside the process."""
        ...

    async def check(self) -> None:
        """Raises DependencyError while a store outside the process cannot be used."""
        ...

    async def close(self) -> None: ...
