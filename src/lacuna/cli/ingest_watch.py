"""`lacuna ingest --watch`: one run after the other, each when something has changed, until the process is told to stop.

Every run opens and closes the store for itself, so that terms, policies and settings that changed meanwhile count, and
nothing is held between two runs. A run that fails is told and tried again.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from lacuna.cli.output import err


async def watch(folders: Sequence[Path], every_s: float, one_run: Callable[[bool], Coroutine[Any, Any, None]]) -> None:
    """Calls `one_run` at once (with True), then after each change beneath `folders` and at least every `every_s`
    seconds, until SIGTERM or SIGINT, which end a run between two of its steps."""
    stop, changed = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
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
