"""Caches in a dictionary."""

from lacuna.domain.classification import Classification
from lacuna.ports.cache import Key, Written


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


class DictAnswers:
    """An `AnswerCache` that forgets the oldest beyond `max_entries`, nothing with age, and a subject on `forget`. It
    encrypts nothing and keeps its keys as they are: it lives no longer than a test."""

    def __init__(self, max_entries: int = 100) -> None:
        self._max_entries = max_entries
        self.entries: dict[Key, tuple[Written, str]] = {}

    async def get(self, key: Key) -> Written | None:
        found = self.entries.get(key)
        return None if found is None else found[0]

    async def put(self, key: Key, value: Written, subject: str) -> None:
        self.entries[key] = (value, subject)
        while len(self.entries) > self._max_entries:
            del self.entries[next(iter(self.entries))]

    def forget(self, subject: str) -> None:
        """As after the subject's key was destroyed."""
        self.entries = {key: kept for key, kept in self.entries.items() if kept[1] != subject}

    async def check(self) -> None:
        """Memory does not fail."""

    async def close(self) -> None:
        self.entries.clear()
