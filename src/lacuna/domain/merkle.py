"""The Merkle tree of RFC 6962, section 2.1: hashes, compact ranges, proofs and their verification.

Guarantees that everything here agrees with the recursive definition of the RFC for every tree size. Leaves to others
where hashes are kept: proofs are made from a function that gives the root of a perfect subtree. Hashes are 32 raw
bytes.

A perfect subtree is named by (height, index): it covers the leaves from index * 2**height up to (index + 1) *
2**height.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HASH_SIZE = 32
TILE_HEIGHT = 8
"""Subtrees whose height is a multiple of this are worth keeping: the roots between two of them are at most 256 hashes
away (C2SP tlog-tiles uses the same height)."""

Subtree = Callable[[int, int], bytes]
"""(height, index) -> the root of that perfect subtree."""

# Copying a hash that has already taken the prefix costs half of making a new one. Neither is ever updated.
_LEAF = hashlib.sha256(b"\x00")
_NODE = hashlib.sha256(b"\x01")

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    hashing = _LEAF.copy()
    hashing.update(data)
    return hashing.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    hashing = _NODE.copy()
    hashing.update(left + right)
    return hashing.digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of subtree roots of equal height."""
    copied = _NODE.copy
    level = hashes
    while len(level) > 1:
        pairs, above = iter(level), []
        # As `node_hash`, whose call would cost as much as the hash.
        for left, right in zip(pairs, pairs, strict=True):
            hashing = copied()
            hashing.update(left + right)
            above.append(hashing.digest())
        level = above
    return level[0]


@dataclass(frozen=True, slots=True)
class Completed:
    """A perfect subtree, of a height that is a multiple of TILE_HEIGHT, that an append has filled."""

    height: int
    index: int
    root: bytes


@dataclass(frozen=True, slots=True)
class CompactRange:
    """All that is needed to append to a tree of `size` leaves: the roots of its perfect subtrees, largest first. Raises
    ValueError where there are not as many as `size` has one bits."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a compact range of size {self.size} cannot have {len(self.hashes)} hashes")

    @property
    def root(self) -> bytes:
        """The tree's root hash, MTH(D[size])."""
        return _folded(self.hashes) if self.hashes else EMPTY_ROOT

    def extended(self, leaves: Iterable[bytes]) -> tuple["CompactRange", list[Completed]]:
        """The range after appending these leaf hashes, and the subtrees that became complete, smaller ones first."""
        stack = list(self.hashes)
        size = self.size
        completed: list[Completed] = []
        for leaf in leaves:
            node, index, height = leaf, size, 0
            while index & 1:
                node = node_hash(stack.pop(), node)
                index >>= 1
                height += 1
                if height % TILE_HEIGHT == 0:
                    completed.append(Completed(height, index, node))
            stack.append(node)
            size += 1
        return CompactRange(size, tuple(stack)), completed

    def spans(self) -> list[tuple[int, int]]:
        """The leaves [start, end) under each of `hashes`."""
        found, start = [], 0
        for bit in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> bit & 1:
                found.append((start, start + (1 << bit)))
                start += 1 << bit
        return found


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1. Raises ValueError unless 0 <= index < size."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of size {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, subtree))
            end = middle
        else:
            path.append(_range_root(start, middle, subtree))
            start = middle
    return tuple(reversed(path))


def consistency_proof(first: int, second: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PROOF(first, D[second]) of RFC 6962, section 2.1.2. Raises ValueError unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ValueError(f"no consistency proof leads from size {first} to size {second}")
    start, end, known, path = 0, second, True, []
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_range_root(middle, end, subtree))
            end = middle
        else:
            path.append(_range_root(start, middle, subtree))
            start, known = middle, False
    if not known:
        path.append(_range_root(start, end, subtree))
    return tuple(reversed(path))


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` is number `index` in the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, position, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def consistency_holds(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the first tree is a prefix of the second (RFC 9162, section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(start: int, end: int, subtree: Subtree) -> bytes:
    """MTH(D[start:end]) for a range that the RFC's recursion visits: `start` is a multiple of its largest power of
    two."""
    hashes = []
    while start < end:
        height = (end - start).bit_length() - 1
        hashes.append(subtree(height, start >> height))
        start += 1 << height
    return _folded(hashes)


def _folded(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
