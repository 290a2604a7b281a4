"""Make the documents of a source what the source holds: take in what is new or changed, follow what was moved, and
delete what is gone.

Promise: only documents that came from this source are touched. Nothing is deleted unless the source was listed whole,
and never more than the caller allows: a source that is suddenly empty is more often one that is not there. A process
killed at any point leaves no gap: what was begun is remembered before it is written, and the next run completes it.
What is left to others: listing and fetching (ports/sources.py), each document (usecases/ingest.py).
"""

from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from lacuna.domain.audit import Json, Record
from lacuna.domain.documents import Fingerprint
from lacuna.domain.errors import InvalidInput, LacunaError, NotFound, TooLarge, UnreadableDocument
from lacuna.domain.identity import Permission, Principal
from lacuna.domain.retrieval import Document
from lacuna.domain.synchronising import Deletions
from lacuna.ports.clock import Clock
from lacuna.ports.sources import Item, ItemState, Known, Source, SourceItems, SourceRuns
from lacuna.ports.storage import Catalogue, Entry, Ledger
from lacuna.usecases.identities import CLAIMED_AT_ONCE
from lacuna.usecases.in_order import in_order
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.take_in import MAX_ITEMS, NOT_TAKEN, Patience, failed, upload_of
from lacuna.usecases.upload import Declared, Outcome, unchanged

_REFUSED: Final = "See what the run said that refused it, change the item or take it out of the source."
GONE: Final = "gone from its source"
_REMEMBERED_AT_ONCE: Final = 200


@dataclass(slots=True)
class _Run:
    """One synchronisation. `gone` are items that were known and are not listed, less those found elsewhere."""

    source: Source
    name: str
    declared: Declared
    principal: Principal
    deletions: Deletions
    dry_run: bool
    known: dict[str, Known]
    gone: dict[str, Known] = field(default_factory=dict)
    gone_by_content: dict[str, deque[str]] = field(default_factory=dict)
    documents_gone: dict[str, Document] = field(default_factory=dict)
    complete: bool = True
    written: list[Known] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def refusal(self) -> InvalidInput | None:
        """Why what is gone may not be deleted."""
        never_written = sum(origin not in self.documents_gone for origin in self.gone)
        gone, known = len(self.gone) - never_written, len(self.known) - never_written
        return self.deletions.refusal(gone, known, self.complete)


