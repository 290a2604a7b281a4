"""Documents that lack what belongs to them: the catalogue lists them, a store knows nothing of them.

That happens where a store's file was lost, or an older one was put back. Nobody would notice that such a document
answers nothing, or that fragments of it are no longer recognised: so the state is computed at the start, told by
`/ready`, and ends with the next ingest of the same document.
"""

from typing import Protocol

from lacuna.domain.errors import StorageMissing
from lacuna.ports.storage import Catalogue

CURE = "Restore passages.db from a backup, or run `lacuna ingest` on the same files again."


class HoldsDocuments(Protocol):
    """The part of a store that is asked here."""

    async def document_ids(self) -> frozenset[str]: ...


class Lost:
    """What `find` found, less what was written again since. `documents` is how many the catalogue lists."""

    def __init__(self, catalogue: Catalogue, store: HoldsDocuments, consequence: str, cure: str) -> None:
        self._catalogue = catalogue
        self._store = store
        self._consequence = consequence
        self._cure = cure
        self._lost: set[str] = set()
        self.documents = 0

    def __len__(self) -> int:
        return len(self._lost)

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._lost

    async def find(self) -> None:
        """Compares the catalogue with the store."""
        listed = await self._catalogue.document_ids()
        self.documents = len(listed)
        self._lost = await self._still_lost(set(listed))

    async def check(self) -> None:
        """Raises StorageMissing naming how many documents are concerned now; another process may have written some
        again."""
        if self._lost:
            self._lost = await self._still_lost(self._lost)
        if self._lost:
            raise StorageMissing(
                f"{len(self._lost)} of {self.documents} documents {self._consequence}.", cure=self._cure
            )

    def forget(self, document_id: str) -> None:
        """The document was written again, or deleted."""
        self._lost.discard(document_id)

    async def _still_lost(self, candidates: set[str]) -> set[str]:
        lost = candidates - await self._store.document_ids()
        # What was deleted in between is not lost: it left the catalogue first.
        return lost & await self._catalogue.document_ids() if lost else lost


class LostPassages(Lost):
    """Documents without passages."""

    def __init__(self, catalogue: Catalogue, store: HoldsDocuments) -> None:
        super().__init__(catalogue, store, "have lost their passages and answer nothing", CURE)


class LostFingerprints(Lost):
    """Documents without fingerprints; also those ingested before there were any, or under another key."""

    def __init__(self, catalogue: Catalogue, store: HoldsDocuments) -> None:
        super().__init__(
            catalogue,
            store,
            "have no fingerprints: what is pasted from them is not recognised",
            "Restore fingerprints.db from a backup, or run `lacuna ingest` on the same files again.",
        )
