"""Ingest and the index of fingerprints: what is served is recognised, at every moment, and what is gone is not."""

from collections.abc import Sequence
from typing import Any

import pytest

from lacuna.adapters.classifiers.fingerprint import FingerprintLayer, KeyedFingerprinter
from lacuna.domain.classification import Question
from lacuna.domain.errors import StorageFull, StorageMissing
from lacuna.domain.identity import EVERYONE
from lacuna.domain.tiers import Tier
from lacuna.testing.fakes.fingerprints import InMemoryFingerprints
from lacuna.usecases.ingest import Ingest
from lacuna.usecases.upload import Outcome
from tests.usecases.interruption import Killed
from tests.usecases.test_ingest import ADMIN, World

OLD = "the night shift empties the settling tanks by hand because the pump trips whenever sand from the quarry comes in"
NEW = "since the trap was fitted the tanks are flushed at noon by the day shift and nobody has to climb down any more"


class Recognising(World):
    """A world with an index of fingerprints, its writes under the same switch."""

    def __init__(self) -> None:
        self.index = InMemoryFingerprints("first")
        self.fingerprinter = KeyedFingerprinter(b"k" * 32, "first")
        super().__init__()

    def again(self, **changed: Any) -> Ingest:
        given = {"fingerprints": self.switch.guard(self.index), "fingerprinter": self.fingerprinter}
        return super().again(**(given | changed))

    def tiers(self, text: str) -> Sequence[Tier]:
        """With which tiers a question that quotes `text` is recognised."""
        layer = FingerprintLayer(self.index, self.fingerprinter)
        return [finding.tier for finding in layer.examine(Question(f"what about this: {text}")).findings]

    def served(self) -> list[str]:
        """The texts of all passages."""
        return [item.chunk.text for _, chunks in self.stored.values() for item in chunks]

    async def kill(self, at: int, work: Any) -> None:
        """Runs `work` until its write number `at`; then the process is started anew."""
        self.switch.arm(at, after=True)
        with pytest.raises(Killed):
            await work
        self.switch.disarm()
        self.ingest = self.again()


@pytest.fixture
def world() -> Recognising:
    return Recognising()


async def put(world: World, text: str, tier: Tier) -> Outcome:
    """One document, whatever its text."""
    return await world.put(text, ADMIN, source="tanks.md", tier=tier)


async def test_a_stored_document_is_recognised_with_its_tier(world: Recognising) -> None:
    await put(world, OLD, Tier.PROPRIETARY)
    assert world.tiers(OLD) == [Tier.PROPRIETARY]
    assert world.tiers(NEW) == []


async def test_an_unchanged_document_writes_nothing(world: Recognising) -> None:
    await put(world, OLD, Tier.INTERNAL)
    state = world.index.state
    assert (await put(world, OLD, Tier.INTERNAL)).status == "unchanged"
    assert world.index.state == state


async def test_a_new_version_is_recognised_in_place_of_the_old(world: Recognising) -> None:
    await put(world, OLD, Tier.PROPRIETARY)
    await put(world, NEW, Tier.INTERNAL)
    assert (world.tiers(OLD), world.tiers(NEW)) == ([], [Tier.INTERNAL])


async def test_a_changed_tier_counts_at_once(world: Recognising) -> None:
    stored = await put(world, OLD, Tier.INTERNAL)
    for tier in (Tier.PROPRIETARY, Tier.INTERNAL):
        await world.ingest.documents.change(stored.document_id, tier, None, None, ADMIN)
        assert world.tiers(OLD) == [tier]
    await world.ingest.documents.change(stored.document_id, None, frozenset({EVERYONE}), "Another title", ADMIN)
    assert world.tiers(OLD) == [Tier.INTERNAL]
    await world.ingest.documents.change(stored.document_id, Tier.PUBLIC, None, None, ADMIN)
    assert world.tiers(OLD) == []


async def test_a_deleted_document_is_forgotten(world: Recognising) -> None:
    stored = await put(world, OLD, Tier.INTERNAL)
    await world.ingest.documents.delete(stored.document_id, ADMIN)
    assert world.tiers(OLD) == []
    assert await world.index.document_ids() == frozenset()


