"""Rules that are evaluated and told of, but have no effect: which may be so, and which never.

Promise: what Lacuna promises of every configuration does not depend on what is named here. A name is that of the
package and the rule ("lacuna.routing.board_room"); a decision gives the names beside its entries, so that they lie in
the set of policies, have its version, and count on every engine.
"""

from typing import Final

from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_documents import ACCESS, CLASSIFICATION, EXPORT, RETENTION, ROUTING, SPLIT, package_of
from lacuna.domain.policy_set import PolicySet

MAX_AUDIT_ONLY: Final = 200

AUDIT_ONLY: Final = "audit_only"
"""The key of a decision that names rules which are to have no effect ("lacuna.routing.board_room")."""

ENFORCED: Final = frozenset(
    f"{package}.{rule}"
    for package, rules in (
        (CLASSIFICATION, ("unknown_tier",)),
        (ROUTING, ("unknown_tier", "routing_table")),
        (ACCESS, ("unknown_operation", "unknown_tier", "clearance", "delete_is_for_administrators")),
        (EXPORT, ("tier", "resource_tier", "encryption")),
        (RETENTION, ("legal_hold",)),
        (SPLIT, ("tier_not_listed", "unknown_tier")),
    )
    for rule in rules
)
"""Shipped rules that nothing switches off: without them data would be read, leave or be deleted against what Lacuna
promises of every configuration."""


def not_audit_only(name: str) -> str:
    """Why a rule cannot be audit-only; empty if it can."""
    if name in ENFORCED:
        return f"{name} always has an effect"
    if package_of(name) is None:
        return f"{name[:140]!r} names no rule; write package and rule (lacuna.routing.board_room)"
    return ""


def refuse_audit_only(policies: PolicySet) -> None:
    """Raises ConfigError where the settings of a set name a rule that must have an effect, or none: somebody would
    believe it to be without effect."""
    texts = [text for _, text in policies.rules]
    problems = []
    for name in policies.audit_only:
        rule = name.removeprefix(f"{package_of(name)}.")
        fault = not_audit_only(name)
        if not fault and not any(f'"{rule}"' in text for text in texts):
            fault = f"{name} names no rule of the set"
        elif not fault and not any(f'"{AUDIT_ONLY}"' in text for text in texts):
            fault = f"no decision of the set gives {AUDIT_ONLY}, so {name} would have its effect"
        if fault:
            problems.append(f"data.settings.audit_only: {fault}")
    if problems:
        raise ConfigError(
            "The policies cannot be used.", cure="Correct the names in data.settings.", problems=tuple(problems)
        )
