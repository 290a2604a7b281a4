"""Tasks that keep what is in force the same as the database."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Protocol

from lacuna.domain.errors import DependencyError


class Following(Protocol):
    """`lacuna.usecases.follow.Follow` and what is built on it."""

    async def run(self) -> None: ...

    async def check(self) -> None: ...


def keep_following(what: str, follow: Following, stack: AsyncExitStack) -> Callable[[], Awaitable[None]]:
    """Starts the task that looks for changes of `what` ("terms"); the stack ends it. The result tells whether the
    newest are in force."""
    task = asyncio.create_task(follow.run(), name=what)
    stack.push_async_callback(_ended, task)

    async def check() -> None:
        if task.done():
            raise DependencyError(f"Changes of {what} are no longer looked for.", cure="Restart Lacuna.")
        await follow.check()

    return check


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
