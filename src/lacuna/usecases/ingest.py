"""Take documents in, change who may read them, and delete them.

Promise: a document's tier is never below what any part of it showed, visible or hidden; whoever gets an outcome has its
ledger record on disk; a process killed at any point leaves nothing half visible, and the same upload completes what was
interrupted (docs/ingest.md walks through every point). What is left to others: reading bytes (ports/parsers.py), what
counts as a finding (`classify`), the filter at search time (usecases/search.py).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.chunking import Piece
from lacuna.domain.classification import Classification
from lacuna.domain.documents import Fingerprint
from lacuna.domain.errors import (
    DependencyUnavailable,
    Forbidden,
    InvalidInput,
    LacunaError,
    NotFound,
    TierConflict,
    TooLarge,
)
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.lineage import Edge, LineageDelta, Node, NodeKind
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier, join
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.embeddings import Embedder
from lacuna.ports.fingerprints import Fingerprinter, FingerprintIndex
from lacuna.ports.parsers import Parsed, Parser
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue, Entry, Ledger
from lacuna.ports.vectors import VectorStore
from lacuna.usecases.fingerprints import DocumentFingerprints
from lacuna.usecases.folder import Found, files_under, read_file
from lacuna.usecases.lost import LostPassages
from lacuna.usecases.one_writer import OneWriter, finished
from lacuna.usecases.prepare import Prepare, Prepared
from lacuna.usecases.upload import MAX_TITLE, Declared, Outcome, Upload, check_groups, checked_label, unchanged

FILES_IN_FLIGHT: Final = 4
PAGE_SCAN: Final = 10_000
"""Documents looked at for one page, so that a reader of few among many does not scan the catalogue in one call."""


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in order of id; `next` continues after them and is None at the end."""

    documents: tuple[Document, ...]
    next: str | None


