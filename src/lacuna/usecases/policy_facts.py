"""What policy is asked about a question, and what the ledger keeps of it.

Promise: a record holds no text, and enough to ask the same again under other rules (`asked_again`): the project's name
only as a keyed HMAC, everything else as it was. What cannot be asked again says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from lacuna.domain.audit import Json
from lacuna.domain.classification import Classification, Question
from lacuna.domain.identity import Principal
from lacuna.domain.policy import PolicyDecision, PolicyInput, Source
from lacuna.domain.policy_documents import SCHEMA
from lacuna.domain.routing import RoutingTable
from lacuna.domain.tiers import Tier

Observed = Callable[[str, Sequence[tuple[str, str, str]]], None]
"""Hears the id of a decision, and package, rule and effect of the rules that would have had one."""

_MINUTE_US: Final = 60_000_000
_WITHHELD: Final = "hmac:"


def nobody(decision: str, rules: Sequence[tuple[str, str, str]]) -> None:
    """Nobody wants to know."""


def policy_input(
    question: Question,
    classification: Classification,
    principal: Principal,
    action: str,
    table: RoutingTable,
    now_us: int,
) -> PolicyInput:
    """The facts that policy decides a question on."""
    counts: dict[str, int] = {}
    for finding in classification.findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
    return PolicyInput(
        action=action,
        tier=classification.tier,
        tags=classification.tags,
        user_id=principal.user_id,
        groups=tuple(sorted(principal.groups)),
        clearance=principal.clearance,
        project=question.project,
        requested=tuple(Source),
        findings=tuple(sorted(counts.items())),
        roles=tuple(sorted(role.value for role in principal.roles)),
        purpose=question.purpose,
        permitted=tuple((tier, tuple(s for s in Source if s in table.get(tier, ()))) for tier in Tier),
        at=now_us // _MINUTE_US * 60,
    )


def policy_facts(decision: PolicyDecision, hmac: Callable[[str], str]) -> dict[str, Json]:
    """What a decision's record says of policy."""
    facts: dict[str, Json] = {
        "allowed": decision.allowed,
        "id": decision.policy_id,
        "version": decision.policy_version,
    }
    if (asked := decision.asked) is None:
        return facts
    if decision.observed:
        facts["audit_only"] = [[f.package, f.rule, f.effect] for f in decision.observed]
    return facts | {
        "outcome": outcome(decision),
        "fired": [[f.package, f.rule, f.effect] for f in decision.fired],
        "input": {
            "schema": SCHEMA,
            "action": asked.action,
            "tier": asked.tier.name,
            "tags": list(asked.tags),
            "findings": dict(asked.findings),
            "groups": list(asked.groups),
            "clearance": asked.clearance.name,
            "roles": list(asked.roles),
            "project": None if asked.project is None else withheld_project(asked.project, hmac),
            "purpose": asked.purpose,
            "requested": [str(source) for source in asked.requested],
            "routing": {tier.name: [str(source) for source in sources] for tier, sources in asked.permitted},
            "at": asked.at,
        },
    }


def withheld_project(name: str, hmac: Callable[[str], str]) -> str:
    """What a record holds in place of a project's name."""
    return _WITHHELD + hmac(f"project\0{name}")


def withheld_projects(name: str, hmacs: Callable[[str], Iterable[str]]) -> list[str]:
    """The same, under every key that a record may have been made under."""
    return [_WITHHELD + each for each in hmacs(f"project\0{name}")]


def outcome(decision: PolicyDecision) -> dict[str, Json]:
    """What a decision comes to, in a form that two decisions can be compared by."""
    return {
        "allowed": decision.allowed,
        "tier": decision.tier.name,
        "sources": sorted(str(source) for source in decision.allowed_sources),
        "tags": list(decision.tags),
        "obligations": [" ".join((o.kind.value, *o.values)) for o in decision.obligations],
    }


def asked_again(record: Mapping[str, Any], user_id: str) -> PolicyInput | None:
    """The facts in a record's `policy`; None where it holds none that can be asked again."""
    try:
        facts = record["input"]
        return PolicyInput(
            action=facts["action"],
            tier=Tier[facts["tier"]],
            tags=tuple(facts["tags"]),
            user_id=user_id,
            groups=tuple(facts["groups"]),
            clearance=Tier[facts["clearance"]],
            project=facts["project"],
            requested=tuple(Source(name) for name in facts["requested"]),
            findings=tuple(sorted(facts["findings"].items())),
            roles=tuple(facts["roles"]),
            purpose=facts["purpose"],
            permitted=tuple((tier, tuple(map(Source, facts["routing"][tier.name]))) for tier in Tier),
            at=facts["at"],
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
