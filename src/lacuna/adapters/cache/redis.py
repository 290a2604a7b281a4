"""Classifications in Redis behind those in the process: what one worker found, the others need not work out again.

Guarantees that a Redis which is slow, gone, full, cleared or written to by others changes no answer: it is asked for a
short time only, and an entry that these keys did not seal for exactly that question is a miss (sealing.py).
Nothing is deleted there, so a Redis that others use too is safe; entries of other rules, documents or versions have
other names and go with their age.
"""

import time
from collections.abc import Callable

from lacuna.adapters.cache.memory import MemoryClassificationCache
from lacuna.adapters.cache.redis_lane import ANSWER_SECONDS, RedisLane, redis_client
from lacuna.adapters.cache.sealing import MAX_SEALED_BYTES, Rejected, Sealing
from lacuna.domain.classification import Classification
from lacuna.domain.errors import DependencyError
from lacuna.ports.cache import Key
from lacuna.ports.secrets import KeyRing
from lacuna.ports.telemetry import Telemetry

LEVEL = "redis"


class RedisClassificationCache:
    """A `ClassificationCache` of two levels. Entries expire `ttl_s` seconds after `put` in both."""

    def __init__(
        self, memory: MemoryClassificationCache, lane: RedisLane, sealing: Sealing, ttl_s: int, telemetry: Telemetry
    ) -> None:
        self._memory = memory
        self._lane = lane
        self._sealing = sealing
        self._ttl_s = ttl_s
        self._telemetry = telemetry

    @classmethod
    async def open(
        cls,
        address: str,
        memory: MemoryClassificationCache,
        keys: KeyRing,
        version: str,
        ttl_s: int,
        telemetry: Telemetry,
        changed: Callable[[str], None] = lambda reason: None,
    ) -> "RedisClassificationCache":
        """`version` is Lacuna's: entries of another one do not count. `changed` hears why Redis is not used from now
        on, and "" when it is again. Raises ConfigError where Redis refuses what the address says; a Redis that is out
        of reach is waited for in the background."""
        lane = RedisLane(lambda: redis_client(address), ANSWER_SECONDS, MAX_SEALED_BYTES, changed)
        await lane.start()
        sealing = Sealing(keys.derived("cache entry names"), keys.derived("cache entry seals"), version)
        return cls(memory, lane, sealing, ttl_s, telemetry)

    async def get(self, key: Key) -> Classification | None:
        if (known := await self._memory.get(key)) is not None:
            return known
        name = self._sealing.name(key)
        result, value = await self._stored(key, name)
        self._telemetry.looked_up(LEVEL, result)
        return value

    async def _stored(self, key: Key, name: bytes) -> tuple[str, Classification | None]:
        try:
            sealed = await self._lane.get(name)
        except DependencyError:
            return "error", None
        if sealed is None:
            return "miss", None
        now = time.time()
        try:
            value, until = self._sealing.open(name, sealed, now)
        except Rejected:
            return "rejected", None
        self._memory.put_for(key, value, until - now)
        return "hit", value

    def put(self, key: Key, value: Classification) -> None:
        self._memory.put(key, value)
        if value.degraded or not self._lane.usable:
            return
        name = self._sealing.name(key)
        sealed = self._sealing.seal(name, value, time.time() + self._ttl_s)
        if sealed is not None:
            self._lane.put((name, sealed, self._ttl_s))

    def clear(self) -> None:
        """Forgets what this process holds; what lies in Redis under the same keys may come back."""
        self._memory.clear()

    async def check(self) -> None:
        await self._lane.check()

    async def close(self) -> None:
        await self._lane.close()
        await self._memory.close()
