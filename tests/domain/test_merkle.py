"""RFC 6962 by its recursive definition and published vectors, against the iterative code."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.domain.merkle import (
    EMPTY_ROOT,
    TILE_HEIGHT,
    CompactRange,
    Subtree,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    node_hash,
    perfect_root,
)

# The leaves and roots of the reference implementation of Certificate Transparency.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(i.to_bytes(4, "big")) for i in range(count)]


def source(leaves: list[bytes]) -> Subtree:
    return lambda height, index: perfect_root(leaves[index << height : (index + 1) << height])


sizes = st.integers(1, 300)


def test_the_roots_are_those_of_certificate_transparency() -> None:
    for count, root in enumerate(CT_ROOTS, 1):
        grown, _ = CompactRange().extended(leaf_hash(leaf) for leaf in CT_LEAVES[:count])
        assert grown.root.hex() == root


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert CompactRange().root == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_leaves_and_nodes_are_told_apart_by_their_prefix() -> None:
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert node_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()


@given(st.lists(st.integers(0, 70), max_size=6))
def test_appending_in_any_batches_gives_the_recursive_root(batches: list[int]) -> None:
    leaves = leaves_of(sum(batches))
    grown, taken = CompactRange(), 0
    for batch in batches:
        grown, _ = grown.extended(leaves[taken : taken + batch])
        taken += batch
    assert grown.size == len(leaves)
    assert grown.root == naive_root(leaves)
    assert [naive_root(leaves[a:b]) for a, b in grown.spans()] == list(grown.hashes)


@given(st.integers(0, 600), st.integers(0, 600))
def test_completed_subtrees_are_exactly_those_of_tile_height(before: int, added: int) -> None:
    leaves = leaves_of(before + added)
    start, _ = CompactRange().extended(leaves[:before])
    _, completed = start.extended(leaves[before:])
    width = 1 << TILE_HEIGHT
    assert [c.index for c in completed] == list(range(before // width, (before + added) // width))
    assert all(c.root == perfect_root(leaves[c.index * width : (c.index + 1) * width]) for c in completed)


def test_the_second_tile_level_completes_after_65536_leaves() -> None:
    leaves = [leaf_hash(b"")] * 65536
    _, completed = CompactRange().extended(leaves)
    assert [(c.height, c.index) for c in completed if c.height != 8] == [(16, 0)]
    assert completed[-1].root == perfect_root(leaves)


@given(sizes, st.data())
def test_inclusion_proofs_are_the_rfc_paths_and_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = inclusion_proof(index, size, source(leaves))
    assert list(proof) == naive_path(index, leaves)
    assert inclusion_holds(leaves[index], index, size, proof, naive_root(leaves))


@given(sizes, st.data())
def test_consistency_proofs_are_the_rfc_proofs_and_hold(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    leaves = leaves_of(second)
    proof = consistency_proof(first, second, source(leaves))
    assert list(proof) == naive_proof(first, leaves)
    assert consistency_holds(first, second, naive_root(leaves[:first]), naive_root(leaves), proof)


@given(st.integers(2, 100), st.data())
def test_a_proof_with_anything_changed_does_not_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    root = naive_root(leaves)
    proof = list(inclusion_proof(index, size, source(leaves)))
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
    assert not inclusion_holds(leaves[index], index, size, changed, root)
    assert not inclusion_holds(leaves[index], index, size, proof[:-1], root)
    assert not inclusion_holds(leaves[index], index, size, [*proof, bytes(32)], root)
    assert not inclusion_holds(bytes(32), index, size, proof, root)
    assert not inclusion_holds(leaves[index], size, size, proof, root)
    assert not inclusion_holds(leaves[index], (index + 1) % size, size, proof, root)


@given(st.integers(2, 100), st.data())
def test_a_changed_history_has_no_consistency_proof(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    leaves = leaves_of(second)
    proof = consistency_proof(first, second, source(leaves))
    rewritten = [bytes(32), *leaves[1:]]
    roots = naive_root(leaves[:first]), naive_root(leaves)
    assert not consistency_holds(first, second, naive_root(rewritten[:first]), roots[1], proof)
    assert not consistency_holds(first, second, roots[0], naive_root(rewritten), proof)
    assert not consistency_holds(first, second, *roots, [*proof, bytes(32)])
    assert not consistency_holds(first, second, *roots, proof[:-1])
    assert not consistency_holds(first, second, *roots, [])


def test_equal_sizes_are_consistent_only_with_equal_roots_and_no_proof() -> None:
    root = naive_root(leaves_of(5))
    assert consistency_holds(5, 5, root, root, ())
    assert not consistency_holds(5, 5, root, bytes(32), ())
    assert not consistency_holds(5, 5, root, root, (bytes(32),))
    assert not consistency_holds(0, 5, EMPTY_ROOT, root, ())
    assert not consistency_holds(6, 5, root, root, ())


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_inclusion_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_proof(index, size, source(leaves_of(3)))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 2)])
def test_there_is_no_consistency_proof_between_impossible_sizes(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_proof(first, second, source(leaves_of(3)))


def test_a_compact_range_with_the_wrong_number_of_hashes_is_refused() -> None:
    with pytest.raises(ValueError, match="size 3 cannot have 1 hashes"):
        CompactRange(3, (bytes(32),))
