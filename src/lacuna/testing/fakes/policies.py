"""Versions of policies in memory."""

from collections.abc import Sequence

from lacuna.domain.policy_set import Activation, PolicySet, PolicyVersion
from lacuna.ports.storage import Entry, Ledger


class InMemoryPolicies:
    """A `PolicyStore`, held to `lacuna.testing.contracts.policies`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[str, PolicyVersion] = {}
        self._history: list[Activation] = []

    async def version(self) -> int:
        return len(self._history)

    async def everything(self) -> tuple[int, PolicySet | None]:
        active = self._history[-1].version if self._history else None
        return len(self._history), None if active is None else self._kept[active].policies

    async def versions(self, limit: int) -> list[PolicyVersion]:
        return sorted(self._kept.values(), key=lambda each: (-each.added_at, each.version))[:limit]

    async def get(self, version: str) -> PolicyVersion | None:
        return self._kept.get(version)

    async def history(self, limit: int) -> list[Activation]:
        return self._history[::-1][:limit]

    async def keep(self, added: PolicyVersion, entries: Sequence[Entry]) -> bool:
        if added.version in self._kept:
            return False
        await self._ledger.append(*entries)
        self._kept[added.version] = added
        return True

    async def activate(
        self, version: str | None, by: str, at: int, added: PolicyVersion | None, entries: Sequence[Entry]
    ) -> None:
        await self._ledger.append(*entries)
        if added is not None:
            self._kept.setdefault(added.version, added)
        self._history.append(Activation(len(self._history) + 1, version, by, at))
