"""Turn an uploaded document into passages that are ready to be written: parse, cut, classify, decide the tier, embed.

Writes nothing. Blocking work runs on worker threads, a few at a time, so that questions are answered meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from lacuna.domain.chunking import Piece, embedded_text, joined
from lacuna.domain.classification import Classification, Strategy, tags
from lacuna.domain.documents import Fingerprint, Verdict, kinds, verdict
from lacuna.domain.errors import OutboundRefused, TooLarge, UnreadableDocument
from lacuna.domain.identity import EVERYONE, Principal
from lacuna.domain.retrieval import Chunk, Document
from lacuna.domain.tiers import Tier
from lacuna.ports.clock import Clock
from lacuna.ports.embeddings import Embedder, Vectors
from lacuna.ports.fingerprints import Fingerprinter, Hashes
from lacuna.ports.parsers import Parsed, Parser
from lacuna.ports.secrets import KeyRing
from lacuna.ports.vectors import IndexedChunk
from lacuna.usecases.neighbours import passage_id
from lacuna.usecases.upload import MAX_TITLE, Upload

T = TypeVar("T")

WORKERS: Final = 2
"""Threads that cut, classify and embed documents at once."""

EMBED_BATCH: Final = 16

PIPELINE: Final = "3"
"""Changes whenever the same bytes would be parsed, cut or embedded differently."""

DEGRADED: Final = "degraded"
"""Stands for the pipeline of a document that was classified with a layer failing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and its passages. `fingerprint` is the embedder's, "" without one; `hashes` are those that fragments
    are recognised by, None without a fingerprinter."""

    document: Document
    chunks: tuple[IndexedChunk, ...]
    fingerprint: str
    verdict: Verdict
    findings: dict[str, int]
    hashes: Hashes | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What a document's text says: its passages, the length of the retrieval text, the classification of everything
    and of each passage, and the hashes that fragments are recognised by."""

    pieces: Sequence[Piece]
    length: int
    whole: Classification
    own: list[Classification]
    hashes: Hashes | None


