"""Several pieces of work at once, their results in the order of the work, and never more than a few under way."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def in_order(work: Callable[[A], Awaitable[B]], over: Iterable[A], at_once: int) -> AsyncGenerator[B, None]:
    """The result of `work` for each of `over`, in order. Where it is left early or a piece of work raises, the rest is
    cancelled and waited for."""
    waiting: deque[asyncio.Future[B]] = deque()
    try:
        for each in over:
            waiting.append(asyncio.ensure_future(work(each)))
            if len(waiting) >= at_once:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
