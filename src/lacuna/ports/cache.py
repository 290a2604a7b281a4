"""A bounded cache. Never the only copy of anything."""

from typing import Protocol

from lacuna.domain.classification import Classification

Key = tuple[object, ...]
"""Every input the value depends on, as a tuple: joined strings collide."""


class ClassificationCache(Protocol):
    """MUST be bounded and safe under threads; MAY forget anything at any time."""

    def get(self, key: Key) -> Classification | None: ...

    def put(self, key: Key, value: Classification) -> None: ...

    def clear(self) -> None: ...
