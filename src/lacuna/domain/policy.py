"""What policy is asked and what it may answer: it allows or denies, raises a tier, removes sources. It never adds."""

from dataclasses import dataclass
from enum import StrEnum

from lacuna.domain.tiers import Tier


class Source(StrEnum):
    """Where an answer may come from."""

    LOCAL_RAG = "local_rag"
    WEB_SEARCH = "web_search"
    EXTERNAL_LLM = "external_llm"


EXTERNAL = frozenset({Source.WEB_SEARCH, Source.EXTERNAL_LLM})


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """The facts that policy decides on. Holds no text."""

    action: str
    tier: Tier
    tags: tuple[str, ...]
    user_id: str
    groups: tuple[str, ...]
    clearance: Tier
    project: str | None
    requested: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """`tier` is the tier after policy (never below the input's), `allowed_sources` the sources left."""

    allowed: bool
    tier: Tier
    allowed_sources: frozenset[Source]
    reasons: tuple[str, ...]
    policy_id: str
    policy_version: str


def deny(asked: PolicyInput, reason: str, policy_id: str, policy_version: str = "") -> PolicyDecision:
    """The answer of an engine that failed, timed out or answered nonsense."""
    return PolicyDecision(False, Tier.PROPRIETARY, frozenset(), (reason,), policy_id, policy_version)


def sound(asked: PolicyInput, answered: PolicyDecision) -> bool:
    """Whether an answer keeps policy's promise: it does not lower the tier and grants nothing that was not asked
    for."""
    return answered.tier >= asked.tier and answered.allowed_sources <= set(asked.requested)
