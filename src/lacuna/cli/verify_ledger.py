#!/usr/bin/env python3
"""Checks what a Lacuna ledger signed, with the Python standard library alone (3.9 or newer).

    verify_ledger.py receipt RECEIPT.json --key KEY      one record or answer is in the log
    verify_ledger.py export EXPORT.jsonl CHECKPOINT --key KEY      every record, against a checkpoint
    verify_ledger.py consistency OLD NEW PROOF.json --key KEY      the log only grew
    verify_ledger.py tiles FOLDER --key KEY              a copy of the tiles (C2SP tlog-tiles) beside their checkpoint

KEY is the log's public key: what `lacuna audit key` prints, 64 hexadecimal digits, or a file with either. Of a log
whose key was rotated any one of its keys will do, as long as the rotations lie between: a receipt has them with it, an
export among its records, and `--rotations FILE` takes an export or receipt that has them.

Exit code 0: everything holds. 1: it does not, and the first fault is named. 2: it was called wrongly.

This file shares no code with Lacuna and may be copied anywhere. Sources: RFC 6962 and 9162 (tree and proofs), RFC 8032
(Ed25519), C2SP signed-note, tlog-checkpoint and tlog-tiles, docs/ledger-format.md (records).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

TILE = 256
ROTATION = "lacuna key rotation"
ROTATED = "signing_key.rotated"


class Fault(Exception):
    """What does not hold, in words."""


# --- Ed25519 (RFC 8032, section 5.1) ---------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _point(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def ed25519_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is that of the key over the message."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, point = _point(public_key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if key is None or point is None or base is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    left = _times(scalar, base)
    right = _add(point, _times(int.from_bytes(digest, "little") % ORDER, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Signed notes, checkpoints and the chain of keys -----------------------------------------------------------------


class Checkpoint(NamedTuple):
    """A checkpoint whose signature holds, by `key`."""

    origin: str
    size: int
    root: bytes
    key: bytes


def _decode(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Fault(f"{what} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Fault(f"{what} is base64 in a second spelling")
    return raw


def _number(text: str, what: str) -> int:
    """A size as checkpoints and rotations write it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20) or str(int(text)) != text:
        raise Fault(f"{what} is no number, or written in a second spelling")
    return int(text)


def _parsed(text: str, what: str) -> Any:
    """JSON in which no object says something twice: readers would disagree on which counts."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Fault(f"{what} is no JSON, or names a key twice") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def note_parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a signed note, and the name and blob of each signature line."""
    head, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise Fault("the signed note is not text, an empty line and signature lines")
    signatures = []
    for line in tail[:-1].split("\n"):
        words = line.split(" ")
        if len(words) != 3 or words[0] != "\u2014":
            raise Fault("the signed note has a malformed signature line")
        signatures.append((words[1], _decode(words[2], "a signature")))
    return head + "\n", signatures


def signed_by(note: str, name: str, public_key: bytes) -> bool:
    """Whether the key, under that name, signed the note. A signature that names the key and is wrong is a Fault."""
    text, signatures = note_parts(note)
    wanted = hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]
    own = [blob[4:] for signer, blob in signatures if signer == name and blob[:4] == wanted]
    if not all(ed25519_holds(public_key, signature, text.encode()) for signature in own):
        raise Fault(f"the signature by {name} is wrong: the note was changed or forged")
    return bool(own)


def related_keys(trusted: Sequence[bytes], rotations: Sequence[str]) -> dict[bytes, int | None]:
    """The trusted keys, and those that rotations, signed by old and new key alike, tie to them. Each with the largest
    size that it may sign: a retired key that is stolen later proves nothing."""
    known = list(trusted)
    links = sorted({_link(note) for note in rotations})
    for side in (0, 1):
        if len({link[side] for link in links}) != len(links):
            raise Fault("key misuse: two rotations begin or end with the same key")
    for _ in links:
        for old, new, _until in links:
            if (old in known) != (new in known):
                known.append(new if old in known else old)
    return {key: _limit(key, {old: (new, until) for old, new, until in links}) for key in known}


def _limit(key: bytes, links: dict[bytes, tuple[bytes, int]]) -> int | None:
    """The largest size that a key may sign: no more than any key after it, or a stolen one could make up another that
    came before it."""
    limit = None
    for _ in links:
        if key in links:
            key, until = links[key]
            limit = until if limit is None else min(limit, until)
    return limit


