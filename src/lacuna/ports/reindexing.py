"""Moving all passages from one store into another while both the searches and the writers go on."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from lacuna.ports.vectors import VectorStore


@dataclass(frozen=True, slots=True)
class Move:
    """Where passages are taken from and where they go, with the names of both places. `resumed` says that an earlier
    run began it."""

    source: VectorStore
    target: VectorStore
    source_name: str
    target_name: str
    resumed: bool


class PassagePlaces(Protocol):
    """From `begin` until `switch` or `abandon`, every process MUST write to both places, and search in the source. From
    the moment `switch` returns every process MUST write to the target alone and search there. Both MUST outlive the
    process that called them."""

    async def begin(self, backend: str, role: str | None = None) -> Move:
        """Begins a move to a new, empty place of `backend`, or goes on with the one that is under way; where the place
        has rights of its own, gives `role` what serving takes. Raises StorageLocked while another process does, and
        InvalidInput where one to another back end is under way."""
        ...

    def holding(self, document_id: str) -> AbstractAsyncContextManager[None]:
        """Nobody else writes this document meanwhile. Raises StorageLocked after a minute."""
        ...

    def holding_all(self) -> AbstractAsyncContextManager[None]:
        """Nobody else writes any document meanwhile."""
        ...

    async def switch(self) -> None:
        """The target is the place from now on. Called by who is `holding_all`."""
        ...

    async def abandon(self) -> bool:
        """The source stays the place; False if no move was under way."""
        ...

    async def dispose(self) -> tuple[str, ...]:
        """Deletes places that are in use no more, for good, and names them."""
        ...
