"""Answers that workers and servers share in Redis, on a connection of their own."""

from collections.abc import Callable

from lacuna.adapters.cache.answer_sealing import MAX_ANSWER_BYTES, AnswerSealing
from lacuna.adapters.cache.answers import SealedAnswers
from lacuna.adapters.cache.redis_lane import ANSWER_SECONDS, RedisLane, redis_client
from lacuna.ports.telemetry import Telemetry


async def open_shared(
    address: str,
    sealing: AnswerSealing,
    max_entries: int,
    ttl_s: int,
    telemetry: Telemetry,
    changed: Callable[[str], None] = lambda reason: None,
) -> SealedAnswers:
    """`changed` hears why Redis is not used from now on, and "" when it is again. Raises ConfigError where Redis
    refuses what the address says; one that is out of reach is waited for in the background."""
    lane = RedisLane(lambda: redis_client(address), ANSWER_SECONDS, MAX_ANSWER_BYTES, changed)
    await lane.start()
    return SealedAnswers(sealing, max_entries, ttl_s, telemetry, lane)
