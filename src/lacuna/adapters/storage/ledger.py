"""The ledger in the database: `lacuna.ports.storage.Ledger` over the group-commit writer and the readers.

Several processes may hold the same database: each appends under the lock of writers and re-reads the head there, so the
log has one order, no gap and no fork (docs/adr/0002-one-ledger-for-several-writers.md).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

from lacuna.adapters.storage import lineage
from lacuna.adapters.storage.checkpoint_file import CheckpointFile
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection, Cursor
from lacuna.adapters.storage.entries import prepared, total_weight
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.log import BROKEN_CURE, read_head, trusted_range
from lacuna.adapters.storage.proofs import StoredSubtrees
from lacuna.adapters.storage.readers import Readers
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.adapters.storage.verification import LogVerifier, Outside
from lacuna.adapters.storage.verified_file import VerifiedFile
from lacuna.domain.audit import EVERYTHING, Examination, Extent, Receipt, Stored, Verification
from lacuna.domain.errors import InvalidInput, LedgerBroken, NotFound, StorageMissing
from lacuna.domain.lineage import Direction, Graph
from lacuna.domain.merkle import EMPTY_ROOT, consistency_proof, inclusion_holds, inclusion_proof
from lacuna.domain.tiles import WIDTH, Tile, bundle
from lacuna.ports.storage import Entry, RecordFilter

MAX_PAGE = 1_000
_RUN_RECORDS = 512
_RUN_BYTES = 4 * 1024 * 1024
_PROBE_WEIGHT = 100
_MAX_INDEX = 2**63 - 1
_BODIES = "SELECT body FROM records WHERE idx >= ? AND idx < ? ORDER BY idx"


class SqlLedger:
    """A `Ledger`."""

    def __init__(
        self,
        where: str,
        signer: CheckpointSigner,
        file: CheckpointFile,
        verified: VerifiedFile,
        writes: GroupCommit[Transaction],
        readers: Readers,
    ) -> None:
        self._where = where
        self._signer = signer
        self._file = file
        self._verified = verified
        self._writes = writes
        self._readers = readers

    async def append(self, *entries: Entry) -> list[Stored]:
        """Also raises InvalidInput and TooLarge for entries that no ledger takes, and LedgerBroken where appending
        would extend a log that was cut or forged."""
        if not entries:
            return []
        batch = [prepared(entry) for entry in entries]
        return await self._writes.submit(lambda transaction: transaction.append(batch), total_weight(batch))

    async def receipt(self, index: int) -> Receipt:
        return await self._readers.settled_snapshot(partial(self._receipt, index))

    async def get(self, index: int) -> Stored:
        found = await self._readers.settled(partial(_records_from, index, 1))
        if not found or found[0].index != index:
            raise _no_record(index)
        return found[0]

    async def find(self, wanted: RecordFilter) -> list[Stored]:
        statement, parameters = _select(wanted)
        return await self._readers.settled(lambda connection: _stored(connection.execute(statement, parameters)))

    async def read(self, start: int = 0) -> AsyncIterator[Stored]:
        while True:
            run = await self._readers.settled(partial(_records_from, start, _RUN_RECORDS))
            if not run:
                return
            for stored in run:
                yield stored
            start = run[-1].index + 1

    async def checkpoint(self) -> str:
        """Also renews the checkpoint file."""
        head = await self._readers.settled(lambda connection: read_head(connection, self._where))
        self._signer.opened(head.note, self._where)
        if head.size == 0 or await asyncio.to_thread(self._file.read) is not None:
            await asyncio.to_thread(self._file.publish, head.note)
        return head.note

    async def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        return await self._readers.settled_snapshot(partial(self._consistency, first, second))

    async def tile(self, tile: Tile) -> bytes:
        return await self._readers.settled_snapshot(partial(self._tile, tile))

    async def verify(self, wanted: Examination = EVERYTHING) -> Verification:
        """A verification that read everything, or everything since the last one, and passed is what the next one goes
        on from."""
        outside = [Outside(await asyncio.to_thread(self._file.read), str(self._file.path))]
        outside += [Outside(each.note, each.where) for each in wanted.against]
        try:
            verified = await asyncio.to_thread(self._verified.read) if wanted.extent is Extent.SINCE_LAST else None
        except (LedgerBroken, StorageMissing) as broken:
            return Verification(0, EMPTY_ROOT, broken.message, extent=wanted.extent)
        verifier = LogVerifier(self._signer, self._where, outside, wanted, verified)
        result = await self._readers.settled_snapshot(verifier.begin)
        while result is None:
            result = await self._readers.snapshot(verifier.step)
        if result.passed and result.extent is not Extent.SAMPLE:
            await asyncio.to_thread(self._verified.write, verifier.verified)
        return result

    async def lineage(self, node_id: str, direction: Direction, depth: int, limit: int) -> Graph:
        return await self._readers.snapshot(
            lambda connection: lineage.graph(connection, node_id, direction, depth, limit)
        )

    async def check(self) -> None:
        """Makes a real, durable write that changes nothing."""
        await self._writes.submit(Transaction.probe, _PROBE_WEIGHT)

    async def close(self) -> None:
        await self._writes.close()

    def _receipt(self, index: int, connection: Connection) -> Receipt:
        head = read_head(connection, self._where)
        trusted_range(head, self._signer, self._where)
        if not 0 <= index < head.size:
            raise _no_record(index)
        subtrees = StoredSubtrees(connection, self._where)
        leaf = subtrees(0, index)
        proof = inclusion_proof(index, head.size, subtrees)
        if not inclusion_holds(leaf, index, head.size, proof, head.root):
            raise LedgerBroken(
                f"Record {index} of the log in {self._where} cannot be proven: a stored hash was changed.",
                cure=BROKEN_CURE,
            )
        return Receipt(index, head.size, leaf, proof, head.note)

    def _tile(self, tile: Tile, connection: Connection) -> bytes:
        if not tile.within(read_head(connection, self._where).size):
            raise no_tile(tile)
        start, end = tile.index * WIDTH, tile.index * WIDTH + tile.width
        if tile.level is not None:
            return b"".join(StoredSubtrees(connection, self._where).run(tile.level, start, tile.width))
        bodies = [row[0] for row in connection.execute(_BODIES, (start, end))]
        if len(bodies) != tile.width:
            raise LedgerBroken(f"The log in {self._where} lacks records from {start} on.", cure=BROKEN_CURE)
        return bundled(bodies)

    def _consistency(self, first: int, second: int, connection: Connection) -> tuple[bytes, ...]:
        size = read_head(connection, self._where).size
        if not 0 < first <= second <= size:
            raise InvalidInput(
                f"There is no consistency proof from size {first} to size {second} of a log of {size} records.",
                cure="Give two sizes with 0 < first <= second <= the log's size.",
            )
        return consistency_proof(first, second, StoredSubtrees(connection, self._where))


def no_tile(tile: Tile) -> NotFound:
    """The log is not that large."""
    return NotFound(f"The log has no tile {tile.path} yet.", cure="The checkpoint's size tells which tiles there are.")


def bundled(bodies: Sequence[bytes]) -> bytes:
    """The entry bundle of these records. Raises InvalidInput."""
    try:
        return bundle(bodies)
    except ValueError as reason:
        raise InvalidInput(
            f"There is no entry bundle for these records: {reason}.",
            cure="Read them by /audit/records or /audit/export; the tiles of hashes are whole.",
            code="record_too_long",
        ) from None


def _records_from(start: int, count: int, connection: Connection) -> list[Stored]:
    """Up to `count` records from `start`, fewer where they are long."""
    if not -1 <= start <= _MAX_INDEX:
        return []
    found: list[Stored] = []
    size = 0
    rows = connection.execute("SELECT idx, body FROM records WHERE idx >= ? ORDER BY idx LIMIT ?", (start, count))
    for idx, body in rows:
        found.append(Stored(idx, body))
        size += len(body)
        if size >= _RUN_BYTES:
            break
    return found


def _select(wanted: RecordFilter) -> tuple[str, list[object]]:
    if not 1 <= wanted.limit <= MAX_PAGE:
        raise InvalidInput(f"A page of {wanted.limit} records was asked for.", cure=f"Ask for 1 to {MAX_PAGE}.")
    order, beyond = ("DESC", "idx <= ?") if wanted.newest_first else ("ASC", "idx >= ?")
    conditions = {
        "decision = ?": wanted.decision,
        "kind = ?": wanted.kind,
        "actor = ?": wanted.actor,
        "at >= ?": wanted.since,
        "at < ?": wanted.before,
        beyond: wanted.cursor,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    where = f"WHERE {' AND '.join(given)} " if given else ""
    statement = f"SELECT idx, body FROM records {where}ORDER BY idx {order} LIMIT ?"  # noqa: S608  # constants only
    return statement, [*given.values(), wanted.limit]


def _stored(rows: Cursor) -> list[Stored]:
    return [Stored(idx, body) for idx, body in rows]


def _no_record(index: int) -> NotFound:
    return NotFound(f"The ledger has no record {index}.", cure="`lacuna audit query` lists the records.")
