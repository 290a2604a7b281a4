"""Checking the log's bytes against its signed head and against checkpoints kept outside the database.

Recomputes each leaf from the stored body, compares the columns that repeat parts of the body, rebuilds the tree, and
compares it with every stored interior node, with the head and with the outside checkpoints. Memory does not grow with
the log: it is read in runs, each in its own snapshot, up to the size that the head had at the start. An incremental
verification begins with the run of 256 in which the last one ended, from the compact range that was signed then. The
lineage tables are an index and are not covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.adapters.storage.attested import Attestation, Attested
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.log import Head, read_head, trusted_range
from lacuna.adapters.storage.proofs import StoredSubtrees
from lacuna.adapters.storage.record_check import COLUMNS, Bad, sound_leaf
from lacuna.adapters.storage.sampling import Sample
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.adapters.storage.verified_file import Verified
from lacuna.domain.audit import EVERYTHING, ROTATED, Examination, Extent, Stored, Verification
from lacuna.domain.errors import LedgerBroken, StorageMissing
from lacuna.domain.merkle import TILE_HEIGHT, CompactRange, perfect_root

TILE = 1 << TILE_HEIGHT
TILES_PER_STEP = 32

_RECORDS = f"SELECT {COLUMNS} FROM records WHERE idx >= ? AND idx < ? ORDER BY idx"  # noqa: S608  # constants only
_SUBTREES = "SELECT hash FROM subtrees WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
_EXTENT = "SELECT min(idx) FROM records"
_NODE_COUNTS = "SELECT level, count(*), min(idx), max(idx) FROM subtrees GROUP BY level"


@dataclass(frozen=True, slots=True)
class Outside:
    """A checkpoint kept outside the database as it was found there; None where nothing was found, which only an empty
    log is forgiven."""

    note: str | None
    where: str


class LogVerifier:
    """One verification in steps: `begin` once, then `step` until it returns a result. Each step wants a connection,
    and may run on another thread than the one before."""

    def __init__(
        self,
        signer: CheckpointSigner,
        where: str,
        outside: Sequence[Outside],
        wanted: Examination = EVERYTHING,
        verified: Verified | None = None,
    ) -> None:
        self._signer = signer
        self._where = where
        self._outside = outside
        self._extent = wanted.extent
        if wanted.extent is Extent.SINCE_LAST and verified is None:
            self._extent = Extent.FULL
        self._count = wanted.sample
        self._verified = verified if wanted.extent is Extent.SINCE_LAST else None
        self._head = Head(0, CompactRange().root, b"", "", -1)
        self._signed = CompactRange()
        self._tiles = CompactRange()
        self._start = 0
        self._read = 0
        self._attested = Attested((), 0)
        self._sample: Sample | None = None
        self._rotations: list[tuple[int, bytes]] = []

    @property
    def verified(self) -> Verified:
        """What a verification that passed has verified."""
        return Verified(self._signed)

    def begin(self, connection: Connection) -> Verification | None:
        """Reads and checks head, checkpoints and the log's extent in one snapshot. A result ends the verification."""
        try:
            self._begin(connection)
        except Bad as bad:
            return self._failed(bad)
        except (LedgerBroken, StorageMissing) as broken:
            return self._failed(Bad(broken.message))
        return None

    def step(self, connection: Connection) -> Verification | None:
        """Checks the next records; a result once all are checked or one is bad."""
        try:
            if self._sample is not None:
                return None if self._sample.step(connection) else self._passed(connection, self._sample.checked)
            done = self._tiles.size
            full = min(self._head.size // TILE, done + TILES_PER_STEP)
            for tile in range(done, full):
                self._check_tile(connection, tile)
            if full > done:
                return None
            self._check_rest(connection)
            return self._passed(connection, self._read)
        except Bad as bad:
            return self._failed(bad)

    def _begin(self, connection: Connection) -> None:
        self._head = read_head(connection, self._where)
        self._signed = trusted_range(self._head, self._signer, self._where)
        size = self._head.size
        attestations = [self._attestation(outside) for outside in self._outside if outside.note or size]
        if self._verified is not None:
            attestations.append(self._resume(self._verified))
        for attestation in attestations:
            attestation.require_reached(size)
        self._attested = Attested(attestations, size if self._extent is Extent.SAMPLE else self._start)
        self._check_extent(connection, size)
        if self._extent is Extent.SAMPLE:
            self._sample = Sample(self._count, size, self._head.root, self._where)

    def _attestation(self, outside: Outside) -> Attestation:
        if outside.note is None:
            raise Bad(f"{outside.where} is missing: nothing shows that the log was not cut or rolled back.")
        return Attestation(self._signer.opened(outside.note, outside.where), outside.where)

    def _resume(self, verified: Verified) -> Attestation:
        """Begins with the last complete run of what was verified."""
        tiles = verified.range.size // TILE
        self._tiles = CompactRange(tiles, verified.range.hashes[: tiles.bit_count()])
        self._start = tiles * TILE
        return Attestation(self._signer.stated(verified.range.size, verified.range.root), "the file `verified`")

    def _check_extent(self, connection: Connection, size: int) -> None:
        (first,) = connection.execute(_EXTENT).fetchone()
        if first is not None and first < 0:
            raise Bad(f"Record {first} was inserted before the log's beginning.", first)
        if self._head.last >= size:
            raise Bad(f"Record {size} is beyond the signed head, which attests {size} records.", size)
        for level, count, lowest, highest in connection.execute(_NODE_COUNTS):
            wanted = size >> (TILE_HEIGHT * level) if type(level) is int and level > 0 else 0
            if not wanted or (count, lowest, highest) != (wanted, 0, wanted - 1):
                raise Bad(f"Interior nodes of level {level} are missing or too many: {count} instead of {wanted}.")

    def _check_tile(self, connection: Connection, tile: int) -> None:
        leaves = self._leaves(connection, tile * TILE, (tile + 1) * TILE)
        root = perfect_root(leaves)
        self._compare_node(connection, 1, tile, root)
        self._tiles, completed = self._tiles.extended([root])
        for done in completed:
            self._compare_node(connection, 1 + done.height // TILE_HEIGHT, done.index, done.root)

    def _compare_node(self, connection: Connection, level: int, index: int, root: bytes) -> None:
        row = connection.execute(_SUBTREES, (level, index, index + 1)).fetchone()
        if row is None or row[0] != root:
            first, width = index << (TILE_HEIGHT * level), 1 << (TILE_HEIGHT * level)
            raise Bad(
                f"Records {first} to {first + width - 1} do not hash to their stored interior node: "
                "one of them was changed, moved or replaced, or the node was.",
                first,
            )

    def _check_rest(self, connection: Connection) -> None:
        size = self._head.size
        start = self._tiles.size * TILE
        leaves = self._leaves(connection, start, size)
        grown, _ = CompactRange(start, self._tiles.hashes).extended(leaves)
        for (first, end), found, signed in zip(grown.spans(), grown.hashes, self._signed.hashes, strict=True):
            if found != signed:
                raise Bad(
                    f"Records {first} to {end - 1} do not hash to what the log's head was signed for: "
                    "one of them was changed, moved or replaced.",
                    first,
                )
        if grown.root != self._head.root:
            raise Bad("The records do not hash to the signed root.", 0)

    def _leaves(self, connection: Connection, start: int, end: int) -> list[bytes]:
        """The recomputed leaf hashes of records [start, end)."""
        leaves: list[bytes] = []
        expected = start
        for row in connection.execute(_RECORDS, (start, end)):
            if row[0] != expected:
                raise Bad(f"Record {expected} is missing.", expected)
            leaves.append(sound_leaf(row))
            if row[2] == ROTATED:
                self._rotations.append((row[0], row[6]))
            expected += 1
        if expected != end:
            raise Bad(f"Record {expected} is missing.", expected)
        self._attested.compare(start, self._tiles.hashes, leaves)
        self._read += len(leaves)
        return leaves

    def _passed(self, connection: Connection, checked: int) -> Verification:
        head = self._head
        if self._sample is None:
            self._check_rotations()
        self._attested.finish(head.size, head.root, StoredSubtrees(connection, self._where))
        return Verification(head.size, head.root, extent=self._extent, start=self._start, checked=checked)

    def _check_rotations(self) -> None:
        """The rotations in the log are those of the chain of keys: no other key may have taken over."""
        known = {index: statement for index, statement in self._signer.statements if index >= self._start}
        for index, body in self._rotations:
            if known.pop(index, None) != Stored(index, body).record().data.get("statement"):
                raise Bad(f"Record {index} hands the log to a key that is not in its chain of keys.", index)
        for index in known:
            if index < self._head.size:
                raise Bad(f"Record {index} should be a rotation of the signing key, by the chain of keys.", index)

    def _failed(self, bad: Bad) -> Verification:
        checked = self._read if self._sample is None else self._sample.checked
        return Verification(
            self._head.size, self._head.root, bad.problem, bad.index, self._extent, self._start, checked
        )
