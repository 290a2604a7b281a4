"""Checking every byte of the log against its signed head and against the checkpoint kept outside the database.

Recomputes each leaf from the stored body, compares the columns that repeat parts of the body, rebuilds the tree, and
compares it with every stored interior node, with the head and with the outside checkpoint. Memory does not grow with
the log: it is read in runs, each in its own snapshot, up to the size that the head had at the start. The lineage
tables are an index and are not covered.
"""

import sqlite3
from json.encoder import encode_basestring

from lacuna.adapters.storage.log import Head, read_head, trusted_range
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.domain.audit import Verification
from lacuna.domain.errors import LedgerBroken, StorageMissing
from lacuna.domain.merkle import EMPTY_ROOT, TILE_HEIGHT, CompactRange, leaf_hash, perfect_root
from lacuna.domain.notes import Checkpoint

TILE = 1 << TILE_HEIGHT
TILES_PER_STEP = 32

_RECORDS = "SELECT idx, at, kind, actor, decision, leaf, body FROM records WHERE idx >= ? AND idx < ? ORDER BY idx"
_SUBTREES = "SELECT hash FROM subtrees WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
_EXTENT = "SELECT min(idx) FROM records"
_NODE_COUNTS = "SELECT level, count(*), min(idx), max(idx) FROM subtrees GROUP BY level"


