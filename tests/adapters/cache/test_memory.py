"""The in-process cache: bounded in number and age, safe under threads."""

import asyncio
import threading

import pytest

from lacuna.adapters.cache.memory import MemoryClassificationCache
from lacuna.domain.errors import ConfigError
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import ClassificationCache
from lacuna.testing.contracts.cache import ClassificationCacheContract, found
from lacuna.testing.fakes.cache import DictCache
from lacuna.testing.fakes.telemetry import CountingTelemetry

VALUE = found(Tier.INTERNAL)


def memory(max_entries: int = 100, ttl_s: float = 60) -> MemoryClassificationCache:
    return MemoryClassificationCache(max_entries, ttl_s, CountingTelemetry())


class TestMemoryClassificationCache(ClassificationCacheContract):
    @pytest.fixture
    def cache(self) -> ClassificationCache:
        return memory()


class TestDictCache(ClassificationCacheContract):
    @pytest.fixture
    def cache(self) -> ClassificationCache:
        return DictCache()


async def test_holds_no_more_than_it_may() -> None:
    cache = memory(3)
    for n in range(1_000):
        cache.put((n,), VALUE)
    assert [n for n in range(1_000) if await cache.get((n,)) is not None] == [997, 998, 999]


async def test_forgets_with_age() -> None:
    cache = memory(10, 1e-9)
    cache.put(("a",), VALUE)
    assert await cache.get(("a",)) is None


async def test_an_entry_may_live_shorter_but_not_longer() -> None:
    cache, short = memory(10, 60), memory(10, 1e-9)
    cache.put_for(("a",), VALUE, 1e-9)
    short.put_for(("a",), VALUE, 60)
    assert (await cache.get(("a",)), await short.get(("a",))) == (None, None)


async def test_forgets_everything_when_told() -> None:
    cache = memory()
    cache.put(("a",), VALUE)
    cache.clear()
    assert await cache.get(("a",)) is None


async def test_counts_hits_and_misses() -> None:
    telemetry = CountingTelemetry()
    cache = MemoryClassificationCache(10, 60, telemetry)
    cache.put(("a",), VALUE)
    for key in ("a", "b", "b"):
        await cache.get((key,))
    assert telemetry.counts == {("looked_up", "memory", "hit"): 1, ("looked_up", "memory", "miss"): 2}


@pytest.mark.parametrize(("entries", "ttl"), [(0, 60.0), (-1, 60.0), (10, 0.0), (10, -1.0)])
def test_refuses_to_be_unbounded(entries: int, ttl: float) -> None:
    with pytest.raises(ConfigError):
        memory(entries, ttl)


def test_threads_share_it() -> None:
    cache = memory(50)
    wrong: list[object] = []

    async def work(start: int) -> None:
        for n in range(start, start + 500):
            cache.put((n % 80,), VALUE)
            if await cache.get((n % 80,)) not in (None, VALUE):
                wrong.append(n)
            if n % 100 == 0:
                cache.clear()

    threads = [threading.Thread(target=lambda n=n: asyncio.run(work(n * 37))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
