"""The policy engine."""

from typing import Protocol

from lacuna.domain.policy import PolicyDecision, PolicyInput


class PolicyEngine(Protocol):
    """MUST NOT lower a tier or grant a source that was not requested (`domain.policy.sound` checks the answer). A
    failure MUST be raised; the caller turns it into a denial."""

    @property
    def version(self) -> str:
        """Names the rules in force; part of every cache key."""
        ...

    async def decide(self, asked: PolicyInput) -> PolicyDecision: ...
