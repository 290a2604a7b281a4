"""Look at documents, change who may read them, and delete them.

Promise: nobody learns of a document that they may not read; a tier never falls below what was found. What is left to
others: the order of writes (usecases/document_writes.py).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lacuna.domain.classification import Classification
from lacuna.domain.documents import Fingerprint
from lacuna.domain.errors import Forbidden, NotFound, TierConflict
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier, join
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Catalogue
from lacuna.usecases.document_writes import DocumentWrites
from lacuna.usecases.upload import MAX_TITLE, check_groups, checked_label

PAGE_SCAN: Final = 10_000
"""Documents looked at for one page, so that a reader of few among many does not scan the catalogue in one call."""


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in order of id; `next` continues after them and is None at the end."""

    documents: tuple[Document, ...]
    next: str | None


class Documents:
    """See the module. `classified` gives the classification of each text."""

    def __init__(
        self,
        catalogue: Catalogue,
        writes: DocumentWrites,
        classified: Callable[[Sequence[str]], Awaitable[list[Classification]]],
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._writes = writes
        self._classified = classified
        self._clock = clock

    async def get(self, document_id: str, principal: Principal) -> Document:
        """Raises NotFound, also where the principal may not read it."""
        document = await self._catalogue.get(document_id)
        if document is None or not principal.reach.permits(document.tier, document.groups):
            raise NotFound("No such document.", cure="Check the id; only documents you may read are found.")
        return document

    async def page(self, after: str, limit: int, principal: Principal) -> Page:
        """Up to `limit` documents that the principal may read, by id, those after `after`."""
        reach, found, scanned = principal.reach, list[Document](), 0
        while scanned < PAGE_SCAN:
            batch = await self._catalogue.page(after, 500)
            for document in batch:
                after = document.document_id
                if reach.permits(document.tier, document.groups):
                    found.append(document)
                    if len(found) == limit:
                        return Page(tuple(found), after)
            if len(batch) < 500:
                return Page(tuple(found), None)
            scanned += len(batch)
        return Page(tuple(found), after)

    async def change(
        self,
        document_id: str,
        tier: Tier | None,
        groups: frozenset[str] | None,
        title: str | None,
        principal: Principal,
    ) -> Document:
        """Changes what is given. Raises TierConflict below what was found, NotFound or Forbidden. Passages keep the old
        title until the document is ingested again."""
        async with self._writes.alone(document_id):
            before = await self._owned(document_id, principal)
            found = before.found_tier
            if groups is not None:
                check_groups(groups, principal)
            if title is not None:
                checked_label(title, "title", MAX_TITLE)
                (named,) = await self._classified([title])
                found = join((finding.tier for finding in named.findings), floor=found)
            if tier is not None and tier < found:
                raise TierConflict(
                    f"{found} was found in the document; {tier} is lower.",
                    cure="Remove what was found and ingest again.",
                )
            after = replace(
                before,
                tier=max(before.tier if tier is None else tier, found),
                found_tier=found,
                groups=before.groups if groups is None else groups,
                title=before.title if title is None else title,
                content_hmac=str(replace(Fingerprint.parse(before.content_hmac), changed=True)),
                updated_at=self._clock.now_us(),
            )
            await self._writes.change(before, after, principal)
            return after

    async def delete(self, document_id: str, principal: Principal, reason: str = "asked") -> None:
        """Deletes text, vectors and catalogue entry for good; `reason` goes into the record. Raises NotFound or
        Forbidden."""
        async with self._writes.alone(document_id):
            document = await self._owned(document_id, principal)
            await self._writes.delete(document, principal, reason)

    async def _owned(self, document_id: str, principal: Principal) -> Document:
        document = await self.get(document_id, principal)
        if not principal.may(Permission.MANAGE_DOCUMENTS) and document.owner != principal.user_id:
            raise Forbidden("Only the document's owner or an administrator may do this.", cure="Ask one of them.")
        return document
