"""Checkpoints kept elsewhere are read from files, folders and anchors; cosignatures hold or count against them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lacuna.adapters.anchors.file import FileAnchor
from lacuna.adapters.anchors.names import checkpoint_name
from lacuna.adapters.anchors.witness import WitnessAnchor
from lacuna.config import Settings
from lacuna.domain.audit import Examination
from lacuna.domain.errors import DependencyUnavailable, InvalidInput, LedgerBroken
from lacuna.ports.anchors import Publication
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.servers.s3 import S3Double
from lacuna.testing.servers.witness import WitnessDouble
from lacuna.wiring.anchors import object_store
from lacuna.wiring.kept import kept_checkpoints

KEYS = FixedKeys()


def settings(folder: Path, **anchors: Any) -> Settings:
    given = {"storage": {"data_path": str(folder)}, "audit": {"anchors": anchors}}
    return Settings.model_validate(given)


async def publication(ledger: InMemoryLedger) -> Publication:
    size = len([each async for each in ledger.read()])
    return Publication(await ledger.checkpoint(), size, ledger.consistency)


async def test_the_first_checkpoint_that_disagrees_is_named(tmp_path: Path) -> None:
    mount, ledger, other = tmp_path / "mount", InMemoryLedger(KEYS), InMemoryLedger(KEYS)
    mount.mkdir()
    for number in range(12):
        await ledger.append(entry(number))
        await other.append(entry(number if number < 4 else number + 100))
        await FileAnchor(mount).publish(await publication(ledger if number < 6 else other))
    read = await kept_checkpoints([mount], settings(tmp_path), anchors=False, origin=KEYS.signer_name)
    assert [Path(each.where).stem[-2:] for each in read.kept] == [f"{size:02}" for size in range(1, 13)]
    result = await ledger.verify(Examination(against=read.kept))
    assert not result.passed
    assert f"checkpoint-{7:020d}.txt" in result.problem
    assert (await ledger.verify(Examination(against=read.kept[:6]))).passed


async def test_a_half_written_file_of_a_folder_is_passed_over_and_a_named_one_is_not(tmp_path: Path) -> None:
    ledger = InMemoryLedger(KEYS)
    await ledger.append(entry(1))
    await FileAnchor(tmp_path).publish(await publication(ledger))
    path = tmp_path / checkpoint_name(await ledger.checkpoint())
    whole = path.read_text()
    path.chmod(0o600)
    for end in range(len(whole)):
        path.write_text(whole[:end])
        assert (
            await kept_checkpoints([tmp_path], settings(tmp_path), anchors=False, origin=KEYS.signer_name)
        ).unfinished == (str(path),)
    assert len((await kept_checkpoints([path], settings(tmp_path), anchors=False, origin=KEYS.signer_name)).kept) == 1


async def test_the_witness_cosignature_is_checked_with_the_key_that_is_configured(tmp_path: Path) -> None:
    ledger = InMemoryLedger(KEYS)
    await ledger.append(entry(1), entry(2))
    async with WitnessDouble(KEYS.signer_name, KEYS.public_key) as witness:
        anchor = WitnessAnchor(witness.url, witness.verifier_key, tmp_path)
        await anchor.publish(await publication(ledger))
        await anchor.close()
    configured = settings(tmp_path, witness={"url": witness.url, "key": witness.verifier_key})
    path = tmp_path / "cosigned"
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    read = await kept_checkpoints([], configured, anchors=True, origin=KEYS.signer_name)
    assert (await ledger.verify(Examination(against=read.kept))).passed
    stamp = lines[-1].split(" ")
    damaged: list[Callable[[], str]] = [
        lambda: "".join(lines[:-1]),
        lambda: "".join([*lines[:-1], f"{stamp[0]} {stamp[1]} {stamp[2][:8]}{'BBBB'}{stamp[2][12:]}"]),
        lambda: whole.replace(lines[1], "9\n"),
        lambda: whole + f"{stamp[0]} {stamp[1]} {stamp[2][:8]}AAAA\n",
    ]
    for change in damaged:
        path.write_text(change())
        with pytest.raises(LedgerBroken, match=r"witness\.test/one"):
            await kept_checkpoints([], configured, anchors=True, origin=KEYS.signer_name)
    path.write_text(whole)
    stranger = WitnessDouble(KEYS.signer_name, KEYS.public_key, "witness.test/two").verifier_key
    with pytest.raises(LedgerBroken, match="missing"):
        await kept_checkpoints(
            [], settings(tmp_path, witness={"url": witness.url, "key": stranger}), anchors=True, origin=KEYS.signer_name
        )


async def test_what_holds_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, anchors in ((tmp_path / "empty", False), (tmp_path / "none", False), (None, True)):
        with pytest.raises(InvalidInput):
            await kept_checkpoints([path] if path else [], settings(tmp_path), anchors=anchors, origin=KEYS.signer_name)


@pytest.mark.parametrize("bucket", ["/bucket/our%20logs", "/bucket", "", "/logs"])
async def test_what_an_object_store_keeps_is_compared_wherever_its_bucket_is(tmp_path: Path, bucket: str) -> None:
    ledger, cut = InMemoryLedger(KEYS), InMemoryLedger(KEYS)
    async with S3Double("AKTEST", "right", "eu-test-1", page=2, own_host=not bucket.startswith("/bucket")) as server:
        keys = {"region": "eu-test-1", "access_key": "AKTEST", "secret_key": "right"}
        configured = settings(tmp_path, object_store={"url": server.url + bucket, **keys})
        with pytest.raises(InvalidInput, match="keeps no checkpoint"):
            await kept_checkpoints([], configured, anchors=True, origin=KEYS.signer_name)
        anchor = object_store(configured.audit.anchors)
        assert anchor is not None
        for number in range(5):
            await ledger.append(entry(number))
            await anchor.publish(await publication(ledger))
        await anchor.close()
        server.objects["/other/checkpoint-00000000000000000001.txt"] = b"of another log"
        read = await kept_checkpoints([], configured, anchors=True, origin=KEYS.signer_name)
        assert [each.where[-6:-4] for each in read.kept] == ["01", "02", "03", "04", "05"]
        assert (await ledger.verify(Examination(against=read.kept))).passed
        await cut.append(*(entry(number) for number in range(4)))
        result = await cut.verify(Examination(against=read.kept))
        assert not result.passed
        assert f"checkpoint-{5:020d}.txt" in result.problem
        wrong = settings(tmp_path, object_store={"url": server.url + bucket, **keys, "secret_key": "wrong"})
        with pytest.raises(DependencyUnavailable, match="403"):
            await kept_checkpoints([], wrong, anchors=True, origin=KEYS.signer_name)
