"""A catalogue of documents in a dictionary."""

from collections.abc import Sequence

from lacuna.domain.retrieval import Document


class InMemoryCatalogue:
    """A `Catalogue`, held to `lacuna.testing.contracts.catalogue`."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[Document, bool]] = {}

    async def put(self, document: Document, *, ready: bool) -> None:
        self._documents[document.document_id] = (document, ready)

    async def get(self, document_id: str) -> Document | None:
        return self._ready().get(document_id)

    async def page(self, after: str, limit: int) -> list[Document]:
        ready = self._ready()
        return [ready[document_id] for document_id in sorted(ready) if document_id > after][:limit]

    async def many(self, document_ids: Sequence[str]) -> dict[str, Document]:
        ready = self._ready()
        return {document_id: ready[document_id] for document_id in document_ids if document_id in ready}

    async def document_ids(self) -> frozenset[str]:
        return frozenset(self._ready())

    async def unready(self) -> list[str]:
        return sorted(document_id for document_id, (_, ready) in self._documents.items() if not ready)

    async def remove(self, document_id: str) -> None:
        self._documents.pop(document_id, None)

    def _ready(self) -> dict[str, Document]:
        return {document_id: document for document_id, (document, ready) in self._documents.items() if ready}