def _link(note: str) -> tuple[bytes, bytes, int]:
    """The old key, the new key, and the largest size that the old one may sign."""
    lines = note_parts(note)[0].split("\n")
    if len(lines) != 6 or lines[0] != ROTATION:
        raise Fault("a key rotation is malformed")
    origin, old, new = lines[1], _decode(lines[2], "a key"), _decode(lines[3], "a key")
    if not signed_by(note, origin, old) or not signed_by(note, origin, new):
        raise Fault("a key rotation is not signed by both its keys")
    return old, new, _number(lines[4], "the size up to which a key signs")


def opened(note: str, keys: dict[bytes, int | None]) -> Checkpoint:
    """The checkpoint in a note that one of the keys signed, for a size that it may sign."""
    lines = note_parts(note)[0].split("\n")
    if len(lines) < 4 or not all(lines[:-1]):
        raise Fault("the checkpoint is malformed")
    root = _decode(lines[2], "the checkpoint's root")
    size, late = _number(lines[1], "the checkpoint's size"), None
    for key, limit in keys.items():
        if signed_by(note, lines[0], key):
            if limit is None or size <= limit:
                return Checkpoint(lines[0], size, root, key)
            late = limit
    if late is not None:
        raise Fault(f"key misuse: the checkpoint of size {size} is signed by a key that was retired at size {late}")
    raise Fault(f"the checkpoint of {lines[0]} is not signed by the key that was given, nor by one related to it")


# --- The tree (RFC 6962, RFC 9162) -----------------------------------------------------------------------------------


def leaf_of(body: bytes) -> bytes:
    """The leaf hash of a record's canonical bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The hash of an interior node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that leaves are added to; remembers its perfect subtrees only."""

    def __init__(self) -> None:
        self.size = 0
        self._hashes: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """One more leaf."""
        node, position = leaf, self.size
        while position & 1:
            node = node_of(self._hashes.pop(), node)
            position >>= 1
        self._hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root hash over all leaves so far."""
        if not self._hashes:
            return hashlib.sha256(b"").digest()
        node = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            node = node_of(left, node)
        return node


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, at, last = leaf, index, size - 1
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_of(step, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = node_of(node, step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def extends(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> bool:
    """RFC 9162, section 2.1.4.2."""
    if old.size == new.size:
        return not proof and old.root == new.root
    if not 0 < old.size < new.size:
        return False
    path = list(proof) if old.size & (old.size - 1) else [old.root, *proof]
    if not path:
        return False
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_of(step, first), node_of(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_of(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old.root and second == new.root


# --- What can be checked ---------------------------------------------------------------------------------------------


def canonical(record: Any) -> bytes:
    """The canonical bytes of a record (docs/ledger-format.md, section 1)."""
    try:
        return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise Fault("a record has no canonical bytes") from None


def _hash(text: Any) -> bytes:
    if not isinstance(text, str):
        raise Fault("a hash is missing")
    try:
        raw = bytes.fromhex(text) if len(text) == 64 else _decode(text, "a hash")
    except ValueError:
        raise Fault("a hash is malformed") from None
    if len(raw) != 32:
        raise Fault("a hash has not 32 bytes")
    return raw


def check_receipt(receipt: Any, trusted: Sequence[bytes], rotations: Sequence[str] = ()) -> str:
    """What a receipt proves, in words. Takes the receipts of `lacuna audit show` and those of answers."""
    receipt = receipt.get("receipt", receipt) if isinstance(receipt, dict) else receipt
    if not isinstance(receipt, dict):
        raise Fault("this is no receipt")
    receipt = {"rotations": [], **receipt}
    for name, short in (("leaf_hash", "leaf"), ("inclusion_proof", "proof")):
        receipt.setdefault(short, receipt.get(name))
    for key, kind in (("index", int), ("tree_size", int), ("proof", list), ("checkpoint", str), ("leaf", str)):
        if type(receipt.get(key)) is not kind:
            raise Fault(f"the receipt has no {key}")
    keys = related_keys(trusted, [*_statements(receipt), *rotations])
    checkpoint = opened(receipt["checkpoint"], keys)
    index, leaf = receipt["index"], _hash(receipt["leaf"])
    if "record" in receipt and leaf_of(canonical(receipt["record"])) != leaf:
        raise Fault(f"record {index} does not hash to its leaf: it was changed")
    if checkpoint.size != receipt["tree_size"]:
        raise Fault("the receipt's tree size is not the checkpoint's")
    if not included(leaf, index, checkpoint.size, [_hash(step) for step in receipt["proof"]], checkpoint.root):
        raise Fault(f"the proof does not lead record {index} to the checkpoint")
    what = "record" if "record" in receipt else "the leaf of record"
    return f"{what} {index} is in the log {checkpoint.origin} of {checkpoint.size} records"


def _statements(receipt: dict[str, Any]) -> list[str]:
    found = receipt.get("rotations", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Fault("the receipt's rotations are malformed")
    return found


def check_export(lines: Iterator[str], note: str, trusted: Sequence[bytes], rotations: Sequence[str] = ()) -> str:
    """What an export proves against a checkpoint, in words. The export may be longer than the checkpoint's log."""
    tree, found, size = Tree(), list(rotations), None
    claimed = _number(note.split("\n")[1], "the checkpoint's size") if "\n" in note else 0
    root, turns = Tree().root(), []
    for number, line in enumerate(lines):
        try:
            view = _parsed(line, "the line")
            index, leaf, record = view["index"], _hash(view["leaf"]), view["record"]
        except (Fault, KeyError, TypeError):
            raise Fault(f"line {number + 1} (record {number}) is no exported record") from None
        if index != number or type(index) is not int:
            raise Fault(f"record {number} is missing: record {index!r} stands in its place")
        if not isinstance(record, dict) or leaf_of(canonical(record)) != leaf:
            raise Fault(f"record {number} does not hash to its leaf: it was changed")
        if record.get("kind") == ROTATED:
            found.append(_statement(record))
            turns.append((number + 1, *_link(found[-1])))
            if turns[-1][0] != turns[-1][3]:
                raise Fault(f"record {number} retires a key at another size than its own")
        tree.add(leaf)
        if tree.size == claimed:
            root, size = tree.root(), claimed
    checkpoint = opened(note, related_keys(trusted, found))
    if checkpoint.size > tree.size:
        raise Fault(f"the tail was cut: record {tree.size} is the first that is missing of {checkpoint.size}")
    if (size or 0) != checkpoint.size or root != checkpoint.root:
        raise Fault(
            "the records do not hash to the checkpoint's root: one was changed together with its leaf, or moved"
        )
    for turn, old, new, _until in turns:
        if (checkpoint.size > turn and checkpoint.key == old) or (checkpoint.size < turn - 1 and checkpoint.key == new):
            raise Fault(f"key misuse: the checkpoint of size {checkpoint.size} is signed by a key not in use then")
    beyond = f"; {tree.size - checkpoint.size} records are beyond it" if tree.size > checkpoint.size else ""
    return f"{checkpoint.size} records hash to the checkpoint of {checkpoint.origin}{beyond}"


