"""The store in force: what the port promises, while it moves too; the record of places; its locks."""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.vectors import switching
from lacuna.adapters.vectors.places import FILE, Place, PlaceFile, WriteLocks, take
from lacuna.adapters.vectors.switching import SwitchingStore
from lacuna.domain.errors import InvalidInput, StorageCorrupt, StorageError, StorageLocked, StorageMissing
from lacuna.ports.vectors import VectorStore
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.contracts.vectors import VectorStoreContract, ids
from lacuna.testing.fakes.vectors import InMemoryVectorStore, Shelf
from lacuna.testing.passages import FINGERPRINT, passage, unit


class Shelves:
    """Places in memory, for several stores on one folder."""

    def __init__(self) -> None:
        self.shelves: dict[Place, Shelf] = defaultdict(Shelf)
        self.broken: set[Place] = set()

    async def open(self, place: Place) -> VectorStore:
        if place in self.broken:
            raise StorageError(f"{place} is broken.", cure="Mend it.")
        return InMemoryVectorStore(self.shelves[place])

    async def grant(self, place: Place, role: str) -> None:
        """Nobody is kept from memory."""

    async def delete(self, place: Place) -> None:
        self.shelves.pop(place, None)


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


@pytest.fixture
async def store(tmp_path: Path, shelves: Shelves) -> AsyncIterator[SwitchingStore]:
    opened = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    yield opened
    await opened.close()


@pytest.fixture
async def other(tmp_path: Path, shelves: Shelves, store: SwitchingStore) -> AsyncIterator[SwitchingStore]:
    """The same data folder, as another process has it."""
    opened = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    yield opened
    await opened.close()


class TestSwitchingStore(VectorStoreContract):
    pass


class TestWhileAMoveIsUnderWay(VectorStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path, shelves: Shelves) -> AsyncIterator[SwitchingStore]:
        opened = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
        await opened.begin("memory")
        yield opened
        pointer = PlaceFile(tmp_path).read()
        assert pointer.target is not None
        assert shelves.shelves[pointer.active].documents.keys() == shelves.shelves[pointer.target].documents.keys()
        await opened.close()


async def test_a_switch_is_seen_at_once_and_everywhere(store: SwitchingStore, other: SwitchingStore) -> None:
    await store.replace("old", FINGERPRINT, [passage("old", "valve", document_id="old", seed=1)])
    corpus = other.corpus(FINGERPRINT)
    version = corpus.version
    move = await store.begin("memory")
    await move.target.replace("new", FINGERPRINT, [passage("new", "valve", document_id="new", seed=2)])
    assert ids(await other.lexical("valve", EVERYTHING, 5)) == ["old"]
    async with store.holding_all():
        await store.switch()
    assert ids(await other.lexical("valve", EVERYTHING, 5)) == ["new"]
    assert corpus.version != version
    assert corpus.nearest(unit(2), 1)[0][0] == pytest.approx(1.0, abs=1e-5)
    await other.replace("more", "", [passage("more", "valve", document_id="more")])
    assert await move.source.document_ids() == {"old"}


async def test_what_is_in_use_no_more_is_deleted_and_forgotten(
    store: SwitchingStore, tmp_path: Path, shelves: Shelves
) -> None:
    await store.begin("memory")
    await store.switch()
    assert await store.dispose() == ("memory-1",)
    assert set(shelves.shelves) == {Place("memory", 2)}
    assert PlaceFile(tmp_path).read().retired == ()
    assert await store.dispose() == ()


async def test_a_move_that_is_given_up_leaves_the_place_in_force(store: SwitchingStore, other: SwitchingStore) -> None:
    assert await store.abandon() is False
    await store.begin("memory")
    await other.replace("doc", "", [passage("c1", "valve")])
    assert await store.abandon() is True
    assert await store.dispose() == ("memory-2",)
    assert await other.document_ids() == {"doc"}
    move = await store.begin("memory")
    assert move.target_name == "memory-3"
    assert await move.target.document_ids() == frozenset()


async def test_a_move_goes_on_after_the_end_of_who_began_it(
    store: SwitchingStore, tmp_path: Path, shelves: Shelves
) -> None:
    first = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    assert (await first.begin("memory")).resumed is False
    with pytest.raises(StorageLocked):
        await store.begin("memory")
    await first.close()
    await store.replace("doc", "", [passage("c1", "valve")])
    with pytest.raises(InvalidInput):
        await store.begin("another")
    store._release()
    move = await store.begin("memory")
    assert move.resumed
    assert await move.target.document_ids() == {"doc"}


async def test_a_place_that_cannot_be_opened_begins_nothing(
    store: SwitchingStore, other: SwitchingStore, shelves: Shelves, tmp_path: Path
) -> None:
    shelves.broken.add(Place("memory", 2))
    with pytest.raises(StorageError):
        await store.begin("memory")
    assert PlaceFile(tmp_path).read().target is None
    await other.replace("doc", "", [passage("c1", "valve")])


