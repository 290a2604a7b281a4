"""docs/ledger-format.md is enough: code that knows only that page checks what Lacuna wrote."""

import asyncio
import base64
import hashlib
import json
import sqlite3
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.adapters.secrets.files import FileKeyRing
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.domain.audit import Json, Record
from lacuna.ports.storage import Entry
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys

Tree = tuple[bytes, ...]


def root(leaves: Tree) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def checked(note: str, public_key: bytes) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint whose signature has been verified."""
    text, _, line = note.rpartition("\n\n")
    dash, name, blob = line.rstrip("\n").split(" ")
    raw = base64.b64decode(blob)
    assert dash == "\u2014"
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public_key).verify(raw[4:], f"{text}\n".encode())
    origin, size, encoded = text.split("\n")
    assert origin == name
    return origin, int(size), base64.b64decode(encoded)


async def test_an_independent_reader_agrees_with_the_file(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    storage = await open_storage(tmp_path, keys)
    await storage.ledger.append(*(entry(number) for number in range(700)))
    receipt = await storage.ledger.receipt(300)
    await storage.close()

    public_key = keys.public_key
    connection = sqlite3.connect(tmp_path / "lacuna.db")
    rows = connection.execute("SELECT idx, at, kind, actor, decision, leaf, body FROM records ORDER BY idx").fetchall()
    leaves = tuple(hashlib.sha256(b"\x00" + row[6]).digest() for row in rows)
    assert [row[0] for row in rows] == list(range(700))
    assert [row[5] for row in rows] == list(leaves)
    for _, at, kind, actor, decision, _, body in rows:
        record = json.loads(body)
        assert (record["v"], record["at"], record["kind"]) == (1, at, kind)
        assert (record["actor"], record["decision"]) == (actor, decision)
        assert json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == body

    size, stored_root, packed, note = connection.execute(
        "SELECT size, root, range, checkpoint FROM log_head"
    ).fetchone()
    subtrees = connection.execute("SELECT level, idx, hash FROM subtrees ORDER BY level, idx").fetchall()
    connection.close()
    origin = f"lacuna.local/{public_key.hex()[:8]}"
    assert checked(note, public_key) == (origin, size, stored_root) == (origin, 700, root(leaves))
    assert checked((tmp_path / "checkpoint").read_text("utf-8"), public_key) == (origin, 700, root(leaves))
    assert subtrees == [(1, index, root(leaves[256 * index : 256 * (index + 1)])) for index in range(2)]
    runs = [(0, 512), (512, 640), (640, 672), (672, 688), (688, 696), (696, 700)]
    assert packed == b"".join(root(leaves[first:end]) for first, end in runs)

    assert checked(receipt.checkpoint, public_key) == (origin, 700, root(leaves))
    hashed = leaves[300]
    for sibling, left in zip(receipt.proof, _siblings_on_the_left(300, 700), strict=True):
        pair = sibling + hashed if left else hashed + sibling
        hashed = hashlib.sha256(b"\x01" + pair).digest()
    assert hashed == root(leaves)


def _siblings_on_the_left(index: int, size: int) -> list[bool]:
    if size == 1:
        return []
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return [*_siblings_on_the_left(index, split), False]
    return [*_siblings_on_the_left(index - split, size - split), True]


awkward = st.one_of(
    st.text(max_size=8), st.sampled_from(['},"decision":"', '"},"decision":"x","kind":', "\x00\x1f\x7f\u2028", "\\"])
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), awkward),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(awkward | st.just("decision"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(awkward, awkward, awkward, st.integers(0, 2**63 - 1), st.dictionaries(awkward, values, max_size=3)),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_records_of_any_content_verify_and_are_read_back(
    contents: list[tuple[str, str, str, int, dict[str, Json]]],
) -> None:
    records = [Record("decision.query", at, actor, via, decision, data) for actor, via, decision, at, data in contents]

    async def round_trip() -> None:
        with tempfile.TemporaryDirectory() as folder:
            storage = await open_storage(Path(folder), FixedKeys())
            try:
                await storage.ledger.append(*map(Entry, records))
                result = await storage.ledger.verify()
                assert result.passed, result.problem
                assert [stored.record() async for stored in storage.ledger.read()] == records
            finally:
                await storage.close()

    asyncio.run(round_trip())
