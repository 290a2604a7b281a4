"""The policy engine."""

from typing import Protocol

from lacuna.domain.policy import PolicyDecision, PolicyInput
from lacuna.domain.policy_verdicts import Verdict


class PolicyEngine(Protocol):
    """MUST NOT lower a tier or grant a source that was not requested (`domain.policy.sound` checks the answer). A
    failure MUST be raised; the caller turns it into a denial."""

    @property
    def version(self) -> str:
        """Names the rules in force; part of every cache key."""
        ...

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        """The decision on a question: classification first, then routing, by one and the same set of rules."""
        ...

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        """What one of `domain.policy_documents.PACKAGES` says, and the version of the rules that said it."""
        ...

    async def check(self) -> None:
        """Raises what keeps the engine from deciding."""
        ...

    async def close(self) -> None: ...
