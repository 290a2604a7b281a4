"""The order in which a document's catalogue entry, passages, fingerprints and ledger records are written.

Promise: a process killed between any two steps leaves nothing half visible, and what was recorded is on disk before it
can be seen (docs/ingest.md walks through every point). What is left to others: who may write (usecases/documents.py,
usecases/ingest.py), and what is written (usecases/prepare.py).
"""

import asyncio
from contextlib import suppress

from lacuna.domain.audit import Json, Record
from lacuna.domain.documents import Fingerprint
from lacuna.domain.errors import DependencyUnavailable, LacunaError
from lacuna.domain.identity import Principal
from lacuna.domain.lineage import Edge, LineageDelta, Node, NodeKind
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.fingerprints import FingerprintIndex
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue, Entry, Ledger
from lacuna.ports.vectors import VectorStore
from lacuna.usecases.fingerprints import DocumentFingerprints
from lacuna.usecases.lost import LostPassages
from lacuna.usecases.one_writer import OneWriter, finished
from lacuna.usecases.prepare import Prepared
from lacuna.usecases.upload import Upload


class DocumentWrites:
    """See the module. Callers hold `alone` for the document while they look at it and write."""

    def __init__(
        self,
        store: VectorStore,
        catalogue: Catalogue,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        index: FingerprintIndex | None,
        recovery_grace_s: float,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._recovery_grace_s = recovery_grace_s
        self.alone = OneWriter().alone
        self.lost = LostPassages(catalogue, store)
        self.fingerprints = DocumentFingerprints(index, catalogue)

    def is_whole(self, document_id: str) -> bool:
        """Whether nothing that belongs to the document was lost."""
        return document_id not in self.lost and self.fingerprints.knows(document_id)

    async def write(self, new: Prepared, before: Document | None, upload: Upload, principal: Principal) -> None:
        """Writes a new document, or a new version over `before`, and finishes it once begun. Raises
        DependencyUnavailable ("conflict") where another process changed the document meanwhile, or StorageError."""
        document_id = new.document.document_id
        if await self._catalogue.get(document_id) != before:
            raise _conflict()
        await finished(self._written(new, before, upload, principal))
        self._mark_whole(document_id)

    async def change(self, before: Document, after: Document, principal: Principal) -> None:
        """Changes tier, groups or title. Raises StorageError."""
        facts: dict[str, Json] = {
            "document": after.document_id,
            "tier": str(after.tier),
            "tier_before": str(before.tier),
            "found": str(after.found_tier),
            "groups": sorted(after.groups),
            "groups_before": sorted(before.groups),
            "title_changed": after.title != before.title,
        }
        entry = self._entry("document.changed", principal, facts, lineage=LineageDelta.of([_node(after)], ()))
        await finished(self._changed(before, after, entry))

    async def delete(self, document: Document, principal: Principal, reason: str) -> None:
        """Deletes text, vectors and catalogue entry for good; `reason` goes into the record. Raises StorageError."""
        await finished(self._deleted(document, principal, reason))

    async def refuse(self, principal: Principal, facts: dict[str, Json]) -> None:
        """Records that an upload was refused. Raises StorageError."""
        await self._ledger.append(self._entry("document.refused", principal, facts))

    async def recover(self) -> int:
        """Removes what interrupted writes and deletions left and returns how many documents that was; then finds out
        which documents are lost."""
        removed = await self._completed()
        await self.lost.find()
        await self.fingerprints.find_lost()
        return removed

    async def _written(self, new: Prepared, before: Document | None, upload: Upload, principal: Principal) -> None:
        """A new document becomes visible last, when everything about it is on disk. A new version is recorded first and
        then replaces the old one, which stays until that moment."""
        document, document_id = new.document, new.document.document_id
        attempt = self._ids.new("ing")
        entry = self._ingested(new, before, upload, principal, attempt)
        if before is None:
            await self._first_version(new, entry)
        else:
            await self._next_version(new, entry, principal, attempt)
        await self._catalogue.put(document, ready=True)
        if not await self._store.chunks([new.chunks[-1].chunk.chunk_id]):
            if document_id not in await self._store.document_ids():
                # Deleted by another process: what this one put into the catalogue goes with the next recovery.
                await self._catalogue.put(document, ready=False)
            raise _conflict()

    async def _first_version(self, new: Prepared, entry: Entry) -> None:
        document, document_id = new.document, new.document.document_id
        await self._catalogue.put(document, ready=False)
        try:
            await self.fingerprints.after(document, new.hashes)
            await self._store.replace(document_id, new.fingerprint, new.chunks)
            await self._ledger.append(entry)
        except LacunaError:
            # Where even this fails, the leftovers are invisible and `recover` removes them.
            with suppress(LacunaError):
                await self._store.remove(document_id)
                await self.fingerprints.remove(document_id)
                await self._catalogue.remove(document_id)
            raise

    async def _next_version(self, new: Prepared, entry: Entry, principal: Principal, attempt: str) -> None:
        document, document_id = new.document, new.document.document_id
        await self._ledger.append(entry)
        try:
            await self.fingerprints.before(document, new.hashes)
            await self._store.replace(document_id, new.fingerprint, new.chunks)
        except LacunaError as error:
            facts: dict[str, Json] = {"document": document_id, "code": error.code, "kept": "the version before"}
            with suppress(LacunaError):
                await self._ledger.append(self._entry("document.refused", principal, facts, attempt))
            raise
        await self.fingerprints.after(document, new.hashes)

    async def _changed(self, before: Document, after: Document, entry: Entry) -> None:
        """Search wants the passage's rights and the catalogue's: between the two writes the narrower ones hold. The
        text is recognised with the higher tier until the last."""
        await self._ledger.append(entry)
        await self.fingerprints.retag(after.document_id, max(before.tier, after.tier))
        await self._store.retag(after.document_id, after.tier, after.groups)
        await self._catalogue.put(after, ready=True)
        if after.tier < before.tier:
            await self.fingerprints.retag(after.document_id, after.tier)

    async def _deleted(self, document: Document, principal: Principal, reason: str) -> None:
        document_id = document.document_id
        await self._catalogue.put(document, ready=False)
        await self._store.remove(document_id)
        await self.fingerprints.remove(document_id)
        facts: dict[str, Json] = {"document": document_id, "reason": reason}
        entry = self._entry("document.deleted", principal, facts, lineage=_forgotten(document_id, document.tier))
        await self._ledger.append(entry)
        await self._catalogue.remove(document_id)
        self._mark_whole(document_id)

    async def _completed(self) -> int:
        """What another process is writing right now is given `recovery_grace_s` to become ready."""
        before = set(await self._catalogue.unready())
        if not before:
            return 0
        await asyncio.sleep(self._recovery_grace_s)
        removed = 0
        for document_id in sorted(before & set(await self._catalogue.unready())):
            async with self.alone(document_id):
                if await self._catalogue.get(document_id) is not None:
                    continue
                await self._store.remove(document_id)
                await self.fingerprints.remove(document_id)
                facts: dict[str, Json] = {"document": document_id, "reason": "interrupted"}
                record = Record("document.deleted", self._clock.now_us(), "system", "recovery", "", facts)
                await self._ledger.append(Entry(record, _forgotten(document_id, Tier.PUBLIC)))
                await self._catalogue.remove(document_id)
                removed += 1
        return removed

    def _mark_whole(self, document_id: str) -> None:
        """Everything about the document was written, or all of it removed."""
        self.lost.forget(document_id)
        self.fingerprints.written(document_id)

    def _ingested(
        self, new: Prepared, before: Document | None, upload: Upload, principal: Principal, attempt: str
    ) -> Entry:
        document = new.document
        facts: dict[str, Json] = {
            "document": document.document_id,
            "content_hmac": Fingerprint.parse(document.content_hmac).content,
            "hmac_key": self._keys.hmac_key_id,
            "tier": str(document.tier),
            "found": str(document.found_tier),
            "declared": None if upload.tier is None else str(upload.tier),
            "overruled": new.verdict.overruled,
            "reason": new.verdict.reason,
            "groups": sorted(document.groups),
            "findings": dict(new.findings),
            "chunks": document.chunks,
            "text_length": document.text_length,
            "media_type": document.media_type,
            "ruleset": document.ruleset,
            "embedder": new.fingerprint,
            "replaced": before is not None,
        }
        chunks = [indexed.chunk for indexed in new.chunks]
        nodes = [Node(c.chunk_id, NodeKind.CHUNK, c.tier, f"passage {c.ordinal + 1}") for c in chunks]
        edges = [Edge(document.document_id, chunk.chunk_id, "part_of") for chunk in chunks]
        lineage = LineageDelta.of([_node(document), *nodes], edges)
        return self._entry("document.ingested", principal, facts, attempt, lineage)

    def _entry(
        self,
        kind: str,
        principal: Principal,
        facts: dict[str, Json],
        attempt: str = "",
        lineage: LineageDelta = LineageDelta(),
    ) -> Entry:
        record = Record(kind, self._clock.now_us(), principal.user_id, principal.via, attempt, facts)
        return Entry(record, lineage)


def _conflict() -> DependencyUnavailable:
    return DependencyUnavailable(
        "Another process changed the document while it was written.", cure="Ingest it again.", code="conflict"
    )


def _node(document: Document) -> Node:
    return Node(document.document_id, NodeKind.DOCUMENT, document.tier, document.title)


def _forgotten(document_id: str, tier: Tier) -> LineageDelta:
    """Takes the title of a deleted document out of the lineage."""
    return LineageDelta((Node(document_id, NodeKind.DOCUMENT, tier, "(deleted)"),))