class Prepare:
    """See the module. `chunk` and `classify` MUST be safe to call from several threads at once. `ruleset` names the
    rules that `classify` applies from now on, `strategy` is the one it follows, `pipeline` names what else passages
    depend on, such as their size: documents ingested under another one are ingested anew."""

    def __init__(
        self,
        parser: Parser,
        chunk: Callable[[Parsed], Sequence[Piece]],
        classify: Callable[[str], Classification],
        ruleset: Callable[[], str],
        strategy: Strategy,
        embedder: Embedder | None,
        keys: KeyRing,
        clock: Clock,
        pipeline: str,
        fingerprinter: Fingerprinter | None = None,
        max_chunks: int = 20_000,
        workers: int = WORKERS,
    ) -> None:
        if embedder is not None and not embedder.local:
            raise OutboundRefused(
                "The embedder is not local: documents would leave the house.", cure="Configure a local embedder."
            )
        self._parser = parser
        self._chunk = chunk
        self._classify = classify
        self._ruleset = ruleset
        self._strategy = strategy
        self._embedder = embedder
        self._embedder_name = embedder.fingerprint if embedder is not None else ""
        self._keys = keys
        self._clock = clock
        self._fingerprinter = fingerprinter
        self._max_chunks = max_chunks
        scheme = "" if fingerprinter is None else f" {fingerprinter.scheme}"
        self.pipeline = f"{PIPELINE} {pipeline}{scheme}"
        self._workers = asyncio.Semaphore(workers)
        self._at_once = workers

    async def parsed(self, upload: Upload, data: bytes) -> Parsed:
        """The text of an upload with this content."""
        return await self._parser.parse(data, upload.parse_name())

    async def classified(self, texts: Sequence[str]) -> list[Classification]:
        """The classification of each text."""
        async with self._workers:
            return await asyncio.to_thread(_each_once, self._classify, texts)

    def fingerprints(self, upload: Upload, content_hmacs: Sequence[str]) -> tuple[Fingerprint, ...]:
        """What decides the outcome of ingesting `upload` now, named under every HMAC key, the current one first."""
        said = [
            "-" if upload.tier is None else str(upload.tier),
            "-" if upload.groups is None else "\0".join(sorted(upload.groups)),
            upload.title,
            # A file's place depends on the folder it was named with; the same file is the same all the same.
            "" if upload.origin else upload.source,
        ]
        by = [self.pipeline, self._ruleset(), str(self._strategy), self._embedder_name]
        declared, pipeline = (self._keys.hmacs("\1".join(parts)) for parts in (["declared", *said], ["by", *by]))
        under = zip(content_hmacs, declared, pipeline, strict=True)
        return tuple(Fingerprint(content, stated[:32], made[:32]) for content, stated, made in under)

    async def prepared(
        self,
        upload: Upload,
        data: bytes,
        document_id: str,
        fingerprints: Sequence[Fingerprint],
        before: Document | None,
        principal: Principal,
        *,
        embed: bool = True,
    ) -> Prepared:
        """The new version; without `embed`, one that is only looked at. Raises UnsupportedFormat, UnreadableDocument,
        TooLarge or DependencyError."""
        parsed = await self.parsed(upload, data)
        fingerprint = fingerprints[0]
        kept = before is not None and _repeats(before, fingerprints)
        title = before.title if before is not None and kept else (upload.title or parsed.title)[:MAX_TITLE]
        async with self._workers:
            read = await asyncio.to_thread(self._read, replace(parsed, title=title), upload.source)
        pieces, whole, own = read.pieces, read.whole, read.own
        decided = verdict([whole, *own], upload.tier, _floor(upload, before, kept))
        if any(part.degraded for part in (whole, *own)):
            # It counts as PROPRIETARY until the layer works again; then the same upload is not "unchanged".
            fingerprint = replace(fingerprint, pipeline=DEGRADED)
        document = Document(
            document_id=document_id,
            title=title,
            source=upload.source,
            tier=decided.tier,
            found_tier=decided.found,
            groups=_groups(upload, before, kept),
            tags=tags(finding for part in (whole, *own) for finding in part.findings),
            chunks=len(pieces),
            text_length=read.length,
            content_hmac=str(replace(fingerprint, changed=kept)),
            media_type=parsed.media_type,
            ruleset=whole.ruleset,
            owner=before.owner if before is not None else principal.user_id,
            updated_at=self._clock.now_us(),
        )
        chunks = [
            self._passage(document, ordinal, piece, part.tier)
            for ordinal, (piece, part) in enumerate(zip(pieces, own, strict=True))
        ]
        return Prepared(
            document,
            await self._embedded(chunks) if embed else tuple(IndexedChunk(chunk, None) for chunk in chunks),
            self._embedder_name,
            decided,
            kinds(whole, own),
            read.hashes,
        )

    def _read(self, parsed: Parsed, source: str) -> _Read:
        """All that needs no vectors, in one go: every change of threads waits for the interpreter's lock."""
        pieces = self._chunk(parsed)
        if not pieces:
            raise UnreadableDocument("The document holds no text.", cure="Text in pictures is not read: run OCR first.")
        if len(pieces) > self._max_chunks:
            raise TooLarge(
                f"The document has {len(pieces):,} passages; at most {self._max_chunks:,} are taken.",
                cure="Split the document or raise ingest.max_chunks.",
            )
        text = joined(section.text for section in parsed.sections)
        # Readers see title and source beside every passage: what they show counts too.
        whole_text = "\n".join([parsed.title, source, "", parsed.everything])
        whole, *own = _each_once(self._classify, [whole_text, *(piece.text for piece in pieces)])
        # A fragment may come from the text as it is retrieved, and from everything in the file.
        hashes = self._fingerprinter.select([text, parsed.everything]) if self._fingerprinter is not None else None
        return _Read(pieces, len(text), whole, own, hashes)

    def _passage(self, document: Document, ordinal: int, piece: Piece, own_tier: Tier) -> Chunk:
        return Chunk(
            chunk_id=passage_id(self._keys, document.document_id, document.content_hmac, ordinal),
            document_id=document.document_id,
            ordinal=ordinal,
            title=document.title,
            text=piece.text,
            start=piece.start,
            end=piece.end,
            tier=document.tier,
            own_tier=own_tier,
            groups=document.groups,
            heading=piece.heading,
            page=piece.page,
            source=document.source,
        )

    async def _embedded(self, chunks: Sequence[Chunk]) -> tuple[IndexedChunk, ...]:
        embedder = self._embedder
        if embedder is None:
            return tuple(IndexedChunk(chunk, None) for chunk in chunks)
        every = [embedded_text(chunk.title, chunk.heading, chunk.text) for chunk in chunks]
        place = {text: number for number, text in enumerate(dict.fromkeys(every))}
        texts = list(place)
        # Shared out evenly: at the end of a run no thread is left with nothing while another has a batch before it.
        size = min(EMBED_BATCH, -(-len(texts) // self._at_once))
        batches: list[Vectors | None] = [None] * -(-len(texts) // size)
        waiting = iter(range(len(batches)))

        async def embed() -> None:
            # One batch at a time in the queue for a thread: a long document does not stand before all others.
            for n in waiting:
                async with self._workers:
                    batches[n] = await asyncio.to_thread(embedder.embed, texts[n * size : (n + 1) * size])

        await asyncio.gather(*(embed() for _ in range(self._at_once)))
        rows = np.concatenate([batch for batch in batches if batch is not None])
        return tuple(IndexedChunk(chunk, rows[place[text]]) for chunk, text in zip(chunks, every, strict=True))


def _each_once(work: Callable[[str], T], texts: Sequence[str]) -> list[T]:
    """`work` for each text, done once for equal ones: a file of nothing but dashes has thousands of passages."""
    done = {text: work(text) for text in dict.fromkeys(texts)}
    return [done[text] for text in texts]


def _repeats(before: Document, fingerprints: Sequence[Fingerprint]) -> bool:
    """Whether the upload says again what was said before a person changed it: then the change stays."""
    known = Fingerprint.parse(before.content_hmac)
    return known.changed and known.declared in {each.declared for each in fingerprints}


def _floor(upload: Upload, before: Document | None, kept: bool) -> Tier:
    """Saying nothing, or the same again, does not lower a tier that stood above what was found."""
    if before is None or before.tier <= before.found_tier or not (kept or upload.tier is None):
        return Tier.PUBLIC
    return before.tier


def _groups(upload: Upload, before: Document | None, kept: bool) -> frozenset[str]:
    """Who may read it: saying nothing opens no document that was closed."""
    if before is not None and (kept or upload.groups is None):
        return before.groups
    return upload.groups if upload.groups is not None else frozenset({EVERYONE})