class Synchronise:
    """See the module."""

    def __init__(
        self,
        ingest: Ingest,
        items: SourceItems,
        runs: SourceRuns,
        catalogue: Catalogue,
        ledger: Ledger,
        clock: Clock,
    ) -> None:
        self._ingest = ingest
        self._runs = runs
        self._identities = ingest.identities
        self._items = items
        self._catalogue = catalogue
        self._ledger = ledger
        self._clock = clock

    async def run(
        self,
        source: Source,
        declared: Declared,
        principal: Principal,
        deletions: Deletions,
        counted: Callable[[int], None] = lambda count: None,
        *,
        dry_run: bool = False,
    ) -> AsyncGenerator[Outcome, None]:
        """The outcome of every item in order, then of every document that was deleted; on a dry run, what they would
        be, and nothing is stored. `counted` is told the number of items before the first is fetched. Raises Forbidden;
        Conflict ("being_synchronised") where another run is at it; what listing raises, before anything is changed; and
        InvalidInput ("deletions_refused") at the end where more would have to be deleted than `deletions` allow: then
        everything else was done. A store that cannot write ends the run with its StorageError."""
        principal.require(Permission.MANAGE_DOCUMENTS)
        with nullcontext() if dry_run else self._runs.alone(self._identities.source(source.identity)):
            listed = await _listed(source)
            counted(len(listed))
            run = await self._begun(source, listed, declared, principal, deletions, dry_run)
            async with aclosing(self._outcomes(run, listed)) as outcomes:
                async for outcome in outcomes:
                    yield outcome
            await self._record(run)
            refusal = run.refusal()
            if refusal is not None:
                raise refusal

    async def _outcomes(self, run: _Run, listed: Sequence[Item]) -> AsyncGenerator[Outcome, None]:
        patience = Patience()
        try:
            async with aclosing(
                in_order(lambda item: self._item(run, item), listed, self._ingest.in_flight)
            ) as outcomes:
                async for outcome in outcomes:
                    run.counts[outcome.status] += 1
                    await self._remember(run, _REMEMBERED_AT_ONCE)
                    yield outcome
                    patience.see(outcome)
            async for outcome in self._without_what_is_gone(run):
                run.counts[outcome.status] += 1
                yield outcome
        finally:
            with suppress(LacunaError):  # what is not remembered is looked at again
                await self._remember(run, 1)

    async def _begun(
        self,
        source: Source,
        listed: Sequence[Item],
        declared: Declared,
        principal: Principal,
        deletions: Deletions,
        dry_run: bool,
    ) -> _Run:
        name = self._identities.source(source.identity)
        known = {each.origin: each for each in await self._items.of_source(name)}
        run = _Run(source, name, declared, principal, deletions, dry_run, known)
        run.complete = not any(item.incomplete for item in listed)
        if deletions.wanted and run.complete:
            await self._find_gone(run, listed)
        if not dry_run:
            # Remembered before it is written: whatever happens from here on, no document is left that nobody knows.
            new = [item.uri for item in listed if item.problem is None and self._origin(run, item) not in known]
            await self._identities.claimed(name, new, principal)
        return run

    async def _find_gone(self, run: _Run, listed: Sequence[Item]) -> None:
        """What is known and not listed; documents of it by content, in a fixed order."""
        present = {self._origin(run, item) for item in listed}
        run.gone = {origin: each for origin, each in run.known.items() if origin not in present}
        documents = await self._catalogue.many([each.document_id for each in run.gone.values()])
        found = [(origin, documents[e.document_id]) for origin, e in run.gone.items() if e.document_id in documents]
        for origin, document in sorted(found, key=lambda pair: (pair[1].source, pair[0])):
            run.documents_gone[origin] = document
            content = Fingerprint.parse(document.content_hmac).content
            run.gone_by_content.setdefault(content, deque()).append(origin)

    async def _item(self, run: _Run, item: Item) -> Outcome:
        try:
            if item.problem is not None:
                raise item.problem
            return await self._taken(run, item)
        except NOT_TAKEN as error:
            if isinstance(error, InvalidInput) and item.version:
                await self._remember_refusal(run, item)
            return failed(item, run.declared, error)

    async def _remember_refusal(self, run: _Run, item: Item) -> None:
        """The same content is not fetched and recorded as refused on every run."""
        origin = self._origin(run, item)
        known = run.known.get(origin) or (await self._identities.would_claim([item.uri], run.principal))[0]
        refused = replace(known, version=self._refused(item), state=ItemState.REFUSED)
        if not run.dry_run and known != refused:
            run.written.append(refused)

    def _refused(self, item: Item) -> str:
        """A version that was refused; another release, or other limits, may let it in."""
        return self._identities.version(f"{item.version}\0{self._ingest.refusing}")

    async def _taken(self, run: _Run, item: Item) -> Outcome:
        origin = self._origin(run, item)
        known = run.known.get(origin)
        version = self._identities.version(item.version)
        if known is not None and known.state is ItemState.WHOLE and version and known.version == version:
            same = await self._ingest.still_same(upload_of(item, None, run.declared), known.document_id)
            if same is not None:
                return same
        if known is not None and known.state is ItemState.REFUSED and known.version == self._refused(item):
            raise UnreadableDocument(
                "It was refused before, and has not changed since.", cure=_REFUSED, code="refused_before"
            )
        content = await run.source.fetch(item, self._ingest.max_file_bytes)
        moved_from = None
        if known is None or known.state is ItemState.CLAIMED:
            known, moved_from = await self._first_seen(run, item, origin, content.data)
        upload = replace(
            upload_of(item, content.data, run.declared, known.document_id),
            moved=moved_from is not None or known.state is ItemState.MOVED,
        )
        if run.dry_run:
            outcome = await self._ingest.preview(upload, known.document_id, run.principal)
        else:
            outcome = await self._ingest.document(upload, run.principal)
            whole = replace(known, version=self._identities.version(content.version), state=ItemState.WHOLE)
            if run.known.get(origin) != whole:
                run.written.append(whole)
        return outcome if moved_from is None else replace(outcome, status="moved", note=f"was {moved_from.source}")

    async def _first_seen(self, run: _Run, item: Item, origin: str, data: bytes) -> tuple[Known, Document | None]:
        """What an item is that has no document yet: the document of one that is gone and held the same, or its own."""
        (known,) = await self._identities.would_claim([item.uri], run.principal)
        if await self._catalogue.get(known.document_id) is not None:
            return known, None
        contents = self._ingest.content_hmacs(data)
        same = next((found for content in contents if (found := run.gone_by_content.get(content))), None)
        if same is None:
            return known, None
        gone = same.popleft()
        document = run.documents_gone[gone]
        del run.gone[gone]
        known = Known(origin, document.document_id, state=ItemState.MOVED)
        if not run.dry_run:
            await self._items.move(run.name, gone, known)
        return known, document

    async def _without_what_is_gone(self, run: _Run) -> AsyncGenerator[Outcome, None]:
        if run.refusal() is not None:
            return
        in_order_of_name = [*(o for o in run.documents_gone if o in run.gone), *(run.gone.keys() - run.documents_gone)]
        for some in _batches(in_order_of_name, CLAIMED_AT_ONCE):
            elsewhere = await self._items.origins([run.gone[origin].document_id for origin in some])
            for origin in some:
                document = run.documents_gone.get(origin)
                if document is not None and not elsewhere.get(document.document_id, frozenset()) - {origin}:
                    yield await self._deleted(run, document)
            if not run.dry_run:
                await self._items.remove(run.name, some)
            for origin in some:
                del run.gone[origin]

    async def _deleted(self, run: _Run, document: Document) -> Outcome:
        if not run.dry_run:
            with suppress(NotFound):  # somebody else was faster
                await self._ingest.documents.delete(document.document_id, run.principal, GONE)
        upload = upload_of(Item("", document.source, ""), b"", run.declared)
        return replace(unchanged(document, upload), status="deleted", overruled=False, note=GONE)

    async def _remember(self, run: _Run, at_least: int) -> None:
        if len(run.written) >= at_least:
            some, run.written = run.written, []
            await self._items.put(run.name, some)

    async def _record(self, run: _Run) -> None:
        """Counts, no names: what became of each document has a record of its own."""
        if run.dry_run:
            return
        facts: dict[str, Json] = {
            "source": run.name,
            "source_kind": run.source.kind,
            "complete": run.complete,
            "kept_though_gone": len(run.gone),
            "counts": dict(sorted(run.counts.items())),
        }
        who, now = run.principal, self._clock.now_us()
        await self._ledger.append(Entry(Record("source.synchronised", now, who.user_id, who.via, "", facts)))

    def _origin(self, run: _Run, item: Item) -> str:
        return self._identities.origin(item.uri, run.principal)


async def _listed(source: Source) -> list[Item]:
    listed: dict[str, Item] = {}
    async for item in source.items():
        listed.setdefault(item.uri, item)
        if len(listed) > MAX_ITEMS:
            raise TooLarge(f"The source holds more than {MAX_ITEMS:,} items.", cure="Divide it.")
    return list(listed.values())


def _batches(of: Sequence[str], size: int) -> list[Sequence[str]]:
    return [of[start : start + size] for start in range(0, len(of), size)]