class _Bad(Exception):
    """Ends a verification: the problem in words, and the first record that cannot be trusted."""

    def __init__(self, problem: str, index: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


class LogVerifier:
    """One verification in steps: `begin` once, then `step` until it returns a result. Each step wants a connection,
    and may run on another thread than the one before."""

    def __init__(self, signer: CheckpointSigner, where: str, outside: str | None, outside_where: str) -> None:
        self._signer = signer
        self._where = where
        self._outside = outside
        self._outside_where = outside_where
        self._attested: Checkpoint | None = None
        self._head = Head(0, CompactRange().root, b"", "", -1)
        self._signed = CompactRange()
        self._tiles = CompactRange()
        self._replaced = False

    def begin(self, connection: sqlite3.Connection) -> Verification | None:
        """Reads and checks head, checkpoint and the log's extent in one snapshot. A result ends the verification."""
        try:
            self._begin(connection)
        except _Bad as bad:
            return self._failed(bad)
        except (LedgerBroken, StorageMissing) as broken:
            return self._failed(_Bad(broken.message))
        return None

    def step(self, connection: sqlite3.Connection) -> Verification | None:
        """Checks the next records; a result once all are checked or one is bad."""
        try:
            done = self._tiles.size
            full = min(self._head.size // TILE, done + TILES_PER_STEP)
            for tile in range(done, full):
                self._check_tile(connection, tile)
            if full > done:
                return None
            return self._finish(connection)
        except _Bad as bad:
            return self._failed(bad)

    def _begin(self, connection: sqlite3.Connection) -> None:
        self._head = read_head(connection, self._where)
        self._signed = trusted_range(self._head, self._signer, self._where)
        size = self._head.size
        if self._outside is not None:
            self._attested = self._signer.opened(self._outside, self._outside_where)
            if self._attested.size == 0 and self._attested.root != EMPTY_ROOT:
                raise _Bad(f"The checkpoint in {self._outside_where} gives the empty log a root it cannot have.")
            if self._attested.size > size:
                raise _Bad(
                    f"The log was cut or rolled back: it has {size} records, the checkpoint in {self._outside_where} "
                    f"attests {self._attested.size}; record {size} is the first that is missing.",
                    size,
                )
        elif size:
            raise _Bad(f"{self._outside_where} is missing: nothing shows that the log was not cut or rolled back.")
        (first,) = connection.execute(_EXTENT).fetchone()
        if first is not None and first < 0:
            raise _Bad(f"Record {first} was inserted before the log's beginning.", first)
        if self._head.last >= size:
            raise _Bad(f"Record {size} is beyond the signed head, which attests {size} records.", size)
        for level, count, lowest, highest in connection.execute(_NODE_COUNTS):
            wanted = size >> (TILE_HEIGHT * level) if type(level) is int and level > 0 else 0
            if not wanted or (count, lowest, highest) != (wanted, 0, wanted - 1):
                raise _Bad(f"Interior nodes of level {level} are missing or too many: {count} instead of {wanted}.")

    def _check_tile(self, connection: sqlite3.Connection, tile: int) -> None:
        leaves = self._leaves(connection, tile * TILE, (tile + 1) * TILE)
        root = perfect_root(leaves)
        self._compare_node(connection, 1, tile, root)
        self._tiles, completed = self._tiles.extended([root])
        for done in completed:
            self._compare_node(connection, 1 + done.height // TILE_HEIGHT, done.index, done.root)

    def _compare_node(self, connection: sqlite3.Connection, level: int, index: int, root: bytes) -> None:
        row = connection.execute(_SUBTREES, (level, index, index + 1)).fetchone()
        if row is None or row[0] != root:
            first, width = index << (TILE_HEIGHT * level), 1 << (TILE_HEIGHT * level)
            raise _Bad(
                f"Records {first} to {first + width - 1} do not hash to their stored interior node: "
                "one of them was changed, moved or replaced, or the node was.",
                first,
            )

    def _finish(self, connection: sqlite3.Connection) -> Verification:
        size = self._head.size
        start = self._tiles.size * TILE
        leaves = self._leaves(connection, start, size)
        grown, _ = CompactRange(start, self._tiles.hashes).extended(leaves)
        for (first, end), found, signed in zip(grown.spans(), grown.hashes, self._signed.hashes, strict=True):
            if found != signed:
                raise _Bad(
                    f"Records {first} to {end - 1} do not hash to what the log's head was signed for: "
                    "one of them was changed, moved or replaced.",
                    first,
                )
        if grown.root != self._head.root:
            raise _Bad("The records do not hash to the signed root.")
        if self._replaced:
            raise _Bad(
                f"The records do not hash to the root that the checkpoint in {self._outside_where} attests: "
                "they were replaced after it was signed."
            )
        return Verification(size, grown.root)

    def _leaves(self, connection: sqlite3.Connection, start: int, end: int) -> list[bytes]:
        """The recomputed leaf hashes of records [start, end)."""
        leaves: list[bytes] = []
        expected = start
        for idx, at, kind, actor, decision, leaf, body in connection.execute(_RECORDS, (start, end)):
            if idx != expected:
                raise _Bad(f"Record {expected} is missing.", expected)
            if type(body) is not bytes:
                raise _Bad(f"Record {idx} has a body that is not bytes.", idx)
            found = leaf_hash(body)
            if found != leaf:
                raise _Bad(f"Record {idx} does not match its leaf hash: its body or the hash was changed.", idx)
            if not _columns_agree(body, at, kind, actor, decision):
                raise _Bad(f"Record {idx} has columns that disagree with its body.", idx)
            leaves.append(found)
            expected += 1
        if expected != end:
            raise _Bad(f"Record {expected} is missing.", expected)
        self._compare_outside(start, leaves)
        return leaves

    def _compare_outside(self, start: int, leaves: list[bytes]) -> None:
        """Compares with the outside checkpoint where its size falls among these leaves. A difference is kept for the
        end: the comparison with the head tells more exactly where it lies."""
        if self._attested is None or not start < self._attested.size <= start + len(leaves):
            return
        prefix, _ = CompactRange(start, self._tiles.hashes).extended(leaves[: self._attested.size - start])
        self._replaced = prefix.root != self._attested.root

    def _failed(self, bad: _Bad) -> Verification:
        return Verification(self._head.size, self._head.root, bad.problem, bad.index)


def _columns_agree(body: bytes, at: object, kind: object, actor: object, decision: object) -> bool:
    """Whether the columns say what the canonical body says, without parsing it.

    The body's keys are sorted, so it begins with actor, at and data; and inside a string a quotation mark is escaped,
    so the last place that reads `},"decision":` is the end of data.
    """
    if type(at) is not int or type(kind) is not str or type(actor) is not str or type(decision) is not str:
        return False
    start = f'{{"actor":{encode_basestring(actor)},"at":{at},"data":{{'.encode()
    end = f'}},"decision":{encode_basestring(decision)},"kind":{encode_basestring(kind)},"v":1,"via":"'.encode()
    return body.startswith(start) and body.startswith(end, body.rfind(b'},"decision":'))
