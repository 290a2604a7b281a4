"""Passages move to another store while they are searched and changed, and nothing is lost or brought back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.adapters.vectors.embedded import EmbeddedVectorStore
from lacuna.adapters.vectors.places import Place, PlaceFile
from lacuna.adapters.vectors.switching import SwitchingStore
from lacuna.domain.errors import Forbidden, InvalidInput
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier
from lacuna.ports.storage import RecordFilter
from lacuna.ports.vectors import VectorStore
from lacuna.testing.contracts.vector_edges import EVERYTHING
from lacuna.testing.fakes.clock import FrozenClock
from lacuna.testing.fakes.embedder import HashingEmbedder
from lacuna.testing.fakes.keys import FixedKeys
from lacuna.testing.fakes.ledger import InMemoryLedger
from lacuna.testing.passages import FINGERPRINT, passage
from lacuna.usecases.reindex import Reindex

ADMIN = Principal("root", "", frozenset(), Tier.PROPRIETARY, frozenset({Role.ADMIN}), "test", reads_all_groups=True)
USER = Principal("u", "", frozenset(), Tier.INTERNAL, frozenset({Role.USER}), "test")


class Files:
    """Places in files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self, place: Place) -> VectorStore:
        return await EmbeddedVectorStore.open(self._folder / str(place))

    async def grant(self, place: Place, role: str) -> None:
        """Files have no roles."""

    async def delete(self, place: Place) -> None:
        await EmbeddedVectorStore.delete(self._folder / str(place))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SwitchingStore]:
    opened = await SwitchingStore.open(tmp_path, Files(tmp_path), Place("file"))
    for n in range(12):
        name = f"d{n}"
        items = [passage(f"{name}-{i}", "valve", document_id=name, seed=10 * n + i) for i in range(3)]
        await opened.replace(name, FINGERPRINT, items)
    yield opened
    await opened.close()


@pytest.fixture
async def other(tmp_path: Path, store: SwitchingStore) -> AsyncIterator[SwitchingStore]:
    """What a server beside the command has."""
    opened = await SwitchingStore.open(tmp_path, Files(tmp_path), Place("file"))
    yield opened
    await opened.close()


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger(FixedKeys())


def reindex(store: SwitchingStore, ledger: InMemoryLedger, embedder: HashingEmbedder | None = None) -> Reindex:
    return Reindex(store, embedder, ledger, FrozenClock(), 0.0)


async def kinds(ledger: InMemoryLedger) -> list[str]:
    return [each.record().kind for each in await ledger.find(RecordFilter(newest_first=False))]


async def test_the_new_place_holds_what_the_old_one_held(
    store: SwitchingStore, other: SwitchingStore, ledger: InMemoryLedger, tmp_path: Path
) -> None:
    before = await store.states()
    seen: list[tuple[int, int]] = []
    done = await reindex(store, ledger).run("file", ADMIN, lambda count, of: seen.append((count, of)))
    assert (done.source, done.target, done.documents, done.copied) == ("file-1", "file-2", 12, 12)
    assert done.disposed == ("file-1",)
    assert seen[-1] == (12, 12)
    assert await other.states() == before
    assert other.active == Place("file", 2)
    assert not (tmp_path / "file-1").exists()
    assert await kinds(ledger) == ["passages.reindex_started", "passages.reindexed"]


async def test_changes_meanwhile_hold_in_the_new_place(
    store: SwitchingStore, other: SwitchingStore, ledger: InMemoryLedger
) -> None:
    removed: set[str] = set()
    shown: list[str] = []

    async def change() -> None:
        for n in range(0, 12, 3):
            await other.remove(f"d{n}")
            removed.add(f"d{n}")
            await other.retag(f"d{n + 1}", Tier.PROPRIETARY, frozenset({"board"}))
            await other.replace(
                f"d{n + 2}", FINGERPRINT, [passage(f"new{n}", "valve", document_id=f"d{n + 2}", seed=n)]
            )
            await asyncio.sleep(0.01)

    async def search() -> None:
        while True:
            gone = set(removed)
            found = await other.lexical("valve", EVERYTHING, 100)
            assert found
            shown.extend(each.chunk.document_id for each in found if each.chunk.document_id in gone)
            await asyncio.sleep(0)

    searching = asyncio.create_task(search())
    changing = asyncio.create_task(change())
    await reindex(store, ledger).run("file", ADMIN)
    await changing
    await asyncio.sleep(0.02)
    searching.cancel()
    await asyncio.gather(searching, return_exceptions=True)
    assert not shown
    found = await other.lexical("valve", EVERYTHING, 100)
    assert {each.chunk.document_id for each in found} == {f"d{n}" for n in range(12) if n % 3}
    assert all(each.chunk.groups == {"board"} for each in found if int(each.chunk.document_id[1:]) % 3 == 1)


async def test_what_a_killed_run_left_is_finished_by_the_next(
    store: SwitchingStore, other: SwitchingStore, ledger: InMemoryLedger
) -> None:
    move = await store.begin("file")
    for name in ("d0", "d1", "d2"):
        found = await move.source.stored(name)
        assert found is not None
        await move.target.replace(name, found.fingerprint, found.chunks)
    store._release()
    await other.remove("d0")
    await other.retag("d1", Tier.INTERNAL, frozenset({"board"}))
    done = await reindex(other, ledger).run("file", ADMIN)
    assert (done.resumed, done.documents, done.copied) == (True, 11, 9)
    assert (await store.chunks(["d1-0"]))[0].tier is Tier.INTERNAL
    assert "d0" not in await store.document_ids()


async def test_what_a_failed_change_left_in_the_new_place_is_set_right(
    store: SwitchingStore, ledger: InMemoryLedger
) -> None:
    move = await store.begin("file")
    await move.target.replace("d0", FINGERPRINT, [passage("wrong", "pump", document_id="d0", seed=1)])
    await move.target.replace("ghost", FINGERPRINT, [passage("ghost", "pump", document_id="ghost", seed=1)])
    store._release()
    before = await store.states()
    await reindex(store, ledger).run("file", ADMIN)
    assert await store.states() == before


async def test_passages_of_another_embedder_are_embedded_anew(store: SwitchingStore, ledger: InMemoryLedger) -> None:
    embedder = HashingEmbedder()
    done = await reindex(store, ledger, embedder).run("file", ADMIN)
    assert done.embedded == 36
    [vector] = embedder.embed(["valve"])
    assert len(await store.dense(vector, embedder.fingerprint, EVERYTHING, 100)) == 36
    assert await store.dense(vector[:8], FINGERPRINT, EVERYTHING, 5) == []
    assert (await reindex(store, ledger, embedder).run("file", ADMIN)).embedded == 0


async def test_a_move_can_be_given_up(store: SwitchingStore, ledger: InMemoryLedger, tmp_path: Path) -> None:
    await store.begin("file")
    store._release()
    with pytest.raises(InvalidInput):
        await reindex(store, ledger).run("another", ADMIN)
    assert await reindex(store, ledger).abandon(ADMIN) is True
    assert await reindex(store, ledger).abandon(ADMIN) is False
    assert PlaceFile(tmp_path).read().active == Place("file")
    assert not (tmp_path / "file-2").exists()
    assert len(await store.document_ids()) == 12


async def test_it_takes_the_right_to_manage_documents(store: SwitchingStore, ledger: InMemoryLedger) -> None:
    with pytest.raises(Forbidden):
        await reindex(store, ledger).run("file", USER)
    with pytest.raises(Forbidden):
        await reindex(store, ledger).abandon(USER)