def _statement(record: dict[str, Any]) -> str:
    data = record.get("data")
    statement = data.get("statement") if isinstance(data, dict) else None
    if not isinstance(statement, str):
        raise Fault("a record of a key rotation has no statement")
    return statement


def check_consistency(old: str, new: str, proof: Any, trusted: Sequence[bytes], rotations: Sequence[str] = ()) -> str:
    """What two checkpoints and a proof show, in words."""
    keys = related_keys(trusted, rotations)
    first, second = opened(old, keys), opened(new, keys)
    steps = proof.get("proof") if isinstance(proof, dict) else proof
    if not isinstance(steps, list):
        raise Fault("the proof is no list of hashes")
    steps = [_hash(step) for step in steps]
    if first.origin != second.origin:
        raise Fault("the checkpoints are of two logs")
    if first.size > second.size:
        raise Fault(f"rollback: the newer checkpoint has {second.size} records, the older one {first.size}")
    if first.size and not extends(first, second, steps):
        raise Fault("fork: the newer log does not extend the older one, or the proof is not theirs")
    return f"the log of {second.size} records extends that of {first.size}"


def tile_path(level: str, index: int, width: int) -> str:
    """The path of a tile (C2SP tlog-tiles); level "entries" for bundles."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < TILE else "")


def check_tiles(folder: Path, trusted: Sequence[bytes], rotations: Sequence[str] = ()) -> str:
    """What a folder with `checkpoint` and `tile/...` proves, in words. Entry bundles are checked where they are."""
    checkpoint = opened(_text(folder / "checkpoint"), related_keys(trusted, rotations))
    tree, bundles, uppers = Tree(), 0, 0
    below: list[bytes] = []
    for index in range(-(-checkpoint.size // TILE)):
        width = min(TILE, checkpoint.size - index * TILE)
        leaves = _tile(folder, "0", index, width)
        bundles += _check_bundle(folder, index, leaves)
        run = Tree()
        for leaf in leaves:
            tree.add(leaf)
            run.add(leaf)
        if width == TILE:
            below.append(run.root())
    if tree.root() != checkpoint.root:
        raise Fault("the tiles do not hash to the checkpoint's root")
    level = 1
    while below:
        above: list[bytes] = []
        for index in range(-(-len(below) // TILE)):
            expected = below[index * TILE : (index + 1) * TILE]
            uppers += 1
            if _tile(folder, str(level), index, len(expected)) != expected:
                raise Fault(f"tile {level}/{index} is not what the tiles below it hash to")
            if len(expected) == TILE:
                run = Tree()
                for node in expected:
                    run.add(node)
                above.append(run.root())
        below, level = above, level + 1
    return f"{checkpoint.size} leaves, {uppers} upper tiles and {bundles} entry bundles agree with the checkpoint"


def _tile(folder: Path, level: str, index: int, width: int) -> list[bytes]:
    raw = _bytes(folder / tile_path(level, index, width))
    if len(raw) != 32 * width:
        raise Fault(f"tile {level}/{index} has {len(raw)} bytes instead of {32 * width}")
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def _check_bundle(folder: Path, index: int, leaves: Sequence[bytes]) -> int:
    path = folder / tile_path("entries", index, len(leaves))
    if not path.exists():
        return 0
    raw, at = _bytes(path), 0
    for number, leaf in enumerate(leaves):
        length = int.from_bytes(raw[at : at + 2], "big")
        if leaf_of(raw[at + 2 : at + 2 + length]) != leaf:
            raise Fault(f"record {index * TILE + number} does not hash to its leaf in the tiles")
        at += 2 + length
    if at != len(raw):
        raise Fault(f"entry bundle {index} holds more than its tile")
    return 1


# --- The command -----------------------------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(f"{path} cannot be read ({error.strerror})") from None


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError:
        raise Fault(f"{path} is no UTF-8 text") from None


def _json(path: Path) -> Any:
    return _parsed(_text(path), str(path))


def public_key(given: str) -> bytes:
    """A public key from what was given: hexadecimal, a C2SP verifier key, or a file with either."""
    text = given.strip()
    if len(text) != 64 and "+" not in text:
        text = _text(Path(given)).strip()
    try:
        if len(text) == 64:
            return bytes.fromhex(text)
        name, key_hash, encoded = text.split("+", 2)
        raw = _decode(encoded, "the key")
    except ValueError:
        raise Fault("the key is neither hexadecimal nor a verifier key (name+hash+base64)") from None
    if raw[:1] != b"\x01" or len(raw) != 33 or hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != key_hash:
        raise Fault("the verifier key is damaged or not an Ed25519 key")
    return raw[1:]


def rotations_in(path: Path) -> list[str]:
    """The key rotations in an export or a receipt."""
    text = _text(path)
    lines = [line for line in text.split("\n") if ROTATED in line or '"rotations"' in line]
    views = [_parsed(text, str(path))] if text.startswith("{\n") else [_parsed(line, str(path)) for line in lines]
    found: list[str] = []
    for view in views:
        if isinstance(view, dict):
            found += _statements(view)
            record = view.get("record")
            if isinstance(record, dict) and record.get("kind") == ROTATED:
                found.append(_statement(record))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; see the module."""
    parser = argparse.ArgumentParser(description="Checks what a Lacuna ledger signed.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, files in (
        ("receipt", ["receipt"]),
        ("export", ["export", "checkpoint"]),
        ("consistency", ["old", "new", "proof"]),
        ("tiles", ["folder"]),
    ):
        command = commands.add_parser(name)
        for file in files:
            command.add_argument(file, type=Path)
        command.add_argument("--key", action="append", required=True, help="public key of the log")
        command.add_argument("--rotations", type=Path, help="export or receipt with key rotations")
    given = parser.parse_args(arguments)
    try:
        keys = [public_key(key) for key in given.key]
        rotations = rotations_in(given.rotations) if given.rotations else []
        if given.command == "receipt":
            print("ok:", check_receipt(_json(given.receipt), keys, rotations))
        elif given.command == "export":
            lines = iter(_text(given.export).rstrip("\n").split("\n")) if _bytes(given.export) else iter(())
            print("ok:", check_export(lines, _text(given.checkpoint), keys, rotations))
        elif given.command == "consistency":
            print("ok:", check_consistency(_text(given.old), _text(given.new), _json(given.proof), keys, rotations))
        else:
            print("ok:", check_tiles(given.folder, keys, rotations))
    except Fault as fault:
        print("FAULT:", fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
