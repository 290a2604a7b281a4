"""Classifications kept in the process for a while: bounded in number and age, oldest out first."""

from cachebox import TTLCache

from lacuna.domain.classification import Classification
from lacuna.domain.errors import ConfigError
from lacuna.ports.cache import Key


class MemoryClassificationCache:
    """A `ClassificationCache` on cachebox, which is safe under threads. Entries expire `ttl_s` seconds after `put`."""

    def __init__(self, max_entries: int, ttl_s: float) -> None:
        """Raises ConfigError unless both are positive: cachebox takes zero for "no limit"."""
        if max_entries < 1 or ttl_s <= 0:
            raise ConfigError(
                "The cache needs room for at least one entry and a positive lifetime.",
                cure="Set cache.max_entries and cache.ttl, or cache.enabled: false.",
            )
        self._entries: TTLCache[Key, Classification] = TTLCache(max_entries, global_ttl=ttl_s)

    def get(self, key: Key) -> Classification | None:
        return self._entries.get(key)

    def put(self, key: Key, value: Classification) -> None:
        self._entries[key] = value

    def clear(self) -> None:
        self._entries.clear()
