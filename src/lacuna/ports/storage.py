"""The ledger with its lineage, the catalogue of documents, and conversation taint."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lacuna.domain.audit import EVERYTHING, Examination, Receipt, Record, Stored, Verification
from lacuna.domain.lineage import Direction, Graph, LineageDelta
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier
from lacuna.domain.tiles import Tile


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and the lineage that becomes visible with it, in one transaction."""

    record: Record
    lineage: LineageDelta = LineageDelta()


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records to list: all given conditions hold. Times are microseconds, `before` exclusive. `cursor` is the
    index to continue from."""

    kind: str | None = None
    actor: str | None = None
    decision: str | None = None
    since: int | None = None
    before: int | None = None
    cursor: int | None = None
    limit: int = 100
    newest_first: bool = True


class Ledger(Protocol):
    """Append-only Merkle log (RFC 6962). Several processes may append at once: order is total, indexes have no gap, and
    no fork arises. An append MUST NOT return before the record is on disk; its order among concurrent appends is free,
    but the entries of one call keep theirs and are consecutive."""

    async def append(self, *entries: Entry) -> list[Stored]:
        """Durable when it returns. Raises StorageFull, StorageLocked, StorageCorrupt or Overloaded; then nothing of the
        call is in the log."""
        ...

    async def receipt(self, index: int) -> Receipt:
        """An inclusion proof to a signed checkpoint that covers `index`. Raises NotFound."""
        ...

    async def get(self, index: int) -> Stored:
        """Raises NotFound."""
        ...

    async def find(self, wanted: RecordFilter) -> list[Stored]: ...

    def read(self, start: int = 0) -> AsyncIterator[Stored]:
        """Every record from `start`, in order, without holding the log's lock."""
        ...

    async def checkpoint(self) -> str:
        """The newest signed checkpoint: C2SP tlog-checkpoint text."""
        ...

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """RFC 6962 section 2.1.2 proof between two tree sizes. Raises InvalidInput where 0 < first <= second <= size
        fails."""
        ...

    async def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile, or the records of an entry bundle (C2SP tlog-tiles). Raises NotFound where the log is
        not that large, and InvalidInput for a bundle with a record that is too long for one."""
        ...

    async def verify(self, wanted: Examination = EVERYTHING) -> Verification:
        """Recomputes what `wanted` says from the stored bytes and compares it with the signed head, the last checkpoint
        kept outside the database, and the one given; a checkpoint that this log did not sign fails the verification.
        MUST remember what passed where who changes the database alone cannot change it."""
        ...

    async def lineage(self, node_id: str, direction: Direction, depth: int, limit: int) -> Graph:
        """The part of the graph within `depth` steps of `node_id`, at most `limit` nodes. Raises NotFound."""
        ...

    async def check(self) -> None:
        """Raises a StorageError if the ledger cannot take a record now."""
        ...

    async def close(self) -> None:
        """Waits for what was accepted to be on disk."""
        ...


class Catalogue(Protocol):
    """What is known of each document. Reads by other processes see each change from the moment the call returns."""

    async def put(self, document: Document, *, ready: bool) -> None:
        """Stores or replaces. A document that is not `ready` is invisible to `get` and `page`: its chunks are still
        being written, or deleted."""
        ...

    async def get(self, document_id: str) -> Document | None: ...

    async def page(self, after: str, limit: int) -> list[Document]:
        """Documents by id, those after `after`."""
        ...

    async def many(self, document_ids: Sequence[str]) -> dict[str, Document]:
        """The ready documents among these."""
        ...

    async def document_ids(self) -> frozenset[str]:
        """Of all ready documents."""
        ...

    async def unready(self) -> list[str]:
        """Documents whose writing or deletion was interrupted."""
        ...

    async def remove(self, document_id: str) -> None: ...


class ConversationTaint(Protocol):
    """The highest tier that conversations, transcripts, turns and answers have had. Never falls. Keys are keyed
    hashes."""

    async def highest(self, keys: Sequence[str]) -> Tier:
        """The highest tier of any of these; PUBLIC where none was seen before."""
        ...

    async def bind(self, keys: Sequence[str], tier: Tier) -> Tier:
        """Joins `tier` to what is stored for each key, in one transaction, and returns the highest that any has now.
        Durable."""
        ...
