"""The versions of policies that were deployed, and which of them is in force."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.policy_set import Activation, PolicySet, PolicyVersion
from lacuna.ports.storage import Entry


class PolicyStore(Protocol):
    """What a change did MUST be visible to every later read in every process from the moment the call returns, and
    durable. A version never changes once it is kept."""

    async def version(self) -> int:
        """Grows with every activation by any process. Cheap: asked several times a second."""
        ...

    async def everything(self) -> tuple[int, PolicySet | None]:
        """The set that was deployed last, None where the configuration is in force; and the version it is of."""
        ...

    async def versions(self, limit: int) -> list[PolicyVersion]:
        """The newest versions first."""
        ...

    async def get(self, version: str) -> PolicyVersion | None: ...

    async def history(self, limit: int) -> list[Activation]:
        """What was in force, newest first."""
        ...

    async def keep(self, added: PolicyVersion, entries: Sequence[Entry]) -> bool:
        """Keeps a version and appends to the ledger: both or nothing. False, and nothing done, where it is kept."""
        ...

    async def activate(
        self, version: str | None, by: str, at: int, added: PolicyVersion | None, entries: Sequence[Entry]
    ) -> None:
        """Puts a version (None: the configuration) into force, keeps `added` if it is new, and appends to the ledger:
        all of it or nothing."""
        ...
