"""The stand-alone verifier finds every planted fault, and shares nothing with the code that wrote what it checks."""

import ast
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.cli import verify_ledger
from lacuna.cli.verify_ledger import Fault, check_consistency, check_export, check_receipt, check_tiles
from lacuna.domain.notes import Checkpoint, signed_note, verifier_key
from lacuna.domain.tiles import Tile
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.usecases.audit import Audit

KEYS = FixedKeys()
THIEF = FixedKeys("thief")
TRUSTED = [KEYS.public_key]


async def written(size: int) -> tuple[InMemoryLedger, Audit]:
    ledger = InMemoryLedger(KEYS)
    await ledger.append(*(entry(number) for number in range(size)))
    return ledger, Audit(ledger, FrozenClock(), KEYS)


async def exported(audit: Audit) -> list[str]:
    return [json.dumps(view) async for view in audit.export()]


def flipped(text: str, at: int) -> str:
    """One character is another one of the same alphabet."""
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def test_it_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(verify_ledger.__file__).read_text("utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32), st.integers(0, 64 * 8 - 1))
@settings(max_examples=25)
def test_its_signatures_are_those_of_the_library(message: bytes, seed: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify_ledger.ed25519_holds(public, signature, message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not verify_ledger.ed25519_holds(public, bytes(changed), message)
    assert not verify_ledger.ed25519_holds(public, signature, message + b".")


def test_the_examples_of_rfc_8032() -> None:
    for public, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                "d25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                "387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
    ):
        key, text, raw = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
        assert verify_ledger.ed25519_holds(key, raw, text)
        assert not verify_ledger.ed25519_holds(key, raw[:32] + (verify_ledger.ORDER + 1).to_bytes(32, "little"), text)


async def test_every_changed_character_of_a_receipt_is_found() -> None:
    _, audit = await written(5)
    good = json.loads(json.dumps(await audit.show(3)))
    assert "record 3 is in the log" in check_receipt(good, TRUSTED)
    tried = 0
    for key in ("leaf", "checkpoint"):
        for at in range(0, len(good[key]), 1 if key == "leaf" else 3):
            with pytest.raises(Fault):
                check_receipt({**good, key: flipped(good[key], at)}, TRUSTED)
            tried += 1
    for number, step in enumerate(good["proof"]):
        proof = [*good["proof"]]
        proof[number] = flipped(step, 7)
        with pytest.raises(Fault, match="does not lead"):
            check_receipt({**good, "proof": proof}, TRUSTED)
    assert tried > 100


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["record"].update(actor="x"),
        lambda r: r["record"].update(at=r["record"]["at"] + 1),
        lambda r: r["record"]["data"].update(more=1),
        lambda r: r["record"].pop("via"),
        lambda r: r.update(record=None),
        lambda r: r.update(index=2),
        lambda r: r.update(tree_size=6),
        lambda r: r.update(index="3"),
        lambda r: r.update(proof=r["proof"][:-1]),
        lambda r: r.update(proof=[*r["proof"], r["leaf"]]),
        lambda r: r.update(proof=[]),
        lambda r: r.pop("checkpoint"),
        lambda r: r.update(checkpoint=""),
        lambda r: r.update(proof=[1]),
    ],
)
async def test_a_forged_receipt_is_found(change: Callable[[Any], Any]) -> None:
    _, audit = await written(5)
    receipt = json.loads(json.dumps(await audit.show(3)))
    change(receipt)
    with pytest.raises(Fault):
        check_receipt(receipt, TRUSTED)


async def test_what_another_key_signed_does_not_count() -> None:
    ledger, audit = await written(5)
    receipt = json.loads(json.dumps(await audit.show(3)))
    with pytest.raises(Fault, match="not signed by the key"):
        check_receipt(receipt, [THIEF.public_key])
    root = verify_ledger.opened(receipt["checkpoint"], dict.fromkeys(TRUSTED)).root
    text = Checkpoint(KEYS.signer_name, 5, root).text()
    receipt["checkpoint"] = signed_note(text, KEYS.signer_name, THIEF.public_key, THIEF.sign)
    with pytest.raises(Fault, match="not signed by the key"):
        check_receipt(receipt, TRUSTED)
    with pytest.raises(Fault):
        check_export(iter(await exported(audit)), receipt["checkpoint"], TRUSTED)
    assert await ledger.checkpoint() != receipt["checkpoint"]


def _changed(lines: list[str], at: int) -> list[str]:
    return [*lines[:at], lines[at].replace("dev-user", "new-user"), *lines[at + 1 :]]


def _swapped(lines: list[str], at: int) -> list[str]:
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def _replaced(lines: list[str], at: int) -> list[str]:
    """The record and its leaf are another's, the index is right."""
    other = json.loads(lines[at + 1])
    return [*lines[:at], json.dumps({**other, "index": at}), *lines[at + 1 :]]


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_changed, "record {at} does not hash to its leaf"),
        (lambda lines, at: lines[:at] + lines[at + 1 :], "record {at} is missing"),
        (lambda lines, at: [*lines[:at], lines[at], *lines[at:]], "is missing"),
        (_swapped, "record {at} is missing"),
        (_replaced, "do not hash to the checkpoint"),
        (lambda lines, at: lines[:at], "record {at} is the first that is missing of 7"),
        (lambda lines, at: [*lines[:at], "{}", *lines[at + 1 :]], "record {at}\\) is no exported record"),
    ],
)
async def test_every_fault_of_an_export_is_found_and_named(
    change: Callable[[list[str], int], list[str]], named: str, at: int
) -> None:
    ledger, audit = await written(7)
    note = await ledger.checkpoint()
    lines = await exported(audit)
    assert "7 records hash" in check_export(iter(lines), note, TRUSTED)
    with pytest.raises(Fault, match=named.format(at=at)):
        check_export(iter(change(lines, at)), note, TRUSTED)


