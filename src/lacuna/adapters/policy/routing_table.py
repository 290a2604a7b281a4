"""The routing table as a policy of its own: what a tier may use, and nothing else.

It allows every query, raises no tier and grants a source only where the table of the query's tier lists it.
"""

import hashlib

from lacuna.domain.policy import PolicyDecision, PolicyInput, Source
from lacuna.domain.routing import RoutingTable
from lacuna.domain.tiers import Tier

POLICY_ID = "routing-table"


class RoutingTablePolicy:
    """A `PolicyEngine`. `version` is part of every cache key, so it is derived from the table where none is given."""

    def __init__(self, table: RoutingTable, version: str = "") -> None:
        self._table = {tier: frozenset(table.get(tier, frozenset())) for tier in Tier}
        self._version = version or table_version(self._table)

    @property
    def version(self) -> str:
        return self._version

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        return PolicyDecision(
            allowed=True,
            tier=asked.tier,
            allowed_sources=self._table[asked.tier] & frozenset(asked.requested),
            reasons=(),
            policy_id=POLICY_ID,
            policy_version=self._version,
        )


def table_version(table: RoutingTable) -> str:
    """A digest of the table: equal tables have equal versions."""
    lines = [f"{tier}:{','.join(s for s in Source if s in table.get(tier, frozenset()))}" for tier in Tier]
    return "table-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
