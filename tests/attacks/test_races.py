"""Two who write one document at once, and a writer whose time is up: no rights are lost, nothing is half written."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from lacuna.domain.errors import DependencyUnavailable
from lacuna.domain.tiers import Tier
from lacuna.ports.parsers import Parsed
from lacuna.ports.vectors import IndexedChunk
from lacuna.testing.fakes.parser import PlainTextParser
from lacuna.testing.fakes.vectors import InMemoryVectorStore
from lacuna.usecases.upload import Upload
from tests.usecases.test_ingest import ADMIN, World


class SlowParser(PlainTextParser):
    """Waits for `go` once it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go = asyncio.Event(), asyncio.Event()

    async def parse(self, data: bytes, filename: str) -> Parsed:
        self.began.set()
        await self.go.wait()
        return await super().parse(data, filename)


async def test_a_tier_raised_while_another_process_reads_the_document_anew_stays() -> None:
    world = World()
    stored = await world.put("The lamp is green.", document_id="d", tier=Tier.PUBLIC)
    assert stored.tier is Tier.PUBLIC
    parser = SlowParser()
    other = world.again(parser=parser)
    upload = Upload(text="The lamp is blue.", document_id="d", tier=Tier.PUBLIC)
    writing = asyncio.create_task(other.document(upload, ADMIN))
    await parser.began.wait()
    await world.ingest.documents.change("d", Tier.PROPRIETARY, None, None, ADMIN)
    parser.go.set()
    with pytest.raises(DependencyUnavailable):
        await writing
    after = await world.ingest.documents.get("d", ADMIN)
    assert after.tier is Tier.PROPRIETARY
    _, passages = world.stored["d"]
    assert {item.chunk.tier for item in passages} == {Tier.PROPRIETARY}


class SlowStore:
    """Holds `retag` and `replace` until `go`."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.began, self.go = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)
        if name not in {"retag", "replace", "remove"}:
            return method

        async def slow(*args: Any) -> Any:
            self.began.set()
            await self.go.wait()
            return await method(*args)

        return slow


@pytest.mark.parametrize("what", ["replace", "change", "delete"])
async def test_a_write_that_has_begun_is_finished_though_its_caller_is_cancelled(what: str) -> None:
    world = World()
    await world.put("The lamp is green.", document_id="d", tier=Tier.INTERNAL)
    store = SlowStore(world.store)
    ingest = world.again(store=store)
    works: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "replace": lambda: ingest.document(Upload(text="The lamp is blue.", document_id="d"), ADMIN),
        "change": lambda: ingest.documents.change("d", Tier.PROPRIETARY, None, None, ADMIN),
        "delete": lambda: ingest.documents.delete("d", ADMIN),
    }
    task = asyncio.ensure_future(works[what]())
    await store.began.wait()
    task.cancel()
    await asyncio.sleep(0)
    store.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    document = await world.catalogue.get("d")
    if what == "delete":
        assert document is None
        assert "d" not in world.stored
        return
    assert document is not None
    _, [passage] = world.stored["d"]
    assert document.tier is passage.chunk.tier
    assert document.tier is (Tier.PROPRIETARY if what == "change" else Tier.INTERNAL)
    assert ("blue" in passage.chunk.text) == (what == "replace")


class VanishingStore(InMemoryVectorStore):
    """Another process deletes what was just written."""

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        await super().replace(document_id, fingerprint, chunks)
        await self.remove(document_id)


async def test_a_document_that_was_deleted_while_it_was_written_does_not_come_back() -> None:
    world = World()
    with pytest.raises(DependencyUnavailable):
        await world.again(store=VanishingStore()).document(Upload(text="The lamp is blue.", document_id="d"), ADMIN)
    assert await world.catalogue.get("d") is None


async def test_a_document_without_passages_is_not_unchanged() -> None:
    world = World()
    await world.put("The lamp is green.", document_id="d")
    world.stored.clear()
    fresh = world.again()
    await fresh.recover()
    assert len(fresh.lost) == 1
    outcome = await fresh.document(Upload(text="The lamp is green.", document_id="d"), ADMIN)
    assert outcome.status == "replaced"
    assert "d" in world.stored
    assert len(fresh.lost) == 0
    outcome = await fresh.document(Upload(text="The lamp is green.", document_id="d"), ADMIN)
    assert outcome.status == "unchanged"
