"""Take in what a source holds, without remembering what it held: files and folders that somebody names.

Promise: an item that cannot be taken is a "failed" outcome and does not stop the rest; a store that cannot write ends
the run with its StorageError, and the same run again goes on where it ended.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from lacuna.domain.errors import DependencyError, Forbidden, InvalidInput, LacunaError, NotFound, Overloaded
from lacuna.domain.identity import Principal
from lacuna.ports.sources import Item, Source
from lacuna.usecases.in_order import in_order
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.upload import Declared, Outcome, Upload

MOST_FAULTS: Final = 20

MAX_ITEMS: Final = 500_000

NOT_TAKEN: Final = (InvalidInput, NotFound, Forbidden, DependencyError, Overloaded)
"""What concerns one item only."""


class Patience:
    """Ends a run in which nothing works any more: a service that is down is not asked for every item."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def see(self, outcome: Outcome) -> None:
        """Raises the error of an outcome that is the last of MOST_FAULTS of a service in a row."""
        self._in_a_row = self._in_a_row + 1 if isinstance(outcome.error, DependencyError) else 0
        if outcome.error is not None and self._in_a_row >= MOST_FAULTS:
            raise outcome.error


class TakeIn:
    """See the module."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest

    async def run(
        self,
        source: Source,
        declared: Declared,
        principal: Principal,
        counted: Callable[[int], None] = lambda count: None,
        *,
        dry_run: bool = False,
    ) -> AsyncGenerator[Outcome, None]:
        """The outcome of every item, in order; on a dry run, what it would be. `counted` is told the number of items
        before the first is fetched. Raises what listing raises."""
        items = [item async for item in source.items()]
        counted(len(items))

        async def taken(item: Item) -> Outcome:
            return await self._taken(source, item, declared, principal, dry_run)

        patience = Patience()
        async with aclosing(in_order(taken, items, self._ingest.in_flight)) as outcomes:
            async for outcome in outcomes:
                yield outcome
                patience.see(outcome)

    async def _taken(
        self, source: Source, item: Item, declared: Declared, principal: Principal, dry_run: bool
    ) -> Outcome:
        ingest = self._ingest
        try:
            if item.problem is not None:
                raise item.problem
            upload = upload_of(item, (await source.fetch(item, ingest.max_file_bytes)).data, declared)
            if not dry_run:
                return await ingest.document(upload, principal)
            (would_be,) = await ingest.identities.would_claim([item.uri], principal)
            return await ingest.preview(upload, would_be.document_id, principal)
        except NOT_TAKEN as error:
            return failed(item, declared, error)


def upload_of(item: Item, data: bytes | None, declared: Declared, document_id: str | None = None) -> Upload:
    """The item as an upload."""
    return Upload(
        data=data,
        filename=item.filename,
        title=declared.title,
        source=item.label,
        tier=declared.tier,
        groups=declared.groups,
        origin=item.uri,
        document_id=document_id,
    )


def failed(item: Item, declared: Declared, error: LacunaError) -> Outcome:
    """The outcome of an item that cannot be taken."""
    return Outcome("failed", item.label, declared=declared.tier, error=error)
