"""The store that is in force, whichever it is at the moment: a `VectorStore` over `places`, and the `PassagePlaces`.

Guarantees that a search goes to the place in force and a change to every place that is written, as the record says at
that moment; and that a move outlives whoever began it. A place that cannot be reached fails what needs it: while one is
filled, changes need both. Leaves to others: what is copied (usecases/reindex.py).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.places import Place, PlaceFile, WriteLocks, take
from lacuna.adapters.vectors.switching_corpus import SwitchingCorpus
from lacuna.domain.errors import InvalidInput, LacunaError, StorageLocked
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Scored
from lacuna.domain.tiers import Tier
from lacuna.ports.reindexing import Move
from lacuna.ports.vectors import IndexedChunk, StoredDocument, VectorStore

_REINDEXING: Final = "reindex.lock"
_FOLLOW_SECONDS: Final = 0.5
_DISPOSING: Final = "disposing"
_GRACE_SECONDS: Final = 30.0
"""How long a store that is not in force any more stays open for searches that began before."""


Result = TypeVar("Result")


class Back(Protocol):
    """Makes and deletes stores."""

    async def open(self, place: Place) -> VectorStore: ...

    async def grant(self, place: Place, role: str) -> None:
        """Gives a role what serving from there takes, where a place has rights of its own."""
        ...

    async def delete(self, place: Place) -> None:
        """For good; does nothing where there is none."""
        ...


class SwitchingStore:
    """Open it with `open`. `first` is the place where the data folder has no record yet."""

    def __init__(self, folder: Path, back: Back) -> None:
        self._folder = folder
        self._file = PlaceFile(folder)
        self._locks = WriteLocks(folder)
        self._back = back
        self._stores: dict[Place, VectorStore] = {}
        self._opening = asyncio.Lock()
        self._reindexing: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, folder: Path, back: Back, first: Place) -> "SwitchingStore":
        """The store in force for the data folder, ready to search. Raises StorageError."""
        store = cls(folder, back)
        try:
            store._file.begin(first)
            await store._active()
        except BaseException:
            await store.close()
            raise
        store._start(store._follow())
        return store

    @property
    def active(self) -> Place:
        """The place in force."""
        return self._file.read().active

    async def replace(self, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
        items = tuple(chunks)
        await self._change(document_id, lambda store: store.replace(document_id, fingerprint, items))

    async def remove(self, document_id: str) -> bool:
        removed = await self._change(document_id, lambda store: store.remove(document_id))
        return removed[-1]

    async def retag(self, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
        await self._change(document_id, lambda store: store.retag(document_id, tier, groups))

    async def dense(self, vector: npt.NDArray[np.float32], fingerprint: str, reach: Reach, limit: int) -> list[Scored]:
        return await (await self._active()).dense(vector, fingerprint, reach, limit)

    async def lexical(self, text: str, reach: Reach, limit: int) -> list[Scored]:
        return await (await self._active()).lexical(text, reach, limit)

    async def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        return await (await self._active()).chunks(chunk_ids)

    async def document_ids(self) -> frozenset[str]:
        return await (await self._active()).document_ids()

    async def stored(self, document_id: str) -> StoredDocument | None:
        return await (await self._active()).stored(document_id)

    async def states(self) -> dict[str, str]:
        return await (await self._active()).states()

    def corpus(self, fingerprint: str) -> SwitchingCorpus:
        return SwitchingCorpus(self._file, self._stores, fingerprint)

    async def check(self) -> None:
        """Of the place in force: searches do not need the one that is being filled."""
        await (await self._active()).check()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._release()
        async with self._opening:
            for store in self._stores.values():
                await store.close()

    async def begin(self, backend: str, role: str | None = None) -> Move:
        try:
            self._reindexing = await take(self._folder / _REINDEXING, 0)
        except StorageLocked:
            raise StorageLocked("Another process is reindexing.", cure="Wait until it has finished.") from None
        try:
            return await self._begun(backend, role)
        except BaseException:
            self._release()
            raise

    async def _begun(self, backend: str, role: str | None) -> Move:
        pointer = self._file.read()
        filling = pointer if pointer.target is not None else pointer.filling(backend)
        target = filling.target
        if target is None or target.backend != backend:
            raise InvalidInput(
                f"A reindex into {target} is under way.", cure="Finish it with --to, or give it up with --abort."
            )
        # Opened before it is recorded: where that fails, nothing has begun.
        source, into = await self._store(pointer.active), await self._store(target)
        if role is not None:
            await self._back.grant(target, role)
        async with self.holding_all():
            self._file.write(filling)
        return Move(source, into, str(pointer.active), str(target), resumed=pointer.target is not None)

    def holding(self, document_id: str) -> AbstractAsyncContextManager[None]:
        return self._locks.holding(document_id)

    def holding_all(self) -> AbstractAsyncContextManager[None]:
        return self._locks.holding_all()

    async def switch(self) -> None:
        pointer = self._file.read()
        if pointer.target is None:
            raise InvalidInput("No reindex is under way.", cure="Begin one with `lacuna reindex`.")
        self._file.write(pointer.switched(pointer.target))

    async def abandon(self) -> bool:
        async with self.holding_all():
            pointer = self._file.read()
            if pointer.target is None:
                return False
            self._file.write(pointer.abandoned(pointer.target))
            return True

    async def dispose(self) -> tuple[str, ...]:
        deleted = []
        for place in self._file.read().retired:
            async with self._opening:
                store = self._stores.pop(place, None)
            if store is not None:
                await store.close()
            await self._back.delete(place)
            async with self.holding_all():
                self._file.write(self._file.read().without(place))
            deleted.append(str(place))
        self._release()
        return tuple(deleted)

    async def _change(self, document_id: str, change: Callable[[VectorStore], Awaitable[Result]]) -> list[Result]:
        async with self._locks.holding(document_id):
            return [await change(await self._store(place)) for place in self._file.read().written]

    async def _active(self) -> VectorStore:
        return await self._store(self._file.read().active)

    async def _store(self, place: Place) -> VectorStore:
        found = self._stores.get(place)
        if found is not None:
            return found
        async with self._opening:
            if place not in self._stores:
                self._stores[place] = await self._back.open(place)
            return self._stores[place]

    async def _follow(self) -> None:
        """Opens what will be needed before it is, and closes or deletes what is needed no more."""
        while True:
            await asyncio.sleep(_FOLLOW_SECONDS)
            with suppress(LacunaError):
                pointer = self._file.read()
                for place in pointer.written:
                    await self._store(place)
                unused = set(self._stores) - set(pointer.written)
                for place in unused - {place for place in unused if self._has_task(str(place))}:
                    self._start(self._closed_later(place), str(place))
                if pointer.retired and not self._has_task(_DISPOSING):
                    self._start(self._disposed_later(), _DISPOSING)

    def _has_task(self, name: str) -> bool:
        return any(task.get_name() == name for task in self._tasks)

    async def _disposed_later(self) -> None:
        """Deletes what a reindex that was killed after its switch left, unless one is running."""
        await asyncio.sleep(_GRACE_SECONDS)
        with suppress(LacunaError):
            held = await take(self._folder / _REINDEXING, 0)
            try:
                await self.dispose()
            finally:
                os.close(held)

    async def _closed_later(self, place: Place) -> None:
        await asyncio.sleep(_GRACE_SECONDS)
        async with self._opening:
            store = self._stores.pop(place, None)
        if store is not None:
            await store.close()

    def _start(self, work: Coroutine[None, None, None], name: str = "passages") -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _release(self) -> None:
        if self._reindexing is not None:
            os.close(self._reindexing)
            self._reindexing = None