async def test_while_a_move_is_under_way_a_change_needs_both_places(
    store: SwitchingStore, other: SwitchingStore, shelves: Shelves
) -> None:
    await other.replace("doc", "", [passage("c1", "valve")])
    await store.begin("memory")
    shelves.broken.add(Place("memory", 2))
    with pytest.raises(StorageError):
        await other.retag("doc", EVERYTHING.clearance, frozenset({"sales"}))
    assert [chunk.groups for chunk in await other.chunks(["c1"])] == [frozenset({"everyone"})]


def record(active: str = '{"backend": "memory", "generation": 1}', last: str = "1") -> str:
    """A record's text."""
    return f'{{"active": {active}, "target": null, "retired": [], "last": {last}}}'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"active": {"backend": "x"}}',
        '{"active": 1}',
        record('{"backend": "memory", "generation": "1"}'),
        record('{"backend": "memory", "generation": 2}'),
        record('{"backend": null, "generation": 1}'),
        record(last="true"),
    ],
)
async def test_a_damaged_record_is_told_and_nothing_is_searched(
    store: SwitchingStore, tmp_path: Path, content: str
) -> None:
    await store.remove("doc")
    (tmp_path / FILE).write_text(record())
    await store.check()
    (tmp_path / FILE).write_text(content)
    with pytest.raises(StorageCorrupt):
        await store.lexical("valve", EVERYTHING, 5)
    with pytest.raises(StorageCorrupt):
        await store.remove("doc")
    with pytest.raises(StorageCorrupt):
        await store.check()


async def test_a_record_that_is_gone_is_told(store: SwitchingStore, tmp_path: Path) -> None:
    (tmp_path / FILE).unlink()
    with pytest.raises(StorageError) as gone:
        await store.lexical("valve", EVERYTHING, 5)
    assert gone.value.code == "storage_missing"


async def test_a_lost_record_is_not_replaced_by_a_guess(tmp_path: Path, shelves: Shelves) -> None:
    store = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    await store.remove("doc")
    await store.close()
    (tmp_path / FILE).unlink()
    with pytest.raises(StorageMissing, match=FILE) as gone:
        await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    assert "backup" in gone.value.cure
    assert not (tmp_path / FILE).exists()


async def test_of_several_who_begin_a_folder_one_says_where_passages_are(tmp_path: Path, shelves: Shelves) -> None:
    opened = await asyncio.gather(
        *(SwitchingStore.open(tmp_path, shelves, Place("memory", 1)) for _ in range(4)),
        *(SwitchingStore.open(tmp_path, shelves, Place("another", 1)) for _ in range(4)),
    )
    assert len({store.active for store in opened}) == 1
    for store in opened:
        await store.close()
    assert [each.name for each in tmp_path.iterdir()] == [FILE]  # noqa: ASYNC240  # a folder of one file


async def test_the_record_keeps_the_first_place_whatever_the_settings_say_later(
    store: SwitchingStore, tmp_path: Path, shelves: Shelves
) -> None:
    again = await SwitchingStore.open(tmp_path, shelves, Place("another"))
    assert again.active == Place("memory")
    await again.close()
    assert json.loads((tmp_path / FILE).read_text())["active"]["backend"] == "memory"


async def test_who_holds_all_documents_holds_each(tmp_path: Path) -> None:
    locks = WriteLocks(tmp_path)
    order: list[str] = []

    async def write(name: str) -> None:
        async with WriteLocks(tmp_path).holding(name):
            order.append(name)

    async with locks.holding_all():
        tasks = [asyncio.create_task(write(f"d{n}")) for n in range(3)]
        await asyncio.sleep(0.05)
        order.append("all")
    await asyncio.gather(*tasks)
    assert order[0] == "all"
    assert len(order) == 4


async def test_a_lock_that_is_not_given_is_an_error_in_time(tmp_path: Path) -> None:
    held = await take(tmp_path / "locks" / "one", 0)
    with pytest.raises(StorageLocked):
        await take(tmp_path / "locks" / "one", 0.01)
    os.close(held)
    os.close(await take(tmp_path / "locks" / "one", 0))


async def test_what_a_killed_run_did_not_delete_a_server_deletes(
    tmp_path: Path, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "_GRACE_SECONDS", 0.0)
    monkeypatch.setattr(switching, "_FOLLOW_SECONDS", 0.005)
    first = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    await first.replace("doc", "", [passage("c1", "valve")])
    await first.begin("memory")
    await first.switch()
    server = await SwitchingStore.open(tmp_path, shelves, Place("memory"))
    await asyncio.sleep(0.1)
    assert Place("memory") in shelves.shelves, "the run still holds the folder"
    await first.close()
    while PlaceFile(tmp_path).read().retired:  # noqa: ASYNC110  # the file says it, no event
        await asyncio.sleep(0.01)
    assert set(shelves.shelves) == {Place("memory", 2)}
    await server.close()
