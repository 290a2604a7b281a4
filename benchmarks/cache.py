"""The cache of classifications: hits and misses in both levels, beside a bare GET of the same Redis.

Needs `redis-server`; without it only the level in the process is measured.
"""

import asyncio
import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.report import Row
from lacuna.adapters.cache.memory import MemoryClassificationCache
from lacuna.adapters.cache.redis import RedisClassificationCache
from lacuna.adapters.telemetry.prometheus import PrometheusTelemetry
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.cache import found
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.servers.redis import RedisServer

CONNECTIONS = 64
ROUNDS = 5
VALUE = found(Tier.PROPRIETARY)


def run(scale: float) -> list[Row]:
    """Microseconds of each, one after the other and many at once."""
    return asyncio.run(_run(max(200, int(2_000 * scale))))


async def _run(count: int) -> list[Row]:
    telemetry = PrometheusTelemetry()
    memory = MemoryClassificationCache(100_000, 3_600, telemetry)
    for number in range(count):
        memory.put(_key(number), VALUE)
    in_process = await _each(lambda number: memory.get(_key(number)), count)
    rows = [Row("hit in the process", in_process, "us", "", None)]
    program = shutil.which("redis-server")
    if program is not None:
        with tempfile.TemporaryDirectory() as folder, RedisServer(Path(program), Path(folder)) as server:
            rows += await _with_redis(server, telemetry, count)
    return rows


async def _with_redis(server: RedisServer, telemetry: PrometheusTelemetry, count: int) -> list[Row]:
    cache = await RedisClassificationCache.open(
        server.url, MemoryClassificationCache(1, 3_600, telemetry), FixedKeys(), "1", 3_600, telemetry
    )
    for number in range(count):
        cache.put(_key(number), VALUE)
        await asyncio.sleep(0)
    await cache.check()
    async with Redis.from_url(server.url, max_connections=CONNECTIONS) as raw:
        await raw.set("plain", b"x" * 500)

        async def bare(number: int) -> object:
            return await raw.get("plain")

        async def held(number: int) -> object:  # memory has room for one: each asks Redis
            value = await cache.get(_key(number))
            assert value is not None
            return value

        async def missing(number: int) -> object:
            return await cache.get(_key(-1 - number))

        alone: dict[str, list[float]] = {"bare": [], "hit": [], "miss": []}
        together: dict[str, list[float]] = {"bare": [], "hit": [], "miss": []}
        for _ in range(ROUNDS):  # in turn, so that a busy neighbour hits all
            for name, one in (("bare", bare), ("hit", held), ("miss", missing)):
                alone[name].append(await _each(one, count))
                together[name].append(await _many(one, count))
    server.kill()
    await cache.get(_key(0))
    without = await _each(missing, count)
    await cache.close()
    rows = []
    for how, figures in (("one at a time", alone), (f"{CONNECTIONS} at once", together)):
        base = statistics.median(figures["bare"])
        rows.append(Row(f"bare GET, {how}", base, "us", "", None))
        for name in ("hit", "miss"):
            value = statistics.median(figures[name])
            rows.append(Row(f"{name} in Redis, {how}", value, "us", "bare GET", value / base))
    rows.append(Row("miss while Redis is gone", without, "us", "", None))
    return rows


def _key(number: int) -> tuple[str, int, bytes]:
    return ("rs-0123456789abcdef", number, b"\x00" * 32)


async def _each(one: Callable[[int], Awaitable[object]], count: int) -> float:
    gc.collect()
    started = time.perf_counter()
    for number in range(count):
        await one(number)
    return (time.perf_counter() - started) / count * 1e6


async def _many(one: Callable[[int], Awaitable[object]], count: int) -> float:
    """As each of `CONNECTIONS` tasks asks one after the other."""
    gc.collect()

    async def some(first: int) -> None:
        for number in range(first, count, CONNECTIONS):
            await one(number)

    started = time.perf_counter()
    await asyncio.gather(*(some(first) for first in range(CONNECTIONS)))
    return (time.perf_counter() - started) / count * 1e6
