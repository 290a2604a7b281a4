"""Documents whose passages are gone: the catalogue lists them, the vector store knows nothing of them.

That happens where `passages.db` was lost or an older one was put back. Such documents answer nothing, and nobody would
notice: so the state is computed at the start, told by `/ready`, and ends with the next ingest of the same document.
"""

from lacuna.domain.errors import StorageMissing
from lacuna.ports.storage import Catalogue
from lacuna.ports.vectors import VectorStore

CURE = "Restore passages.db from a backup, or run `lacuna ingest` on the same files again."

_PAGE = 1_000


class LostPassages:
    """What `find` found, less what was written again since. `documents` is how many the catalogue lists."""

    def __init__(self, catalogue: Catalogue, store: VectorStore) -> None:
        self._catalogue = catalogue
        self._store = store
        self._lost: set[str] = set()
        self.documents = 0

    def __len__(self) -> int:
        return len(self._lost)

    def __contains__(self, document_id: str) -> bool:
        return document_id in self._lost

    async def find(self) -> None:
        """Compares the catalogue with the store."""
        listed: list[str] = []
        while page := await self._catalogue.page(listed[-1] if listed else "", _PAGE):
            listed.extend(document.document_id for document in page)
        self.documents = len(listed)
        self._lost = await self._still_lost(set(listed))

    async def check(self) -> None:
        """Raises StorageMissing naming how many documents are without passages now; another process may have written
        some again."""
        if self._lost:
            self._lost = await self._still_lost(self._lost)
        if self._lost:
            raise StorageMissing(
                f"{len(self._lost)} of {self.documents} documents have lost their passages and answer nothing.",
                cure=CURE,
            )

    def forget(self, document_id: str) -> None:
        """The document was written again, or deleted."""
        self._lost.discard(document_id)

    async def _still_lost(self, candidates: set[str]) -> set[str]:
        lost = candidates - await self._store.document_ids()
        # What was deleted in between is not lost: it left the catalogue first.
        return set(await self._catalogue.many(sorted(lost))) if lost else lost
