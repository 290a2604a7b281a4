"""`lacuna ingest` until the process is told to stop; with `--watch` one run after the other, each when something has
changed.

Every run opens and closes the store for itself, so that terms, policies and settings that changed meanwhile count, and
nothing is held between two runs. A run that fails is told and tried again.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lacuna.cli.output import err

T = TypeVar("T")


async def watch(folders: Sequence[Path], every_s: float, one_run: Callable[[bool], Coroutine[Any, Any, None]]) -> None:
    """Calls `one_run` at once (with True), then after each change beneath `folders` and at least every `every_s`
    seconds, until SIGTERM or SIGINT, which end a run between two of its steps."""
    stop, changed = _told_to_stop(), asyncio.Event()
    watching = asyncio.create_task(_watch(folders, changed, stop))
    first = True
    try:
        while not stop.is_set():
            changed.clear()
            await _either(stop.wait(), one_run(first))
            if first:
                err.print("Watching; Ctrl+C or SIGTERM ends it.")
            first = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await _either(stop.wait(), changed.wait())
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def until_stopped(work: Coroutine[Any, Any, T]) -> T | None:
    """The result of `work`; None where SIGTERM or SIGINT came first and ended it between two of its steps. A second
    signal ends the process at once."""
    stop, task = _told_to_stop(), asyncio.ensure_future(work)
    await _either(stop.wait(), task)
    return None if task.cancelled() else task.result()


def _told_to_stop() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def told() -> None:
        stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, told)
    return stop


async def _watch(folders: Sequence[Path], changed: asyncio.Event, stop: asyncio.Event) -> None:
    from lacuna.wiring.sources import tell_changes

    if not folders:
        return
    try:
        await tell_changes(folders, changed, stop)
    except OSError as error:
        err.print(f"Changes cannot be watched ({error.strerror or 'unknown fault'}); looking at them in intervals.")


async def _either(*works: Awaitable[Any]) -> None:
    """Waits for the first of them and ends the others. What the first raises is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
