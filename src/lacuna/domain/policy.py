"""What policy is asked and what it may answer: it allows or denies, raises a tier, removes sources, adds tags and
obligations. It never lowers and never grants."""

from dataclasses import dataclass, field
from enum import StrEnum

from lacuna.domain.tiers import Tier


class Source(StrEnum):
    """Where an answer may come from."""

    LOCAL_RAG = "local_rag"
    WEB_SEARCH = "web_search"
    EXTERNAL_LLM = "external_llm"


EXTERNAL = frozenset({Source.WEB_SEARCH, Source.EXTERNAL_LLM})

Permitted = tuple[tuple[Tier, tuple[Source, ...]], ...]
"""A routing table in a fixed order, so that equal tables are equal keys."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where data would go. `encrypted` is None where nobody said."""

    name: str
    kind: str = ""
    encrypted: bool | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that an operation would touch, by id; never its content."""

    resource_id: str
    tier: Tier
    tags: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """The facts that policy decides on. Holds no text.

    `findings` are the kinds found and how often, sorted; `permitted` is the routing table; `at` is the time of asking
    in whole minutes, as seconds since the epoch: the caller's clock, so that the same facts give the same decision.
    """

    action: str
    tier: Tier
    tags: tuple[str, ...]
    user_id: str
    groups: tuple[str, ...]
    clearance: Tier
    project: str | None
    requested: tuple[Source, ...]
    findings: tuple[tuple[str, int], ...] = ()
    roles: tuple[str, ...] = ()
    purpose: str | None = None
    permitted: Permitted = ()
    at: int = 0
    destination: Destination | None = None
    resources: tuple[Resource, ...] = ()


class ObligationKind(StrEnum):
    """What has to be done where policy allows.

    redact: the kinds named are taken out of outgoing text; redact_answers: and out of the passages that are shown and
    answered from; approved_models_only: no other model may answer;
    require_purpose: the asker states one of the purposes named (any, where none is named); approval: somebody of the
    groups named grants it, for at most `hours`.
    """

    REDACT = "redact"
    REDACT_ANSWERS = "redact_answers"
    APPROVED_MODELS_ONLY = "approved_models_only"
    REQUIRE_PURPOSE = "require_purpose"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True, order=True)
class Obligation:
    """`values` are the kinds to redact, the purposes or the groups of approvers."""

    kind: ObligationKind
    rule: str
    reason: str
    values: tuple[str, ...] = ()
    hours: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Fired:
    """A rule that had an effect: "raise PROPRIETARY", "tag HIPAA", "remove web_search", "deny", "redact PII"."""

    package: str
    rule: str
    effect: str
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyDecision:
    """`tier` is the tier after policy (never below the input's), `allowed_sources` the sources left. `policy_id` is the
    package that decided and `policy_version` names the whole set of rules in force; `tags` are those that policy
    added."""

    allowed: bool
    tier: Tier
    allowed_sources: frozenset[Source]
    reasons: tuple[str, ...]
    policy_id: str
    policy_version: str
    tags: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    fired: tuple[Fired, ...] = ()
    observed: tuple[Fired, ...] = ()
    """What rules that are audit-only would have done."""
    asked: PolicyInput | None = field(default=None, compare=False)
    """What was decided on, for the record."""


def deny(asked: PolicyInput, reason: str, policy_id: str, policy_version: str = "") -> PolicyDecision:
    """The answer of an engine that failed, timed out or answered nonsense."""
    return PolicyDecision(False, Tier.PROPRIETARY, frozenset(), (reason,), policy_id, policy_version)


def sound(asked: PolicyInput, answered: PolicyDecision) -> bool:
    """Whether an answer keeps policy's promise: it does not lower the tier and grants nothing that was not asked
    for."""
    return answered.tier >= asked.tier and answered.allowed_sources <= set(asked.requested)
