"""Keep the index of fingerprints in step with the documents; without an index, do nothing.

Promise: at every moment, also where a process dies between two steps, whatever text of a document is served is
recognised with at least the document's tier. For that, more may be recognised for a while than is served. What is left
to others: calling each step at its place (usecases/ingest.py), choosing the hashes (ports/fingerprints.py).
"""

from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import FingerprintIndex, Hashes
from lacuna.ports.storage import Catalogue
from lacuna.usecases.lost import LostFingerprints


class DocumentFingerprints:
    """See the module. `lost` are documents that are not in the index, None without one."""

    def __init__(self, index: FingerprintIndex | None, catalogue: Catalogue) -> None:
        self._index = index
        self.lost = None if index is None else LostFingerprints(catalogue, index)

    async def before(self, document: Document, hashes: Hashes | None) -> None:
        """A version is about to be served: it is recognised beside the one before."""
        if self._index is not None and hashes is not None:
            await self._index.add(document.document_id, document.tier, hashes)

    async def after(self, document: Document, hashes: Hashes | None) -> None:
        """The version before is served no longer."""
        if self._index is not None and hashes is not None:
            await self._index.replace(document.document_id, document.tier, hashes)

    async def retag(self, document_id: str, tier: Tier) -> None:
        """The document's text has this tier from now on."""
        if self._index is not None:
            await self._index.retag(document_id, tier)

    async def remove(self, document_id: str) -> None:
        """The document's text is gone."""
        if self._index is not None:
            await self._index.remove(document_id)

    async def find_lost(self) -> None:
        """Compares the catalogue with the index."""
        if self.lost is not None:
            await self.lost.find()

    def knows(self, document_id: str) -> bool:
        """Whether nothing is missing for the document."""
        return self.lost is None or document_id not in self.lost

    def written(self, document_id: str) -> None:
        """The document was written again, or deleted."""
        if self.lost is not None:
            self.lost.forget(document_id)
