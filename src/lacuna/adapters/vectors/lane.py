"""Blocking work beside the event loop: a few threads with a bounded queue."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from lacuna.domain.errors import Overloaded, StorageError

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """Runs calls in the order they came, at most `threads` at once; with `waiting` more it refuses with Overloaded."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._name = name
        self._room = threads + waiting
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work`. Cancelling the caller does not stop work that has begun."""
        if self._closed:
            raise StorageError(f"The lane {self._name} is closed.", cure="Open the store again.")
        if self._room == 0:
            raise Overloaded(f"Too many calls wait for {self._name}.", cure="Try again in a moment.")
        self._room -= 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, lambda: work(*args, **kwargs))
        future.add_done_callback(self._leave)
        return await future

    async def close(self) -> None:
        """Waits for what was accepted."""
        self._closed = True
        await asyncio.to_thread(self._executor.shutdown)

    def _leave(self, _: object) -> None:
        self._room += 1
