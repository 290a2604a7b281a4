"""What every `ClassificationCache` does. Subclass with a fixture `cache` (an empty one with room for 100 entries)."""

import asyncio

import pytest

from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify
from lacuna.domain.tiers import Tier
from lacuna.ports.cache import ClassificationCache, Key

APART: tuple[tuple[Key, Key], ...] = (
    (("ab", "c"), ("a", "bc")),
    (("a", 1), ("a", "1")),
    (("a", b"b"), ("a", "b")),
    (("a", ("b", "c")), ("a", "b", "c")),
    (("a", None), ("a",)),
    (("a", ""), ("a", None)),
    (("a\ud800",), ("a",)),
    (("a\ud800",), ("a\ud801",)),
)
"""Keys that would be one if they were joined, cut or cleaned."""


def found(tier: Tier, text: str = "x") -> Classification:
    """A classification with a finding of `tier`."""
    finding = Finding("ORG.PROJECT", "apollo", Layer.HEURISTIC, tier, 0.9, 0, 1)
    placeless = Finding("CONTEXT.FILE", "file", Layer.CONTEXT, Tier.PUBLIC, 0.5)
    return classify(text, [LayerResult(Layer.HEURISTIC, (finding, placeless))], Strategy.BALANCED, "rs-1")


class ClassificationCacheContract:
    async def test_gives_back_what_was_put(self, cache: ClassificationCache) -> None:
        values = {tier: found(tier) for tier in Tier}
        for tier, value in values.items():
            cache.put(("a", int(tier)), value)
        for tier, value in values.items():
            assert await cache.get(("a", int(tier))) == value
        assert await cache.get(("b", 0)) is None

    @pytest.mark.parametrize(("one", "other"), APART)
    async def test_other_keys_are_other_entries(self, cache: ClassificationCache, one: Key, other: Key) -> None:
        cache.put(one, found(Tier.PUBLIC))
        assert await cache.get(other) is None
        cache.put(other, found(Tier.PROPRIETARY))
        held = await cache.get(one), await cache.get(other)
        assert held == (found(Tier.PUBLIC), found(Tier.PROPRIETARY))

    async def test_the_last_value_put_counts(self, cache: ClassificationCache) -> None:
        cache.put(("a",), found(Tier.PUBLIC))
        cache.put(("a",), found(Tier.PROPRIETARY))
        assert await cache.get(("a",)) == found(Tier.PROPRIETARY)

    async def test_many_ask_and_put_at_once(self, cache: ClassificationCache) -> None:
        async def one(number: int) -> None:
            value = found(Tier(number % 3), str(number))
            cache.put((number,), value)
            await asyncio.sleep(0)
            assert await cache.get((number,)) in (None, value)

        await asyncio.gather(*(one(number) for number in range(300)))

    async def test_works_and_may_be_cleared_at_any_time(self, cache: ClassificationCache) -> None:
        await cache.check()
        cache.put(("a",), found(Tier.PUBLIC))
        cache.clear()
        cache.put(("b",), found(Tier.PUBLIC))
        assert await cache.get(("b",)) == found(Tier.PUBLIC)
