"""What every `ConversationTaint` does. Subclass with a fixture `conversations` that gives an empty one."""

import asyncio

from lacuna.domain.tiers import Tier
from lacuna.ports.storage import ConversationTaint


class ConversationContract:
    async def test_an_unknown_conversation_is_public(self, conversations: ConversationTaint) -> None:
        assert await conversations.tier("unknown") is Tier.PUBLIC

    async def test_a_tier_rises_and_never_falls(self, conversations: ConversationTaint) -> None:
        assert await conversations.raise_to("c", Tier.INTERNAL) is Tier.INTERNAL
        assert await conversations.raise_to("c", Tier.PROPRIETARY) is Tier.PROPRIETARY
        assert await conversations.raise_to("c", Tier.PUBLIC) is Tier.PROPRIETARY
        assert await conversations.tier("c") is Tier.PROPRIETARY

    async def test_conversations_do_not_affect_each_other(self, conversations: ConversationTaint) -> None:
        await conversations.raise_to("a", Tier.PROPRIETARY)
        assert await conversations.tier("b") is Tier.PUBLIC

    async def test_concurrent_rises_leave_the_highest(self, conversations: ConversationTaint) -> None:
        tiers = [Tier.INTERNAL, Tier.PUBLIC, Tier.PROPRIETARY, Tier.INTERNAL] * 8
        results = await asyncio.gather(*(conversations.raise_to("c", tier) for tier in tiers))
        assert all(result >= tier for result, tier in zip(results, tiers, strict=True))
        assert await conversations.tier("c") is Tier.PROPRIETARY
