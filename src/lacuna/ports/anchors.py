"""Places outside this machine where the log's checkpoints are kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

Prove = Callable[[int, int], Awaitable[tuple[bytes, ...]]]
"""(first size, second size) -> the consistency proof between them (RFC 6962, section 2.1.2)."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A signed checkpoint (C2SP tlog-checkpoint), its size, and how to prove that it extends an earlier one."""

    note: str
    size: int
    prove: Prove


class Anchor(Protocol):
    """MUST send nothing but checkpoints and proofs, and only to the address that the configuration names; MUST NOT
    replace a checkpoint that is kept there. Publishing what is there already is no fault."""

    @property
    def name(self) -> str:
        """Its kind in the catalogue."""
        ...

    @property
    def host(self) -> str:
        """Where it sends to; for a file, its folder."""
        ...

    async def publish(self, publication: Publication) -> None:
        """Kept there when it returns. Raises DependencyError; DependencyNonsense where another history is kept."""
        ...

    async def close(self) -> None: ...
