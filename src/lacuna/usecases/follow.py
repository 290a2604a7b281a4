"""Keep what is in force in this process the same as what the database says.

Promise: a change by any process is in force within a second of being readable, and no question sees half of it. While
a source cannot be read, what was in force stays, and `check` says why. How what is stored becomes rules is the caller's
(`apply`), which exchanges them in one step.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from lacuna.domain.errors import LacunaError

POLL_S = 0.1

Stored = TypeVar("Stored")
Stored_co = TypeVar("Stored_co", covariant=True)


class Versioned(Protocol[Stored_co]):
    """A store whose version grows with every change by any process."""

    async def version(self) -> int: ...

    async def everything(self) -> tuple[int, Stored_co]:
        """What is stored and the version it is of, never half of a change."""
        ...


async def nowhere_else() -> bool:
    """For those that follow the database alone."""
    return False


class Follow(Generic[Stored]):
    """`version` is what is in force at the start; `apply` blocks until other content is in force, and is called on a
    worker thread, one call at a time. `elsewhere` is asked before each look: whether anything outside the database
    changed; a LacunaError of it is left to `check` to report. `failed` hears of each fault once."""

    def __init__(
        self,
        store: Versioned[Stored],
        version: int,
        apply: Callable[[Stored], None],
        failed: Callable[[LacunaError], None],
        elsewhere: Callable[[], Awaitable[bool]] = nowhere_else,
    ) -> None:
        self._store = store
        self._version = version
        self._apply = apply
        self._failed = failed
        self._elsewhere = elsewhere
        self._fault: LacunaError | None = None
        self._alone = asyncio.Lock()
        self._pending = False
        self._coming: asyncio.Future[None] | None = None

    async def look(self) -> None:
        """Puts into force what changed. Raises StorageError where the database cannot be read, and what `apply`
        raises."""
        async with self._alone:
            await self._look()

    async def newest(self) -> None:
        """Puts into force what changed before this call. Many callers at once share one look. Raises as `look`."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._shared_look())
        await asyncio.shield(self._coming)

    async def _shared_look(self) -> None:
        async with self._alone:
            self._coming = None  # who asks from here on may know of a later change
            await self._look()

    async def _look(self) -> None:
        unreadable = await self._looked_elsewhere()
        try:
            if self._pending or await self._store.version() != self._version:
                self._pending = True
                version, stored = await self._store.everything()
                await asyncio.to_thread(self._apply, stored)
                self._version, self._pending = version, False
        except LacunaError as fault:
            self._note(fault)
            raise
        self._note(unreadable)

    async def _looked_elsewhere(self) -> LacunaError | None:
        try:
            if await self._elsewhere():
                self._pending = True
        except LacunaError as fault:
            return fault
        return None

    async def run(self) -> None:
        """Looks several times a second, for ever."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self.look()
            except LacunaError:
                continue  # noted; the next look may go well

    async def check(self) -> None:
        """Raises what keeps the newest from being in force."""
        if self._fault is not None:
            raise self._fault

    def _note(self, fault: LacunaError | None) -> None:
        if fault is not None and str(fault) != str(self._fault):
            self._failed(fault)
        self._fault = fault
