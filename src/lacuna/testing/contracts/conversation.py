"""What every `ConversationTaint` does. Subclass with a fixture `conversations` that gives an empty one."""

import asyncio

from lacuna.domain.tiers import Tier
from lacuna.ports.storage import ConversationTaint


class ConversationContract:
    async def test_what_was_never_seen_is_public(self, conversations: ConversationTaint) -> None:
        assert await conversations.highest(["unknown", "also unknown"]) is Tier.PUBLIC
        assert await conversations.highest([]) is Tier.PUBLIC

    async def test_a_tier_rises_and_never_falls(self, conversations: ConversationTaint) -> None:
        assert await conversations.bind(["c"], Tier.INTERNAL) is Tier.INTERNAL
        assert await conversations.bind(["c"], Tier.PROPRIETARY) is Tier.PROPRIETARY
        assert await conversations.bind(["c"], Tier.PUBLIC) is Tier.PROPRIETARY
        assert await conversations.highest(["c"]) is Tier.PROPRIETARY

    async def test_keys_do_not_affect_each_other(self, conversations: ConversationTaint) -> None:
        await conversations.bind(["a"], Tier.PROPRIETARY)
        assert await conversations.highest(["b"]) is Tier.PUBLIC
        assert await conversations.bind(["a", "b"], Tier.INTERNAL) is Tier.PROPRIETARY
        assert await conversations.highest(["b"]) is Tier.INTERNAL

    async def test_the_highest_of_very_many_keys_is_found(self, conversations: ConversationTaint) -> None:
        await conversations.bind(["found"], Tier.INTERNAL)
        assert await conversations.highest([*(f"key {n}" for n in range(2_500)), "found"]) is Tier.INTERNAL

    async def test_concurrent_rises_leave_the_highest(self, conversations: ConversationTaint) -> None:
        tiers = [Tier.INTERNAL, Tier.PUBLIC, Tier.PROPRIETARY, Tier.INTERNAL] * 8
        results = await asyncio.gather(*(conversations.bind(["c", f"t{n}"], t) for n, t in enumerate(tiers)))
        assert all(result >= tier for result, tier in zip(results, tiers, strict=True))
        assert await conversations.highest(["c"]) is Tier.PROPRIETARY