class Ingest:
    """See the module. `chunk` and `classify` are called on worker threads. `pipeline` names the settings that passages
    depend on: under others, unchanged files are ingested anew. `fingerprints` and `fingerprinter` come together or not
    at all; then `classify` must not look at them, or a document would be found in itself."""

    def __init__(
        self,
        *,
        parser: Parser,
        chunk: Callable[[Parsed], Sequence[Piece]],
        classify: Callable[[str], Classification],
        ruleset: Callable[[], str],
        embedder: Embedder | None,
        store: VectorStore,
        catalogue: Catalogue,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        max_file_bytes: int,
        pipeline: str = "",
        recovery_grace_s: float = 2.0,
        fingerprints: FingerprintIndex | None = None,
        fingerprinter: Fingerprinter | None = None,
    ) -> None:
        self._prepare = Prepare(parser, chunk, classify, ruleset, embedder, keys, clock, pipeline, fingerprinter)
        self._store = store
        self._catalogue = catalogue
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._max_file_bytes = max_file_bytes
        self._recovery_grace_s = recovery_grace_s
        self._writers = OneWriter()
        self.lost = LostPassages(catalogue, store)
        self.fingerprints = DocumentFingerprints(fingerprints, catalogue)

    async def document(self, upload: Upload, principal: Principal) -> Outcome:
        """Stores one document, or leaves it alone if nothing about it changed. Raises InvalidInput and its kin for
        what cannot be read (recorded as refused), Forbidden, DependencyError or StorageError; then what was there
        before stays.
        """
        upload.check(principal)
        data = upload.content()
        contents = self._keys.hmacs(b"content\0" + data)
        try:
            if len(data) > self._max_file_bytes:
                raise TooLarge(
                    f"The document has {len(data):,} bytes; at most {self._max_file_bytes:,} are taken.",
                    cure="Split the document or raise ingest.max_file_bytes.",
                )
            document_id = upload.document_id or self._derived_id(upload, contents[-1], principal)
            async with self._writers.alone(document_id):
                return await self._document(upload, data, contents, document_id, principal)
        except InvalidInput as error:
            facts: dict[str, Json] = {"content_hmac": contents[0], "bytes": len(data), "code": error.code}
            facts["hmac_key"] = self._keys.hmac_key_id
            await self._ledger.append(self._entry("document.refused", principal, facts))
            raise

    async def folder(
        self,
        paths: Sequence[Path],
        declared: Declared,
        principal: Principal,
        counted: Callable[[int], None] = lambda count: None,
    ) -> AsyncGenerator[Outcome, None]:
        """The outcome of every file under `paths`, in order, several in work at once. A file that cannot be taken is a
        "failed" outcome; a store that cannot write ends the run with its StorageError. `counted` is told the number of
        files before the first is read."""
        waiting: list[asyncio.Task[Outcome]] = []
        try:
            files = await asyncio.to_thread(files_under, paths)
            counted(len(files))
            for found in files:
                waiting.append(asyncio.create_task(self._file(found, declared, principal)))
                if len(waiting) >= FILES_IN_FLIGHT:
                    yield await waiting.pop(0)
            while waiting:
                yield await waiting.pop(0)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def everything(self, upload: Upload) -> str:
        """The text that classification sees of an upload. Raises what reading it raises; nothing is stored."""
        return (await self._prepare.parsed(upload, upload.content())).everything

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
        async with self._writers.alone(document_id):
            before = await self._owned(document_id, principal)
            found = before.found_tier
            if groups is not None:
                check_groups(groups, principal)
            if title is not None:
                checked_label(title, "title", MAX_TITLE)
                (named,) = await self._prepare.classified([title])
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
            facts: dict[str, Json] = {
                "document": document_id,
                "tier": str(after.tier),
                "tier_before": str(before.tier),
                "found": str(found),
                "groups": sorted(after.groups),
                "groups_before": sorted(before.groups),
                "title_changed": after.title != before.title,
            }
            entry = self._entry("document.changed", principal, facts, lineage=LineageDelta.of([_node(after)], ()))
            await finished(self._change(before, after, entry))
            return after

    async def delete(self, document_id: str, principal: Principal) -> None:
        """Deletes text, vectors and catalogue entry for good. Raises NotFound or Forbidden."""
        async with self._writers.alone(document_id):
            document = await self._owned(document_id, principal)
            await finished(self._delete(document, principal))

    async def recover(self) -> int:
        """Removes what interrupted writes and deletions left and returns how many documents that was; then finds out
        which documents are `lost`. What another process is writing right now is given `recovery_grace_s` to become
        ready."""
        removed = await self._completed()
        await self.lost.find()
        await self.fingerprints.find_lost()
        return removed

    async def _completed(self) -> int:
        before = set(await self._catalogue.unready())
        if not before:
            return 0
        await asyncio.sleep(self._recovery_grace_s)
        removed = 0
        for document_id in sorted(before & set(await self._catalogue.unready())):
            async with self._writers.alone(document_id):
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

    async def _document(
        self, upload: Upload, data: bytes, contents: Sequence[str], document_id: str, principal: Principal
    ) -> Outcome:
        before = await self._catalogue.get(document_id)
        if before is not None and not (principal.may(Permission.MANAGE_DOCUMENTS) or before.owner == principal.user_id):
            raise Forbidden("The document id is taken.", cure="Choose another id.")
        fingerprints = await self._prepare.fingerprints(upload, contents)
        known = document_id not in self.lost and self.fingerprints.knows(document_id)
        if before is not None and known and Fingerprint.parse(before.content_hmac).same_upload(*fingerprints):
            return unchanged(before, upload)
        new = await self._prepare.prepared(upload, data, document_id, fingerprints, before, principal)
        if await self._catalogue.get(document_id) != before:
            raise _conflict()
        await finished(self._write(new, before, upload, principal))
        self._is_whole(document_id)
        return _written(new, upload, replaced=before is not None)

    async def _write(self, new: Prepared, before: Document | None, upload: Upload, principal: Principal) -> None:
        """A new document becomes visible last, when everything about it is on disk. A new version is recorded first and
        then replaces the old one, which stays until that moment."""
        document, document_id = new.document, new.document.document_id
        attempt = self._ids.new("ing")
        entry = self._ingested(new, before, upload, principal, attempt)
        if before is None:
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
        else:
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
        await self._catalogue.put(document, ready=True)
        if not await self._store.chunks([new.chunks[-1].chunk.chunk_id]):
            if document_id not in await self._store.document_ids():
                # Deleted by another process: what this one put into the catalogue goes with the next recovery.
                await self._catalogue.put(document, ready=False)
            raise _conflict()

    async def _change(self, before: Document, after: Document, entry: Entry) -> None:
        """Search wants the passage's rights and the catalogue's: between the two writes the narrower ones hold. The
        text is recognised with the higher tier until the last."""
        await self._ledger.append(entry)
        await self.fingerprints.retag(after.document_id, max(before.tier, after.tier))
        await self._store.retag(after.document_id, after.tier, after.groups)
        await self._catalogue.put(after, ready=True)
        if after.tier < before.tier:
            await self.fingerprints.retag(after.document_id, after.tier)

    async def _delete(self, document: Document, principal: Principal) -> None:
        document_id = document.document_id
        await self._catalogue.put(document, ready=False)
        await self._store.remove(document_id)
        await self.fingerprints.remove(document_id)
        facts: dict[str, Json] = {"document": document_id, "reason": "asked"}
        entry = self._entry("document.deleted", principal, facts, lineage=_forgotten(document_id, document.tier))
        await self._ledger.append(entry)
        await self._catalogue.remove(document_id)
        self._is_whole(document_id)

    def _is_whole(self, document_id: str) -> None:
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

    async def _file(self, found: Found, declared: Declared, principal: Principal) -> Outcome:
        try:
            if found.problem is not None:
                raise found.problem
            upload = Upload(
                data=await asyncio.to_thread(read_file, found.path, self._max_file_bytes),
                filename=found.path.name,
                title=declared.title,
                source=found.source,
                tier=declared.tier,
                groups=declared.groups,
                origin=found.path.as_uri(),
            )
            return await self.document(upload, principal)
        except (InvalidInput, NotFound, Forbidden, DependencyUnavailable) as error:
            return Outcome("failed", found.source, declared=declared.tier, error=error)

    async def _owned(self, document_id: str, principal: Principal) -> Document:
        document = await self.get(document_id, principal)
        if not principal.may(Permission.MANAGE_DOCUMENTS) and document.owner != principal.user_id:
            raise Forbidden("Only the document's owner or an administrator may do this.", cure="Ask one of them.")
        return document

    def _derived_id(self, upload: Upload, content: str, principal: Principal) -> str:
        """Administrators share one set of ids. Others have their own: an upload neither touches nor betrays a document
        of somebody else."""
        owner = "" if principal.may(Permission.MANAGE_DOCUMENTS) else principal.user_id
        what = upload.origin or upload.source or content
        return "doc_" + self._keys.lasting("\1".join(["document", owner, what]))[:24]


def _conflict() -> DependencyUnavailable:
    return DependencyUnavailable(
        "Another process changed the document while it was written.", cure="Ingest it again.", code="conflict"
    )


def _node(document: Document) -> Node:
    return Node(document.document_id, NodeKind.DOCUMENT, document.tier, document.title)


def _forgotten(document_id: str, tier: Tier) -> LineageDelta:
    """Takes the title of a deleted document out of the lineage."""
    return LineageDelta((Node(document_id, NodeKind.DOCUMENT, tier, "(deleted)"),))


def _written(new: Prepared, upload: Upload, *, replaced: bool) -> Outcome:
    return replace(
        unchanged(new.document, upload),
        status="replaced" if replaced else "stored",
        overruled=new.verdict.overruled,
        findings=new.findings,
        note=new.verdict.reason,
    )
