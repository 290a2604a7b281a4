"""docs/ledger-vectors.json is true: for Lacuna, for the stand-alone verifier, and by the definitions of the RFC."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lacuna.cli import verify_ledger
from lacuna.domain.audit import KINDS, Record
from lacuna.domain.merkle import (
    CompactRange,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    perfect_root,
)
from lacuna.domain.notes import Checkpoint, parse_note, signed_note, verified_text, verifier_key


@pytest.fixture(scope="module")
def vectors(root: Path) -> Any:
    return json.loads((root / "docs" / "ledger-vectors.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def leaves(vectors: Any) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + bytes.fromhex(data)).digest() for data in vectors["tree"]["leaf_data"]]


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it stands there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def key_of(verifier_key: str) -> tuple[str, bytes]:
    """Name and public key, the key id checked."""
    name, number, encoded = verifier_key.split("+", 2)
    raw = base64.b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == number
    return name, raw[1:]


def holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_the_record(vectors: Any) -> None:
    given = vectors["record"]
    raw = given["record"]
    body = bytes.fromhex(given["canonical_bytes"])
    record = Record(raw["kind"], raw["at"], raw["actor"], raw["via"], raw["decision"], raw["data"])
    assert raw["kind"] in KINDS
    assert record.canonical() == verify_ledger.canonical(raw) == body
    assert json.loads(body) == raw
    assert leaf_hash(body).hex() == verify_ledger.leaf_of(body).hex() == given["leaf_hash"]


def test_the_roots(vectors: Any, leaves: list[bytes]) -> None:
    for size, root in enumerate(vectors["tree"]["roots"]):
        assert defined(leaves[:size]).hex() == root
        assert CompactRange().extended(leaves[:size])[0].root.hex() == root


def test_the_proofs(vectors: Any, leaves: list[bytes]) -> None:
    tree = vectors["tree"]
    roots = [bytes.fromhex(root) for root in tree["roots"]]

    def subtree(height: int, index: int) -> bytes:
        return perfect_root(leaves[index << height : (index + 1) << height])

    for given in tree["inclusion"]:
        index, size, proof = given["leaf"], given["size"], [bytes.fromhex(step) for step in given["proof"]]
        assert list(inclusion_proof(index, size, subtree)) == proof
        assert inclusion_holds(leaves[index], index, size, proof, roots[size])
        assert verify_ledger.included(leaves[index], index, size, proof, roots[size])
    for given in tree["consistency"]:
        first, second, proof = given["first"], given["second"], [bytes.fromhex(step) for step in given["proof"]]
        assert list(consistency_proof(first, second, subtree)) == proof
        assert consistency_holds(first, second, roots[first], roots[second], proof)
        old, new = (verify_ledger.Checkpoint("", size, roots[size], b"") for size in (first, second))
        assert verify_ledger.extends(old, new, proof)


def test_the_checkpoint(vectors: Any) -> None:
    given = vectors["checkpoint"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given["private_key"]))
    public = private.public_key().public_bytes_raw()
    name, key = key_of(given["verifier_key"])
    assert public.hex() == key.hex() == given["public_key"]
    assert verifier_key(name, key) == given["verifier_key"]
    stated = Checkpoint(name, given["size"], bytes.fromhex(vectors["tree"]["roots"][given["size"]]))
    assert signed_note(stated.text(), name, public, private.sign) == given["note"]
    found = verify_ledger.opened(given["note"], {public: None})
    assert (found.origin, found.size, found.root) == (stated.origin, stated.size, stated.root)


def test_the_signed_note(vectors: Any) -> None:
    given = vectors["signed_note"]
    name, key = key_of(given["verifier_key"])
    text = verified_text(
        parse_note(given["note"]), name, key, lambda signature, message: holds(key, signature, message)
    )
    assert text.startswith("If you think cryptography is the answer")
    assert verify_ledger.signed_by(given["note"], name, key)


def test_the_format_names_every_kind_of_record(root: Path) -> None:
    page = (root / "docs" / "ledger-format.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and "." in line.split("|")[1]]
    named = [kind for row in rows for kind in re.findall(r"`([a-z_]+\.[a-z_]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(KINDS)
