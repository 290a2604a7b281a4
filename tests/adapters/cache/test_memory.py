"""The in-process cache: bounded in number and age, safe under threads."""

import threading

import pytest

from lacuna.adapters.cache.memory import MemoryClassificationCache
from lacuna.domain.classification import Classification, LayerResult, Strategy, classify
from lacuna.domain.errors import ConfigError


def classification(text: str = "x") -> Classification:
    results: list[LayerResult] = []
    return classify(text, results, Strategy.BALANCED, "r")


def test_gives_back_what_was_put() -> None:
    cache = MemoryClassificationCache(10, 60)
    value = classification()
    cache.put(("a", 1), value)
    assert cache.get(("a", 1)) is value
    assert cache.get(("a", "1")) is None


def test_keys_that_would_join_to_one_string_stay_apart() -> None:
    cache = MemoryClassificationCache(10, 60)
    cache.put(("ab", "c"), classification())
    assert cache.get(("a", "bc")) is None


def test_holds_no_more_than_it_may() -> None:
    cache = MemoryClassificationCache(3, 60)
    for n in range(1_000):
        cache.put((n,), classification())
    assert [n for n in range(1_000) if cache.get((n,)) is not None] == [997, 998, 999]


def test_forgets_with_age() -> None:
    cache = MemoryClassificationCache(10, 1e-9)
    cache.put(("a",), classification())
    assert cache.get(("a",)) is None


def test_forgets_everything_when_told() -> None:
    cache = MemoryClassificationCache(10, 60)
    cache.put(("a",), classification())
    cache.clear()
    assert cache.get(("a",)) is None


@pytest.mark.parametrize(("entries", "ttl"), [(0, 60.0), (-1, 60.0), (10, 0.0), (10, -1.0)])
def test_refuses_to_be_unbounded(entries: int, ttl: float) -> None:
    with pytest.raises(ConfigError):
        MemoryClassificationCache(entries, ttl)


def test_threads_share_it() -> None:
    cache = MemoryClassificationCache(50, 60)
    value = classification()
    wrong: list[object] = []

    def work(start: int) -> None:
        for n in range(start, start + 500):
            cache.put((n % 80,), value)
            if cache.get((n % 80,)) not in (None, value):
                wrong.append(n)
            if n % 100 == 0:
                cache.clear()

    threads = [threading.Thread(target=work, args=(n * 37,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
