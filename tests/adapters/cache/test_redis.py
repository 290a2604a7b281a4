"""The two-level cache on a real Redis: shared, and never in the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from lacuna.adapters.cache.memory import MemoryClassificationCache
from lacuna.adapters.cache.redis import RedisClassificationCache
from lacuna.domain.errors import ConfigError, DependencyError
from lacuna.domain.tiers import Tier
from lacuna.testing.contracts.cache import APART, ClassificationCacheContract, found
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.servers.redis import RedisServer

KEY = ("question", 1)
VALUE = found(Tier.PROPRIETARY)


@pytest.fixture
def server(program: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(program("redis-server"), tmp_path) as running:
        yield running


class Opener:
    """Opens caches as workers do, each with a memory of its own, and closes them."""

    def __init__(self) -> None:
        self.opened: list[RedisClassificationCache] = []
        self.telemetry = CountingTelemetry()
        self.changes: list[str] = []

    async def __call__(
        self, url: str, *, word: str = "test", version: str = "1", ttl_s: int = 60
    ) -> RedisClassificationCache:
        memory = MemoryClassificationCache(100, ttl_s, self.telemetry)
        cache = await RedisClassificationCache.open(
            url, memory, FixedKeys(word), version, ttl_s, self.telemetry, self.changes.append
        )
        self.opened.append(cache)
        return cache

    def counted(self, result: str) -> int:
        return self.telemetry.counts["looked_up", "redis", result]


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    it = Opener()
    yield it
    for cache in it.opened:
        await cache.close()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> bool:
    for _ in range(1_000):
        if await holds():
            return True
        await asyncio.sleep(0.02)
    return False


async def works(cache: RedisClassificationCache) -> bool:
    try:
        await cache.check()
    except DependencyError:
        return False
    return True


async def shared(one: RedisClassificationCache, other: RedisClassificationCache) -> bool:
    """Whether the other finds in Redis what one put there."""
    one.put(KEY, VALUE)

    async def there() -> bool:
        other.clear()
        return await other.get(KEY) == VALUE

    return await eventually(there)


async def names(raw: Redis) -> list[bytes]:
    return [name for name in await raw.keys("*") if isinstance(name, bytes)]


async def content(raw: Redis, name: bytes) -> bytes:
    held = await raw.get(name)
    assert isinstance(held, bytes)
    return held


class TestRedisClassificationCache(ClassificationCacheContract):
    @pytest.fixture
    async def cache(self, server: RedisServer, opener: Opener) -> RedisClassificationCache:
        return await opener(server.url)


async def test_what_one_worker_put_another_finds(server: RedisServer, opener: Opener) -> None:
    one, other = await opener(server.url), await opener(server.url)
    assert await shared(one, other)
    assert opener.counted("hit") == 1
    assert await other.get(KEY) == VALUE
    assert opener.telemetry.counts["looked_up", "memory", "hit"] == 1


async def test_keys_that_would_join_stay_apart_in_redis_too(server: RedisServer, opener: Opener) -> None:
    one, other = await opener(server.url), await opener(server.url)
    for number, (first, second) in enumerate(APART):
        one.put((number, first), found(Tier.PUBLIC))
        one.put((number, second), found(Tier.PROPRIETARY))
    assert await shared(one, other)  # written in order: what went before is there too
    for number, (first, second) in enumerate(APART):
        held = await other.get((number, first)), await other.get((number, second))
        assert held == (found(Tier.PUBLIC), found(Tier.PROPRIETARY))


async def test_other_keys_or_versions_share_nothing(server: RedisServer, opener: Opener) -> None:
    one, same = await opener(server.url), await opener(server.url)
    strangers = [await opener(server.url, word="other"), await opener(server.url, version="2")]
    assert await shared(one, same)
    assert [await stranger.get(KEY) for stranger in strangers] == [None, None]


async def test_redis_holds_no_text_and_forgets_in_time(server: RedisServer, opener: Opener) -> None:
    cache = await opener(server.url, ttl_s=3)
    cache.put(("a very peculiar question",), found(Tier.PUBLIC, "a very peculiar question"))
    async with Redis.from_url(server.url) as raw:

        async def written() -> bool:
            return bool(await raw.keys("*"))

        assert await eventually(written)
        (name,) = await names(raw)
        assert name.startswith(b"lacuna:")
        assert b"peculiar" not in name + await content(raw, name)
        assert 0 < await raw.ttl(name) <= 3


async def test_planted_changed_and_moved_entries_are_misses(server: RedisServer, opener: Opener) -> None:
    one, other = await opener(server.url), await opener(server.url)
    assert await shared(one, other)
    async with Redis.from_url(server.url) as raw:
        (name,) = await names(raw)
        right = await content(raw, name)
        one.put(("a public question",), found(Tier.PUBLIC))

        async def two() -> bool:
            return await raw.dbsize() == 2

        assert await eventually(two)
        (public,) = {*await names(raw)} - {name}
        moved = await content(raw, public)
        flipped = right[:-1] + bytes([right[-1] ^ 1])
        planted = (b"x", moved, flipped, right[:-1], right + b"x", bytes(20_000))
        for value in planted:
            await raw.set(name, value)
            other.clear()
            assert await other.get(KEY) is None
        assert opener.counted("rejected") == len(planted)
        await raw.set(name, right)
        assert await other.get(KEY) == VALUE
        await raw.delete(name)
        await raw.rpush(name, b"a list")
        other.clear()
        assert await other.get(KEY) is None
    assert await works(other)


async def test_a_killed_redis_is_missed_and_comes_back(server: RedisServer, opener: Opener) -> None:
    one, other = await opener(server.url), await opener(server.url)
    server.kill()
    one.put(KEY, VALUE)
    assert await one.get(KEY) == VALUE
    assert await other.get(KEY) is None
    assert not await works(other)
    server.start()
    assert await eventually(lambda: works(one))
    assert await eventually(lambda: works(other))
    assert await shared(one, other)
    assert "" in opener.changes


async def test_a_redis_that_hangs_is_waited_for_once(server: RedisServer, opener: Opener) -> None:
    cache = await opener(server.url)
    server.hang()
    found_none = await asyncio.gather(*(cache.get((number,)) for number in range(500)))
    assert found_none == [None] * 500
    assert len(opener.changes) == 1  # one wait for all of them
    for number in range(1_000):
        cache.put((number,), VALUE)
        assert await cache.get((number + 1_000,)) is None
    server.go_on()
    assert await eventually(lambda: works(cache))
    assert await cache.get(("never put",)) is None


async def test_a_start_without_redis_waits_in_the_background(server: RedisServer, opener: Opener) -> None:
    server.kill()
    cache = await opener(server.url)
    assert await cache.get(KEY) is None
    assert not await works(cache)
    server.start()
    assert await eventually(lambda: works(cache))


async def test_a_full_redis_is_said_and_harms_nobody(program: Callable[[str], Path], tmp_path: Path) -> None:
    opener = Opener()
    options = ("--maxmemory", "1", "--maxmemory-policy", "noeviction")
    with RedisServer(program("redis-server"), tmp_path, options) as server:
        cache = await opener(server.url)
        cache.put(KEY, VALUE)

        async def refused() -> bool:
            return not await works(cache)

        assert await eventually(refused)
        assert await cache.get(KEY) == VALUE
        assert await cache.get(("other",)) is None
        await cache.close()


@pytest.mark.parametrize("user", ["", "default"])
async def test_a_wrong_password_stops_the_start_and_is_not_shown(
    program: Callable[[str], Path], tmp_path: Path, user: str
) -> None:
    opener = Opener()
    with RedisServer(program("redis-server"), tmp_path, ("--requirepass", "right one")) as server:
        for credential in (f"{user}:wrongone@", ""):
            with pytest.raises(ConfigError, match="password") as caught:
                await opener(server.url.replace("//", f"//{credential}"))
            assert "wrongone" not in str(caught.value)
        cache = await opener(server.url.replace("//", f"//{user}:right%20one@"))
        assert await works(cache)
        await cache.close()


@pytest.mark.parametrize("suffix", ["?no_such_option=1", "00"])
async def test_an_address_that_cannot_work_stops_the_start(server: RedisServer, opener: Opener, suffix: str) -> None:
    address = server.url.replace("/0", "/9999") if suffix == "00" else server.url + suffix
    with pytest.raises(ConfigError):
        await opener(address)


async def test_callers_that_give_up_do_not_disturb_others(server: RedisServer, opener: Opener) -> None:
    one, other = await opener(server.url), await opener(server.url)
    assert await shared(one, other)
    other.clear()
    impatient = [asyncio.create_task(other.get((number,))) for number in range(50)]
    patient = asyncio.create_task(other.get(KEY))
    await asyncio.sleep(0)
    for task in impatient:
        task.cancel()
    assert await patient == VALUE
