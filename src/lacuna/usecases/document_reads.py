"""Show what is known of documents, with a record of who looked.

Guarantees that nothing is shown before its record is on disk: a single document by id and tier, a listing by how many
were on the page and the highest tier among them. What searches and answers showed stands in their own records. Which
documents a person may see is left to `lacuna.usecases.documents`.
"""

from lacuna.domain.audit import Json, Record
from lacuna.domain.identity import Principal
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import join
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Entry, Ledger
from lacuna.usecases.documents import Documents, Page


class DocumentReads:
    """See the module."""

    def __init__(self, documents: Documents, ledger: Ledger, clock: Clock) -> None:
        self._documents = documents
        self._ledger = ledger
        self._clock = clock

    async def show(self, document_id: str, principal: Principal) -> Document:
        """Raises NotFound, also where the principal may not read it, and StorageError."""
        document = await self._documents.get(document_id, principal)
        await self._record("document.read", principal, {"document": document.document_id, "tier": str(document.tier)})
        return document

    async def page(self, after: str, limit: int, principal: Principal) -> Page:
        """As `Documents.page`. Raises StorageError."""
        page = await self._documents.page(after, limit, principal)
        highest = join(document.tier for document in page.documents)
        await self._record("document.listed", principal, {"count": len(page.documents), "tier": str(highest)})
        return page

    async def _record(self, kind: str, principal: Principal, data: dict[str, Json]) -> None:
        record = Record(kind, self._clock.now_us(), principal.user_id, principal.via, "", data)
        await self._ledger.append(Entry(record))
