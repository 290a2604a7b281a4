"""Take documents in.

Promise: a document's tier is never below what any part of it showed, visible or hidden; whoever gets an outcome has its
ledger record on disk; the same upload completes what was interrupted. What is left to others: reading bytes
(ports/parsers.py), what counts as a finding (`classify`), the order of writes (usecases/document_writes.py), the filter
at search time (usecases/search.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from lacuna.domain.audit import Json
from lacuna.domain.chunking import Piece
from lacuna.domain.classification import Classification, Strategy
from lacuna.domain.documents import Fingerprint
from lacuna.domain.errors import Forbidden, InvalidInput, TooLarge
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.retrieval import Document
from lacuna.ports.clock import Clock, Ids
from lacuna.ports.embeddings import Embedder
from lacuna.ports.fingerprints import Fingerprinter, FingerprintIndex
from lacuna.ports.parsers import Parsed, Parser
from lacuna.ports.secrets import KeyRing
from lacuna.ports.sources import SourceItems
from lacuna.ports.storage import Catalogue, Ledger
from lacuna.ports.vectors import VectorStore
from lacuna.usecases.document_writes import DocumentWrites
from lacuna.usecases.documents import Documents
from lacuna.usecases.identities import DocumentIdentities
from lacuna.usecases.prepare import WORKERS, Prepare, Prepared
from lacuna.usecases.upload import Outcome, Upload, unchanged

WAITING: Final = 4
"""Documents in work beside those that occupy a worker: being fetched, or written."""


class Ingest:
    """See the module. `chunk` and `classify` are called on worker threads. `pipeline` names the settings that passages
    depend on: under others, unchanged files are ingested anew. `fingerprints` and `fingerprinter` come together or not
    at all; then `classify` must not look at them, or a document would be found in itself. `in_flight` is how many
    documents a caller should have in work at once, `refusing` names what decides about a refusal."""

    def __init__(
        self,
        *,
        parser: Parser,
        chunk: Callable[[Parsed], Sequence[Piece]],
        classify: Callable[[str], Classification],
        ruleset: Callable[[], str],
        strategy: Strategy,
        embedder: Embedder | None,
        store: VectorStore,
        catalogue: Catalogue,
        items: SourceItems,
        ledger: Ledger,
        keys: KeyRing,
        clock: Clock,
        ids: Ids,
        max_file_bytes: int,
        max_chunks: int = 20_000,
        workers: int = WORKERS,
        pipeline: str = "",
        recovery_grace_s: float = 2.0,
        fingerprints: FingerprintIndex | None = None,
        fingerprinter: Fingerprinter | None = None,
    ) -> None:
        self._prepare = Prepare(
            parser,
            chunk,
            classify,
            ruleset,
            strategy,
            embedder,
            keys,
            clock,
            pipeline,
            fingerprinter,
            max_chunks,
            workers,
        )
        self._writes = DocumentWrites(store, catalogue, ledger, keys, clock, ids, fingerprints, recovery_grace_s)
        self._catalogue = catalogue
        self._keys = keys
        self.max_file_bytes = max_file_bytes
        self.refusing = f"{self._prepare.pipeline} {max_file_bytes} {max_chunks}"
        self.in_flight = workers + WAITING
        self.identities = DocumentIdentities(items, keys)
        self.documents = Documents(catalogue, self._writes, self._prepare.classified, clock)
        self.lost = self._writes.lost
        self.fingerprints = self._writes.fingerprints
        self.recover = self._writes.recover

    async def document(self, upload: Upload, principal: Principal) -> Outcome:
        """Stores one document, or leaves it alone if nothing about it changed. Raises InvalidInput and its kin for
        what cannot be read (recorded as refused), Forbidden, DependencyError or StorageError; then what was there
        before stays.
        """
        upload.check(principal)
        data = upload.content()
        contents = self.content_hmacs(data)
        try:
            self._check_size(data)
            document_id = await self.identities.of(upload, contents[-1], principal)
            async with self._writes.alone(document_id):
                return await self._document(upload, data, contents, document_id, principal)
        except InvalidInput as error:
            facts: dict[str, Json] = {"content_hmac": contents[0], "bytes": len(data), "code": error.code}
            facts["hmac_key"] = self._keys.hmac_key_id
            await self._writes.refuse(principal, facts)
            raise

    async def preview(self, upload: Upload, document_id: str, principal: Principal) -> Outcome:
        """What `document` would answer for this id. Nothing is stored or recorded. Raises the same."""
        upload.check(principal)
        data = upload.content()
        self._check_size(data)
        before = await self._before(document_id, principal)
        fingerprints = self._prepare.fingerprints(upload, self.content_hmacs(data))
        if before is not None and self._is_same(before, fingerprints, upload):
            return unchanged(before, upload)
        new = await self._prepare.prepared(upload, data, document_id, fingerprints, before, principal, embed=False)
        return _written(new, upload, replaced=before is not None)

    async def still_same(self, upload: Upload, document_id: str) -> Outcome | None:
        """The outcome "unchanged" where the document's content is known to be what it was and nothing else that decides
        about it changed; else None. `upload` needs no content."""
        before = await self._catalogue.get(document_id)
        if before is None:
            return None
        content = Fingerprint.parse(before.content_hmac).content
        fingerprints = self._prepare.fingerprints(upload, [content] * len(self._keys.hmac_key_ids))
        return unchanged(before, upload) if self._is_same(before, fingerprints, upload) else None

    async def everything(self, upload: Upload) -> str:
        """The text that classification sees of an upload. Raises what reading it raises; nothing is stored."""
        return (await self._prepare.parsed(upload, upload.content())).everything

    def content_hmacs(self, data: bytes) -> tuple[str, ...]:
        """By what the same content is recognised: under every HMAC key, the current one first."""
        return self._keys.hmacs(b"content\0" + data)

    async def _document(
        self, upload: Upload, data: bytes, contents: Sequence[str], document_id: str, principal: Principal
    ) -> Outcome:
        before = await self._before(document_id, principal)
        fingerprints = self._prepare.fingerprints(upload, contents)
        if before is not None and self._is_same(before, fingerprints, upload):
            return unchanged(before, upload)
        new = await self._prepare.prepared(upload, data, document_id, fingerprints, before, principal)
        await self._writes.write(new, before, upload, principal)
        return _written(new, upload, replaced=before is not None)

    async def _before(self, document_id: str, principal: Principal) -> Document | None:
        before = await self._catalogue.get(document_id)
        if before is not None and not (principal.may(Permission.MANAGE_DOCUMENTS) or before.owner == principal.user_id):
            raise Forbidden("The document id is taken.", cure="Choose another id.")
        return before

    def _is_same(self, before: Document, fingerprints: Sequence[Fingerprint], upload: Upload) -> bool:
        if upload.moved and before.source != upload.source:
            return False
        same = Fingerprint.parse(before.content_hmac).same_upload(*fingerprints)
        return same and self._writes.is_whole(before.document_id)

    def _check_size(self, data: bytes) -> None:
        if len(data) > self.max_file_bytes:
            raise TooLarge(
                f"The document has {len(data):,} bytes; at most {self.max_file_bytes:,} are taken.",
                cure="Split the document or raise ingest.max_file_bytes.",
            )


def _written(new: Prepared, upload: Upload, *, replaced: bool) -> Outcome:
    return replace(
        unchanged(new.document, upload),
        status="replaced" if replaced else "stored",
        overruled=new.verdict.overruled,
        findings=new.findings,
        note=new.verdict.reason,
    )
