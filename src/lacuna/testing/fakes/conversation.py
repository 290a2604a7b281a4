"""Conversation taint in a dictionary."""

from lacuna.domain.tiers import Tier


class InMemoryConversations:
    """A `ConversationTaint`, held to `lacuna.testing.contracts.conversation`."""

    def __init__(self) -> None:
        self._tiers: dict[str, Tier] = {}

    async def tier(self, key: str) -> Tier:
        return self._tiers.get(key, Tier.PUBLIC)

    async def raise_to(self, key: str, tier: Tier) -> Tier:
        self._tiers[key] = max(tier, self._tiers.get(key, Tier.PUBLIC))
        return self._tiers[key]
