"""Checkpoints are kept by a folder, an object store and a witness, none of which ever takes one history for another."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lacuna.adapters.anchors.file import FileAnchor
from lacuna.adapters.anchors.names import checkpoint_name
from lacuna.adapters.anchors.object_store import ObjectStoreAnchor
from lacuna.adapters.anchors.witness import WitnessAnchor
from lacuna.domain.errors import ConfigError, DependencyError, DependencyNonsense, DependencyUnavailable, Forbidden
from lacuna.domain.identity import Principal, Role
from lacuna.domain.notes import parse_note
from lacuna.domain.tiers import Tier
from lacuna.ports.anchors import Publication
from lacuna.ports.storage import RecordFilter
from lacuna.testing.contracts.ledger import entry
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.fakes.telemetry import CountingTelemetry
from lacuna.testing.servers.loopback import LoopbackServer, Reply
from lacuna.testing.servers.s3 import S3Double
from lacuna.testing.servers.witness import WitnessDouble
from lacuna.usecases.anchor import Anchoring

KEYS = FixedKeys()
ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "cli")
AUDITOR = Principal("ann", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.AUDITOR}), "cli")


async def log_of(size: int, start: int = 0) -> InMemoryLedger:
    ledger = InMemoryLedger(KEYS)
    await ledger.append(*(entry(number) for number in range(start, start + size)))
    return ledger


async def publication(ledger: InMemoryLedger) -> Publication:
    size = len([each async for each in ledger.read()])
    return Publication(await ledger.checkpoint(), size, ledger.consistency)


async def test_a_folder_keeps_every_checkpoint_once_and_for_good(tmp_path: Path) -> None:
    ledger, anchor = await log_of(3), FileAnchor(tmp_path)
    for _ in range(2):
        await anchor.publish(await publication(ledger))
    await ledger.append(entry(9))
    await anchor.publish(await publication(ledger))
    kept = sorted(Path(folder) / name for folder, _, names in os.walk(tmp_path) for name in names)
    assert [path.name for path in kept] == [f"checkpoint-{size:020d}.txt" for size in (3, 4)]
    assert kept[1].read_text("utf-8") == await ledger.checkpoint()
    assert kept[0].stat().st_mode & 0o222 == 0
    with pytest.raises(DependencyNonsense, match="forked"):
        await anchor.publish(await publication(await log_of(3, start=1)))


async def test_a_file_that_was_not_written_to_its_end_counts_neither_as_kept_nor_as_a_fork(tmp_path: Path) -> None:
    ledger = await log_of(3)
    await FileAnchor(tmp_path).publish(await publication(ledger))
    path = tmp_path / checkpoint_name(await ledger.checkpoint())
    whole = path.read_bytes()
    for end in (0, 1, len(whole) - 1):
        path.chmod(0o644)
        path.write_bytes(whole[:end])
        with pytest.raises(DependencyUnavailable, match="not written to its end"):
            await FileAnchor(tmp_path).publish(await publication(ledger))


async def test_a_mount_that_is_missing_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(DependencyUnavailable):
        await FileAnchor(tmp_path / "gone").publish(await publication(await log_of(1)))
    assert not (tmp_path / "gone").exists()


def store(server: S3Double, word: str = "right") -> ObjectStoreAnchor:
    return ObjectStoreAnchor(
        server.url + "/bucket/logs",
        region="eu-test-1",
        access_key="AKTEST",
        secret_key=word,
        now=lambda: datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC),
    )


async def test_an_object_store_is_sent_signed_checkpoints_that_replace_nothing() -> None:
    ledger = await log_of(3)
    async with S3Double("AKTEST", "right", "eu-test-1") as server:
        anchor = store(server)
        for _ in range(2):
            await anchor.publish(await publication(ledger))
        [(path, body)] = server.objects.items()
        assert path.startswith("/bucket/logs/lacuna.test-")
        assert body.decode() == await ledger.checkpoint()
        with pytest.raises(DependencyNonsense, match="forked"):
            await anchor.publish(await publication(await log_of(3, start=1)))
        await anchor.close()
        wrong = store(server, word="other")
        with pytest.raises(DependencyUnavailable, match="403"):
            await wrong.publish(await publication(ledger))
        await wrong.close()
        assert list(server.objects) == [path]


@pytest.mark.parametrize(
    "prefix", ["/bucket/our logs", "/bucket/our%20logs", "/b+c/a=1,2;x@y:z!", "/b/~ü", "/b/%C3%BC"]
)
async def test_whatever_the_prefix_is_called_the_signature_holds(prefix: str) -> None:
    async with S3Double("AKTEST", "right", "eu-test-1") as server:
        try:
            anchor = ObjectStoreAnchor(server.url + prefix, region="eu-test-1", access_key="AKTEST", secret_key="right")
        except ConfigError:
            assert " " in prefix
            return
        await anchor.publish(await publication(await log_of(3)))
        await anchor.close()
        assert len(server.objects) == 1


async def test_no_redirect_is_followed() -> None:
    async with LoopbackServer(lambda _: Reply(status=307, headers={"Location": "http://127.0.0.1:1/"})) as server:
        anchor = ObjectStoreAnchor(server.url, region="r", access_key="a", secret_key="b")
        with pytest.raises(DependencyNonsense, match="redirect"):
            await anchor.publish(await publication(await log_of(1)))
        await anchor.close()
        assert len(server.received) == 1


async def test_a_witness_cosigns_what_extends_what_it_saw(tmp_path: Path) -> None:
    ledger = await log_of(3)
    async with WitnessDouble(KEYS.signer_name, KEYS.public_key) as server:
        anchor = WitnessAnchor(server.url, server.verifier_key, tmp_path)
        await anchor.publish(await publication(ledger))
        await ledger.append(entry(4), entry(5))
        await anchor.publish(await publication(ledger))
        note = parse_note((tmp_path / "cosigned").read_text("utf-8"))
        assert [line.name for line in note.signatures] == [KEYS.signer_name, "witness.test/one"]
        await anchor.close()
        again = WitnessAnchor(server.url, server.verifier_key, tmp_path)
        await ledger.append(entry(6))
        await again.publish(await publication(ledger))
        assert server.seen is not None
        assert server.seen.size == 6
        with pytest.raises(DependencyNonsense, match="cut or rolled back"):
            await again.publish(await publication(await log_of(2)))
        with pytest.raises(DependencyError, match="422"):
            await again.publish(await publication(await log_of(8, start=1)))
        await again.close()


async def test_a_cosignature_by_another_key_does_not_count(tmp_path: Path) -> None:
    async with WitnessDouble(KEYS.signer_name, KEYS.public_key) as server:
        other = WitnessDouble(KEYS.signer_name, KEYS.public_key, name="witness.test/two")
        anchor = WitnessAnchor(server.url, other.verifier_key, tmp_path)
        with pytest.raises(DependencyNonsense, match="did not cosign"):
            await anchor.publish(await publication(await log_of(1)))
        await anchor.close()
    assert not (tmp_path / "cosigned").exists()
    for key in ("", "a+b+c", other.verifier_key[:-4] + "AAAA"):
        with pytest.raises(ConfigError):
            WitnessAnchor("http://127.0.0.1:1", key, tmp_path)


async def test_failure_and_recovery_are_recorded_once_each_and_show(tmp_path: Path) -> None:
    ledger, telemetry = await log_of(2), CountingTelemetry()
    anchoring = Anchoring([FileAnchor(tmp_path / "mount")], ledger, FrozenClock(), telemetry, 300)
    for _ in range(3):
        [outcome] = await anchoring.once()
        assert outcome.code == "dependency_unavailable"
    with pytest.raises(DependencyError):
        await anchoring.check()
    (tmp_path / "mount").mkdir()
    for _ in range(2):
        [outcome] = await anchoring.once()
        assert not outcome.code
    await anchoring.check()
    assert telemetry.counts["failed", "anchor.file", "dependency_unavailable"] == 3
    recorded = [each.record() for each in await ledger.find(RecordFilter(actor="lacuna", newest_first=False))]
    assert [each.kind for each in recorded] == ["anchor.failed", "anchor.resumed"]
    assert recorded[0].data == {
        "anchor": "file",
        "host": str(tmp_path / "mount"),
        "code": "dependency_unavailable",
        "size": 2,
    }


async def test_anchoring_is_for_who_may_manage_the_ledger() -> None:
    anchoring = Anchoring([], await log_of(1), FrozenClock(), CountingTelemetry(), 300)
    assert await anchoring.anchor(ADMIN) == []
    with pytest.raises(Forbidden):
        await anchoring.anchor(AUDITOR)