async def test_two_checkpoints_of_one_log_are_told_from_rollback_and_fork() -> None:
    ledger, audit = await written(5)
    old = await ledger.checkpoint()
    await ledger.append(*(entry(number) for number in range(5, 9)))
    new, proof = await ledger.checkpoint(), json.loads(json.dumps(await audit.consistency(5, 9)))
    assert "extends" in check_consistency(old, new, proof, TRUSTED)
    assert "extends" in check_consistency(new, new, [], TRUSTED)
    with pytest.raises(Fault, match="rollback"):
        check_consistency(new, old, proof, TRUSTED)
    fork = InMemoryLedger(KEYS)
    await fork.append(*(entry(number + 1) for number in range(9)))
    forked = [step.hex() for step in await fork.consistency(5, 9)]
    for steps in (proof, forked, []):
        with pytest.raises(Fault, match="fork"):
            check_consistency(old, await fork.checkpoint(), steps, TRUSTED)


async def _copy_tiles(tmp_path: Path) -> None:
    ledger, _ = await written(600)
    (tmp_path / "checkpoint").write_text(await ledger.checkpoint(), encoding="utf-8")
    tiles = [Tile(level, at, width) for level in (0, None) for at, width in ((0, 256), (1, 256), (2, 88))]
    for tile in [*tiles, Tile(1, 0, 2)]:
        path = tmp_path / "tile" / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(await ledger.tile(tile))


def test_a_copy_of_the_tiles_is_checked_to_the_last_hash(tmp_path: Path) -> None:
    asyncio.run(_copy_tiles(tmp_path))
    assert "600 leaves, 1 upper tiles and 3 entry bundles" in check_tiles(tmp_path, TRUSTED)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        raw = path.read_bytes()
        for at in {0, len(raw) // 2, len(raw) - 2}:
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
            with pytest.raises(Fault):
                check_tiles(tmp_path, TRUSTED)
        path.write_bytes(raw + b"0")
        with pytest.raises(Fault):
            check_tiles(tmp_path, TRUSTED)
        path.unlink()
        if "entries" not in path.parts:
            with pytest.raises(Fault):
                check_tiles(tmp_path, TRUSTED)
        path.write_bytes(raw)


def test_a_key_is_taken_in_every_form(tmp_path: Path) -> None:
    vkey = verifier_key(KEYS.signer_name, KEYS.public_key)
    file = tmp_path / "key"
    file.write_text(vkey + "\n", encoding="utf-8")
    for form in (vkey, KEYS.public_key.hex(), str(file)):
        assert verify_ledger.public_key(form) == KEYS.public_key
    for bad in (vkey[:-2] + "AA", "zz" * 32, str(tmp_path / "none")):
        with pytest.raises(Fault):
            verify_ledger.public_key(bad)


def test_the_command_says_what_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.json"
    path.write_text("{}", encoding="utf-8")
    assert verify_ledger.main(["receipt", str(path), "--key", KEYS.public_key.hex()]) == 1
    assert "FAULT: the receipt has no index" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        verify_ledger.main(["receipt", str(path)])


ODD: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "", "\u00b2", "\ud800", [], {}, [1], {"a": 1}, "1" * 5_000)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copied = value.copy()
    copied[path[0]] = _with(value[path[0]], path[1:], odd)
    return copied


async def test_whatever_stands_in_the_place_of_a_value_is_a_fault_and_nothing_worse() -> None:
    ledger, audit = await written(5)
    shown = json.loads(json.dumps(await audit.show(3)))
    for path in _places(shown):
        for odd in ODD:
            if path == ("rotations",) and odd == []:
                continue  # as it was
            with pytest.raises(Fault):
                check_receipt(_with(shown, path, odd), TRUSTED)
    lines, note = await exported(audit), await ledger.checkpoint()
    view = json.loads(lines[3])
    for path in _places(view):
        for odd in ODD:
            with pytest.raises(Fault):
                check_export(iter([*lines[:3], json.dumps(_with(view, path, odd)), lines[4]]), note, TRUSTED)
    for odd in (*ODD, {"proof": 1}, {"proof": [1]}):
        if odd != []:
            with pytest.raises(Fault):
                check_consistency(note, note, odd, TRUSTED)


async def test_a_changed_note_is_a_fault_and_nothing_worse() -> None:
    ledger, _ = await written(5)
    note = await ledger.checkpoint()
    for at in range(len(note)):
        for changed in (note[:at], note[at:] if at else "", note[:at] + "\u00b2" + note[at:], note[:at] + "9" * 5_000):
            with pytest.raises(Fault):
                verify_ledger.opened(changed, dict.fromkeys(TRUSTED))


async def test_a_key_that_is_named_twice_is_a_fault() -> None:
    ledger, audit = await written(2)
    lines = await exported(audit)
    twice = [lines[0].replace('"record": {', '"record": {}, "record": {', 1), lines[1]]
    assert twice != lines
    with pytest.raises(Fault):
        check_export(iter(twice), await ledger.checkpoint(), TRUSTED)
