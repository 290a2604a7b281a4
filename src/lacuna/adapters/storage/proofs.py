"""Roots of perfect subtrees, from what is stored: leaf hashes beside the records, and the roots of heights 8, 16, 24
and so on.

One proof reads at most a few runs of 256 hashes for each of those heights, whatever the size of the log. Only subtrees
that lie within the size asked for are ever read, so a log that grows meanwhile does not matter. What is read is not
trusted: the caller checks the finished proof against a signed root.
"""

from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.log import BROKEN_CURE
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import HASH_SIZE, TILE_HEIGHT, perfect_root

_LEAVES = "SELECT leaf FROM records WHERE idx >= ? AND idx < ? ORDER BY idx"
_SUBTREES = "SELECT hash FROM subtrees WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"


class StoredSubtrees:
    """A `lacuna.domain.merkle.Subtree` for one proof; runs of hashes read once are kept for its duration."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        self._runs: dict[tuple[int, int, int], list[bytes]] = {}
        self._roots: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, index: int) -> bytes:
        root = self._roots.get((height, index))
        if root is None:
            level, rest = divmod(height, TILE_HEIGHT)
            root = perfect_root(self.run(level, index << rest, 1 << rest))
            self._roots[height, index] = root
        return root

    def run(self, level: int, start: int, count: int) -> list[bytes]:
        """The stored hashes of that level, `count` of them. Raises LedgerBroken where some are missing."""
        key = (level, start, count)
        if key not in self._runs:
            if level:
                found = self._connection.execute(_SUBTREES, (level, start, start + count))
            else:
                found = self._connection.execute(_LEAVES, (start, start + count))
            hashes = [row[0] for row in found]
            if len(hashes) != count or any(type(h) is not bytes or len(h) != HASH_SIZE for h in hashes):
                raise LedgerBroken(
                    f"The log in {self._where} lacks hashes that a proof needs (level {level}, from {start}).",
                    cure=BROKEN_CURE,
                )
            self._runs[key] = hashes
        return self._runs[key]
