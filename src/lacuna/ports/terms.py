"""Terms that administrators keep in the data folder, beside those of the configuration."""

from collections.abc import Sequence
from typing import Protocol

from lacuna.domain.terms import StoredTerm, TermList, TermSet
from lacuna.ports.storage import Entry


class TermStore(Protocol):
    """Terms are protected data: MUST NOT show up in logs or errors. What `change` did MUST be visible to every later
    read in every process from the moment the call returns, and durable. Within a list no two terms have the same form
    (`domain.terms.form_of` of the name)."""

    async def version(self) -> int:
        """Grows with every change by any process. Cheap: asked several times a second."""
        ...

    async def everything(self) -> tuple[int, TermSet]:
        """All terms and the version they are of, never half of a change."""
        ...

    async def page(self, listed: TermList, after: str, limit: int) -> list[StoredTerm]:
        """Terms of one list by id, those after `after`."""
        ...

    async def get(self, term_id: str) -> StoredTerm | None: ...

    async def named(self, listed: TermList, name: str) -> StoredTerm | None:
        """The term of a list whose name has the same form as `name`."""
        ...

    async def change(self, put: Sequence[StoredTerm], removed: Sequence[str], entries: Sequence[Entry]) -> None:
        """Stores and removes terms and appends to the ledger: all of it or nothing. A term of a form that the list has
        already replaces that one under its old id. Raises TooLarge where the store would hold more than it may."""
        ...
