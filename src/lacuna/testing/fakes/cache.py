"""A cache in a dictionary."""

from lacuna.domain.classification import Classification
from lacuna.ports.cache import Key


class DictCache:
    """A `ClassificationCache` that forgets the oldest beyond `max_entries`, and nothing with age."""

    def __init__(self, max_entries: int = 100) -> None:
        self._max_entries = max_entries
        self._entries: dict[Key, Classification] = {}

    async def get(self, key: Key) -> Classification | None:
        return self._entries.get(key)

    def put(self, key: Key, value: Classification) -> None:
        self._entries[key] = value
        while len(self._entries) > self._max_entries:
            del self._entries[next(iter(self._entries))]

    def clear(self) -> None:
        self._entries.clear()

    async def check(self) -> None:
        """Memory does not fail."""

    async def close(self) -> None:
        self.clear()
