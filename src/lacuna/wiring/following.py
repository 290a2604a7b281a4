"""Tasks that keep what is in force the same as the database.

Promise: a defect does not end one for good, since what it brings may forbid or withdraw: it is begun again after a
pause, and readiness tells until it has gone well for a while.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Final, Protocol

import structlog

from lacuna.domain.errors import DependencyError

PAUSE_S: Final = 1.0

log = structlog.get_logger("lacuna.following")


class Following(Protocol):
    """`lacuna.usecases.follow.Follow` and what is built on it."""

    async def run(self) -> None: ...

    async def check(self) -> None: ...


def keep_following(what: str, follow: Following, stack: AsyncExitStack) -> Callable[[], Awaitable[None]]:
    """Starts the task that looks for changes of `what` ("terms"); the stack ends it. The result tells whether the
    newest are in force."""
    kept = _Kept(what, follow)
    stack.push_async_callback(_ended, asyncio.create_task(kept.run(), name=what))
    return kept.check


class _Kept:
    def __init__(self, what: str, follow: Following) -> None:
        self._what = what
        self._follow = follow
        self._failed_at: float | None = None

    async def run(self) -> None:
        while True:
            work = asyncio.create_task(self._follow.run(), name=self._what)
            try:
                await asyncio.wait((work,))
            finally:
                work.cancel()
                await asyncio.wait((work,))
            # The type only: its message may hold what was followed.
            log.error("following_failed", what=self._what, error=type(work.exception()).__name__)
            self._failed_at = time.monotonic()
            await asyncio.sleep(PAUSE_S)

    async def check(self) -> None:
        if self._failed_at is not None and time.monotonic() - self._failed_at < 3 * PAUSE_S:
            raise DependencyError(f"Changes of {self._what} cannot be followed.", cure="See the log.")
        await self._follow.check()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