@pytest.mark.parametrize("at", range(1, 5))
async def test_a_new_document_killed_at_any_write_is_recognised_as_soon_as_it_is_stored(
    world: Recognising, at: int
) -> None:
    await world.kill(at, put(world, OLD, Tier.INTERNAL))
    assert not world.served() or world.tiers(OLD) == [Tier.INTERNAL]
    await world.ingest.recover()
    assert bool(world.tiers(OLD)) == bool(world.served()) == bool(await world.catalogue.page("", 10))
    await put(world, OLD, Tier.INTERNAL)
    assert world.tiers(OLD) == [Tier.INTERNAL]


@pytest.mark.parametrize("at", range(1, 6))
async def test_a_new_version_killed_at_any_write_is_recognised_as_soon_as_it_is_stored(
    world: Recognising, at: int
) -> None:
    await put(world, OLD, Tier.PROPRIETARY)
    await world.kill(at, put(world, NEW, Tier.INTERNAL))
    [served] = world.served()
    [tier] = world.tiers(served)
    assert tier >= (Tier.PROPRIETARY if served == OLD else Tier.INTERNAL)
    await put(world, NEW, Tier.INTERNAL)
    assert (world.tiers(OLD), world.tiers(NEW)) == ([], [Tier.INTERNAL])


@pytest.mark.parametrize("tiers", [(Tier.INTERNAL, Tier.PROPRIETARY), (Tier.PROPRIETARY, Tier.INTERNAL)])
@pytest.mark.parametrize("at", range(1, 5))
async def test_a_change_killed_at_any_write_never_recognises_less_than_is_served(
    world: Recognising, at: int, tiers: tuple[Tier, Tier]
) -> None:
    before, after = tiers
    stored = await put(world, OLD, before)
    await world.kill(at, world.ingest.documents.change(stored.document_id, after, None, None, ADMIN))
    [document] = await world.catalogue.page("", 10)
    assert max(world.tiers(OLD)) >= document.tier
    await world.ingest.documents.change(stored.document_id, after, None, None, ADMIN)
    assert max(world.tiers(OLD)) >= after


@pytest.mark.parametrize("at", range(1, 6))
async def test_a_deletion_killed_at_any_write_ends_with_nothing_recognised(world: Recognising, at: int) -> None:
    stored = await put(world, OLD, Tier.INTERNAL)
    await world.kill(at, world.ingest.documents.delete(stored.document_id, ADMIN))
    assert not world.served() or world.tiers(OLD)
    await world.ingest.recover()
    assert (world.served(), world.tiers(OLD)) == ([], [])


@pytest.mark.parametrize("at", range(1, 6))
async def test_a_full_disk_leaves_the_version_before_recognised(world: Recognising, at: int) -> None:
    await put(world, OLD, Tier.INTERNAL)
    world.switch.arm(at, error=StorageFull("The disk is full."))
    with pytest.raises(StorageFull):
        await put(world, NEW, Tier.INTERNAL)
    world.switch.disarm()
    assert all(world.tiers(text) for text in world.served())
    await put(world, NEW, Tier.INTERNAL)
    assert (world.tiers(OLD), world.tiers(NEW)) == ([], [Tier.INTERNAL])


async def test_a_lost_index_is_told_and_the_same_upload_makes_up_for_it(world: Recognising) -> None:
    await put(world, OLD, Tier.INTERNAL)
    world.index = InMemoryFingerprints("first")
    world.ingest = world.again()
    await world.ingest.recover()
    lost = world.ingest.fingerprints.lost
    assert lost is not None
    with pytest.raises(StorageMissing, match="1 of 1 documents have no fingerprints"):
        await lost.check()
    assert (await put(world, OLD, Tier.INTERNAL)).status == "replaced"
    assert world.tiers(OLD) == [Tier.INTERNAL]
    await lost.check()
    assert (await put(world, OLD, Tier.INTERNAL)).status == "unchanged"


async def test_under_another_key_documents_are_ingested_anew(world: Recognising) -> None:
    await put(world, OLD, Tier.INTERNAL)
    world.index = InMemoryFingerprints("second", world.index.shelf)
    world.fingerprinter = KeyedFingerprinter(b"n" * 32, "second")
    world.ingest = world.again()
    assert world.tiers(OLD) == []
    assert (await put(world, OLD, Tier.INTERNAL)).status == "replaced"
    assert world.tiers(OLD) == [Tier.INTERNAL]


async def test_without_an_index_nothing_is_fingerprinted() -> None:
    world = World()
    await put(world, OLD, Tier.INTERNAL)
    await world.ingest.recover()
    assert world.ingest.fingerprints.lost is None
