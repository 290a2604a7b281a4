"""Conversation taint in a dictionary."""

from collections.abc import Sequence

from lacuna.domain.tiers import Tier, join


class InMemoryConversations:
    """A `ConversationTaint`, held to `lacuna.testing.contracts.conversation`."""

    def __init__(self) -> None:
        self._tiers: dict[str, Tier] = {}

    async def highest(self, keys: Sequence[str]) -> Tier:
        return join(self._tiers.get(key, Tier.PUBLIC) for key in keys)

    async def bind(self, keys: Sequence[str], tier: Tier) -> Tier:
        for key in keys:
            self._tiers[key] = max(tier, self._tiers.get(key, Tier.PUBLIC))
        return join((self._tiers[key] for key in keys), floor=tier)
