"""The signing key is replaced without breaking the proof; keys that are used out of turn are found."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from lacuna.adapters.secrets.chain import verifier
from lacuna.adapters.secrets.files import FileKeyRing, finish_rotation
from lacuna.adapters.storage.sqlite import open_storage
from lacuna.cli import verify_ledger
from lacuna.domain.audit import Examination, Extent, Json, Kept, Record, Verification
from lacuna.domain.errors import LedgerBroken, StorageCorrupt, StorageError, StorageMissing
from lacuna.domain.identity import Principal, Role
from lacuna.domain.merkle import CompactRange, leaf_hash
from lacuna.domain.notes import Checkpoint, parse_note, signed_note
from lacuna.domain.rotation import Rotation
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import Entry
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.usecases.audit import Audit
from lacuna.usecases.rotate_key import rotated

ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "cli")


async def append(folder: Path, count: int) -> None:
    storage = await open_storage(folder, FileKeyRing(folder))
    await storage.ledger.append(*(entry(number) for number in range(count)))
    await storage.close()


async def record_rotation(folder: Path) -> tuple[int, str]:
    keys = FileKeyRing(folder, rotating=True)
    storage = await open_storage(folder, keys)
    try:
        return await rotated(storage.ledger, keys, FrozenClock(), ADMIN)
    finally:
        await storage.close()


async def rotate(folder: Path) -> None:
    finish_rotation(folder, *await record_rotation(folder))


async def verified(folder: Path, wanted: Examination | None = None) -> Verification:
    storage = await open_storage(folder, FileKeyRing(folder))
    try:
        return await storage.ledger.verify(wanted or Examination())
    finally:
        await storage.close()


async def shown(folder: Path, index: int) -> dict[str, object]:
    keys = FileKeyRing(folder)
    storage = await open_storage(folder, keys)
    try:
        found: dict[str, object] = json.loads(json.dumps(await Audit(storage.ledger, FrozenClock(), keys).show(index)))
        return found
    finally:
        await storage.close()


async def test_a_log_goes_on_under_its_next_keys_and_all_of_it_verifies(tmp_path: Path) -> None:
    await append(tmp_path, 5)
    origin = FileKeyRing(tmp_path).signer_name
    first, old_receipt = FileKeyRing(tmp_path).public_key, await shown(tmp_path, 2)
    assert (await verified(tmp_path)).passed
    for _ in range(2):
        await rotate(tmp_path)
        assert (await verified(tmp_path, Examination(Extent.SINCE_LAST))).extent is Extent.FULL
        await append(tmp_path, 3)
        assert (await verified(tmp_path, Examination(Extent.SINCE_LAST))).extent is Extent.SINCE_LAST
        assert (await verified(tmp_path)).passed
    keys = FileKeyRing(tmp_path)
    assert keys.signer_name == origin
    assert len({first, keys.public_key, *(each.public_key for each in keys.retired)}) == 3
    receipt = await shown(tmp_path, 8)
    for trusted in (first, keys.public_key, keys.retired[1].public_key):
        assert verify_ledger.check_receipt(receipt, [trusted])
        assert verify_ledger.check_receipt(old_receipt, [trusted], receipt["rotations"])  # type: ignore[arg-type]
    with pytest.raises(verify_ledger.Fault):
        verify_ledger.check_receipt(old_receipt, [keys.public_key])


async def test_a_checkpoint_anchored_before_the_rotation_still_counts(tmp_path: Path) -> None:
    await append(tmp_path, 5)
    kept = (await shown(tmp_path, 0))["checkpoint"]
    await rotate(tmp_path)
    await append(tmp_path, 3)
    assert (await verified(tmp_path, Examination(against=(Kept(str(kept)),)))).passed


async def test_an_export_is_checked_from_either_key(tmp_path: Path) -> None:
    await append(tmp_path, 3)
    first = FileKeyRing(tmp_path).public_key
    await rotate(tmp_path)
    await append(tmp_path, 2)
    keys = FileKeyRing(tmp_path)
    storage = await open_storage(tmp_path, keys)
    audit = Audit(storage.ledger, FrozenClock(), keys)
    lines = [json.dumps(view) async for view in audit.export()]
    note = await audit.checkpoint()
    await storage.close()
    for trusted in (first, keys.public_key):
        assert verify_ledger.check_export(iter(lines), note, [trusted])
    receipt = await shown(tmp_path, 0)
    texts = ("\n".join(lines) + "\n", json.dumps(receipt), json.dumps(receipt, indent=2), lines[0])
    for text, count in zip(texts, (1, 1, 1, 0), strict=True):
        path = tmp_path / "rotations"
        path.write_text(text, "utf-8")
        assert verify_ledger.rotations_in(path) == [keys.retired[0].statement][:count]


@pytest.mark.parametrize("recorded", [False, True])
async def test_an_interrupted_rotation_is_finished_and_nothing_works_before(tmp_path: Path, recorded: bool) -> None:
    await append(tmp_path, 3)
    FileKeyRing(tmp_path, rotating=True)
    if recorded:
        await record_rotation(tmp_path)
    with pytest.raises(StorageError) as caught:
        FileKeyRing(tmp_path)
    assert caught.value.code == "rotation_unfinished"
    await rotate(tmp_path)
    assert (await verified(tmp_path)).size == 5


async def test_a_process_with_the_old_key_stops_appending(tmp_path: Path) -> None:
    await append(tmp_path, 3)
    old = await open_storage(tmp_path, FileKeyRing(tmp_path))
    await old.ledger.append(entry(1))
    await rotate(tmp_path)
    with pytest.raises(LedgerBroken, match="rotated"):
        await old.ledger.append(entry(2))
    await old.close()
    assert (await verified(tmp_path)).passed


async def test_a_retired_key_may_not_sign_what_came_after_it(tmp_path: Path) -> None:
    await append(tmp_path, 3)
    thief = FileKeyRing(Path(shutil.copytree(tmp_path, tmp_path / "stolen")))
    await rotate(tmp_path)
    await append(tmp_path, 3)
    name = thief.signer_name
    for size, fine in ((5, True), (6, False)):
        root = (await _root(tmp_path, size)) if fine else bytes(32)
        note = signed_note(Checkpoint(name, size, root).text(), name, thief.public_key, thief.sign)
        result = await verified(tmp_path, Examination(against=(Kept(note),)))
        assert result.passed is fine, result.problem
        assert fine or "retired at size 5" in result.problem


async def test_a_stolen_retired_key_proves_nothing_to_the_stand_alone_verifier(tmp_path: Path) -> None:
    await append(tmp_path, 3)
    thief = FileKeyRing(Path(shutil.copytree(tmp_path, tmp_path / "stolen")))
    await rotate(tmp_path)
    await append(tmp_path, 3)
    trusted = [FileKeyRing(tmp_path).public_key]
    receipt = await shown(tmp_path, 7)
    assert verify_ledger.check_receipt(receipt, trusted)
    checkpoint = Checkpoint.of(parse_note(str(receipt["checkpoint"])).text)
    forged = signed_note(checkpoint.text(), thief.signer_name, thief.public_key, thief.sign)
    with pytest.raises(verify_ledger.Fault, match="retired at size 5"):
        verify_ledger.check_receipt({**receipt, "checkpoint": forged}, trusted)
    accomplice = FileKeyRing(tmp_path / "accomplice")
    rotation = Rotation(thief.signer_name, thief.public_key, accomplice.public_key, 5)
    note = signed_note(checkpoint.text(), thief.signer_name, accomplice.public_key, accomplice.sign)
    statement = rotation.signed(thief.sign, accomplice.sign)
    with pytest.raises(verify_ledger.Fault, match="two rotations"):
        verify_ledger.check_receipt({**receipt, "checkpoint": note}, trusted, [statement])
    rotation = Rotation(thief.signer_name, accomplice.public_key, thief.public_key, 1_000)
    statement = rotation.signed(accomplice.sign, thief.sign)
    with pytest.raises(verify_ledger.Fault, match="retired at size 5"):
        verify_ledger.check_receipt({**receipt, "checkpoint": note}, trusted, [statement])


async def test_nobody_appends_between_the_two_records_of_a_rotation(tmp_path: Path) -> None:
    await append(tmp_path, 3)
    old = await open_storage(tmp_path, FileKeyRing(tmp_path))
    await old.ledger.append(entry(1))
    keys = FileKeyRing(tmp_path, rotating=True)
    assert keys.incoming is not None
    storage = await open_storage(tmp_path, keys)
    about: dict[str, Json] = {"old": keys.public_key.hex(), "new": keys.incoming.hex()}
    await storage.ledger.append(Entry(Record("signing_key.rotating", 0, "root", "cli", "", about)))
    with pytest.raises(LedgerBroken):
        await old.ledger.append(entry(2))
    await old.close()
    until, statement = await rotated(storage.ledger, keys, FrozenClock(), ADMIN)
    await storage.close()
    assert (until, Rotation.verified(statement, verifier).until) == (6, 6)
    finish_rotation(tmp_path, until, statement)
    assert (await verified(tmp_path)).size == 6


async def _root(folder: Path, size: int) -> bytes:
    storage = await open_storage(folder, FileKeyRing(folder))
    leaves = [leaf_hash(stored.body) async for stored in storage.ledger.read()]
    await storage.close()
    return CompactRange().extended(leaves[:size])[0].root


async def test_a_rotation_that_the_chain_of_keys_does_not_know_is_found(tmp_path: Path) -> None:
    keys = FileKeyRing(tmp_path)
    other = FileKeyRing(tmp_path / "other")
    rotation = Rotation(keys.signer_name, keys.public_key, other.public_key, 2)
    statement = rotation.signed(keys.sign, other.sign)
    storage = await open_storage(tmp_path, keys)
    forged = Record("signing_key.rotated", 0, "x", "cli", "", {"statement": statement})
    await storage.ledger.append(entry(0), Entry(forged), entry(1))
    result = await storage.ledger.verify()
    await storage.close()
    assert (result.passed, result.bad_index) == (False, 1)


def test_a_broken_chain_of_keys_is_refused(tmp_path: Path) -> None:
    asyncio.run(append(tmp_path, 1))
    asyncio.run(rotate(tmp_path))
    chain = tmp_path / "keys" / "signing.chain"
    good = chain.read_text("utf-8")
    early = good.replace('"until": 3', '"until": 2')
    for bad in (good + good, good.replace("rotation", "relation"), good[:-20], early, ""):
        chain.write_text(bad, "utf-8")
        with pytest.raises(StorageCorrupt if bad else StorageMissing):
            asyncio.run(append(tmp_path, 1))
    chain.write_text(good, "utf-8")
    asyncio.run(append(tmp_path, 1))
    stolen = FileKeyRing(tmp_path / "thief")
    (tmp_path / "keys" / "signing.key").write_text((tmp_path / "thief" / "keys" / "signing.key").read_text("utf-8"))
    assert stolen.public_key
    with pytest.raises(StorageCorrupt, match="does not lead"):
        FileKeyRing(tmp_path)
