"""A policy that is the routing table and nothing else, in process."""

from lacuna.domain.policy import PolicyDecision, PolicyInput, Source
from lacuna.domain.policy_verdicts import Verdict
from lacuna.domain.routing import RoutingTable
from lacuna.domain.tiers import Tier


class TablePolicy:
    """A `PolicyEngine` that allows every question and grants what the table has for its tier, as the shipped packages
    do. Other packages have nothing to say."""

    def __init__(self, table: RoutingTable, version: str = "table") -> None:
        self._table = {tier: frozenset(table.get(tier, frozenset())) for tier in Tier}
        self.version = version

    async def decide(self, asked: PolicyInput) -> PolicyDecision:
        granted: frozenset[Source] = self._table[asked.tier] & frozenset(asked.requested)
        return PolicyDecision(True, asked.tier, granted, (), "table", self.version)

    async def judge(self, package: str, asked: PolicyInput) -> tuple[Verdict, str]:
        return Verdict(), self.version

    async def check(self) -> None:
        return None

    async def close(self) -> None:
        return None
