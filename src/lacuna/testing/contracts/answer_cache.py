"""What every `AnswerCache` does. Subclass with fixtures `cache` (an empty one with room for 100 entries) and `erase`,
which destroys the key of the subject it is given."""

import asyncio
from collections.abc import Callable

import pytest

from lacuna.ports.cache import AnswerCache, Key, Written
from lacuna.testing.contracts.cache import APART


def written(text: str = "It is so [1].", answer_id: str = "ans_1") -> Written:
    """What some model wrote."""
    return Written(text, answer_id)


class AnswerCacheContract:
    async def test_gives_back_what_was_put(self, cache: AnswerCache) -> None:
        values = {number: written(text) for number, text in enumerate(("", "Zürich [1].", "x" * 30_000))}
        for number, value in values.items():
            await cache.put(("a", number), value, "ann")
        assert [await cache.get(("a", number)) for number in values] == [*values.values()]
        assert await cache.get(("b", 0)) is None

    @pytest.mark.parametrize(("one", "other"), APART)
    async def test_other_keys_are_other_entries(self, cache: AnswerCache, one: Key, other: Key) -> None:
        await cache.put(one, written("one"), "ann")
        assert await cache.get(other) is None
        await cache.put(other, written("other"), "bob")
        assert (await cache.get(one), await cache.get(other)) == (written("one"), written("other"))

    async def test_the_last_value_put_counts(self, cache: AnswerCache) -> None:
        await cache.put(("a",), written("before"), "ann")
        await cache.put(("a",), written("after"), "bob")
        assert await cache.get(("a",)) == written("after")

    async def test_many_ask_and_put_at_once(self, cache: AnswerCache) -> None:
        async def one(number: int) -> None:
            await cache.put((number,), written(str(number)), f"user-{number % 3}")
            assert await cache.get((number,)) in (None, written(str(number)))

        await asyncio.gather(*(one(number) for number in range(60)))

    async def test_what_a_subject_asked_for_is_gone_with_the_key(
        self, cache: AnswerCache, erase: Callable[[str], None]
    ) -> None:
        for subject in ("ann", "bob"):
            await cache.put((subject,), written(subject), subject)
        erase("ann")
        assert await cache.get(("ann",)) is None
        assert await cache.get(("bob",)) == written("bob")
        await cache.put(("later",), written("later"), "ann")
        assert await cache.get(("ann",)) is None
        assert await cache.get(("later",)) == written("later")
        await cache.check()
