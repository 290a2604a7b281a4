"""Classifications kept in the process for a while: bounded in number and age, oldest out first."""

from cachebox import VTTLCache

from lacuna.domain.classification import Classification
from lacuna.domain.errors import ConfigError
from lacuna.ports.cache import Key
from lacuna.ports.telemetry import Telemetry

LEVEL = "memory"


class MemoryClassificationCache:
    """A `ClassificationCache` on cachebox, which is safe under threads. Entries expire `ttl_s` seconds after `put`."""

    def __init__(self, max_entries: int, ttl_s: float, telemetry: Telemetry) -> None:
        """Raises ConfigError unless both are positive: cachebox takes zero for "no limit"."""
        if max_entries < 1 or ttl_s <= 0:
            raise ConfigError(
                "The cache needs room for at least one entry and a positive lifetime.",
                cure="Set cache.max_entries and cache.ttl, or cache.enabled: false.",
            )
        self._ttl_s = ttl_s
        self._telemetry = telemetry
        self._entries: VTTLCache[Key, Classification] = VTTLCache(max_entries)

    async def get(self, key: Key) -> Classification | None:
        found: Classification | None = self._entries.get(key, None)
        self._telemetry.looked_up(LEVEL, "miss" if found is None else "hit")
        return found

    def put(self, key: Key, value: Classification) -> None:
        self._entries.insert(key, value, self._ttl_s)

    def put_for(self, key: Key, value: Classification, seconds: float) -> None:
        """`put` for less than the usual time."""
        self._entries.insert(key, value, min(seconds, self._ttl_s))

    def clear(self) -> None:
        self._entries.clear()

    async def check(self) -> None:
        """Memory does not fail."""

    async def close(self) -> None:
        self._entries.clear()
