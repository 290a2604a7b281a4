"""What models wrote, kept for a while: in the process, and in Redis where there is one.

Guarantees that no text lies anywhere but sealed (answer_sealing.py), in the process too, and that a Redis which is
slow, gone, full, cleared or written to by others changes no answer. An entry whose subject was erased, or whose key
cannot be read, is a miss.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Final

from cachebox import VTTLCache

from lacuna.adapters.cache.answer_sealing import AnswerSealing, Place
from lacuna.adapters.cache.sealing import Rejected
from lacuna.domain.errors import DependencyError, StorageError
from lacuna.ports.cache import Key, Written
from lacuna.ports.telemetry import Telemetry

if TYPE_CHECKING:
    from lacuna.adapters.cache.redis_lane import RedisLane

MEMORY: Final = "answers"
REDIS: Final = "answers_redis"
"""The levels as metrics name them."""


class SealedAnswers:
    """An `AnswerCache`. Entries expire `ttl_s` seconds after `put`. `lane` leads to Redis; it is closed with this."""

    def __init__(
        self,
        sealing: AnswerSealing,
        max_entries: int,
        ttl_s: int,
        telemetry: Telemetry,
        lane: "RedisLane | None" = None,
    ) -> None:
        """`max_entries` and `ttl_s` are positive."""
        self._sealing = sealing
        self._ttl_s = ttl_s
        self._telemetry = telemetry
        self._lane = lane
        self._entries: VTTLCache[bytes, bytes] = VTTLCache(max_entries)

    async def get(self, key: Key) -> Written | None:
        place = self._sealing.place(key)
        sealed: bytes | None = self._entries.get(place.name, None)
        found = None if sealed is None else await self._opened(MEMORY, place, sealed)
        if sealed is None:
            self._telemetry.looked_up(MEMORY, "miss")
        if found is None and self._lane is not None:
            found = await self._from_redis(self._lane, place)
        return None if found is None else found[0]

    async def _from_redis(self, lane: "RedisLane", place: Place) -> tuple[Written, float] | None:
        try:
            sealed = await lane.get(place.name)
        except DependencyError:
            self._telemetry.looked_up(REDIS, "error")
            return None
        if sealed is None:
            self._telemetry.looked_up(REDIS, "miss")
            return None
        found = await self._opened(REDIS, place, sealed)
        if found is not None:
            self._entries.insert(place.name, sealed, min(found[1] - time.time(), self._ttl_s))
        return found

    async def _opened(self, level: str, place: Place, sealed: bytes) -> tuple[Written, float] | None:
        result = "hit"
        try:
            return await asyncio.to_thread(self._sealing.open, place, sealed, time.time())
        except Rejected:
            result = "rejected"
        except StorageError:  # the subject's key cannot be read now
            result = "error"
        finally:
            self._telemetry.looked_up(level, result)
        self._entries.pop(place.name, None)
        return None

    async def put(self, key: Key, value: Written, subject: str) -> None:
        place = self._sealing.place(key)
        try:
            sealed = await asyncio.to_thread(self._sealing.seal, place, value, subject, time.time() + self._ttl_s)
        except StorageError as error:
            self._telemetry.failed("answer_cache", error.code)
            return
        if sealed is None:
            return
        self._entries.insert(place.name, sealed, self._ttl_s)
        if self._lane is not None:
            self._lane.put((place.name, sealed, self._ttl_s))

    async def check(self) -> None:
        if self._lane is not None:
            await self._lane.check()

    async def close(self) -> None:
        if self._lane is not None:
            await self._lane.close()
        self._entries.clear()


def in_memory(sealing: AnswerSealing, max_entries: int, ttl_s: int, telemetry: Telemetry) -> SealedAnswers:
    """Entries in this process only."""
    return SealedAnswers(sealing, max_entries, ttl_s, telemetry)
