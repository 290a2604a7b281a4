"""The task of a server that has the recognisers' probes compiled, once for a machine and user.

Guarantees: neither the start nor a question waits for it; RE2 answers meanwhile, with the same findings.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import structlog

from lacuna.adapters.classifiers.probes import ProbeFilter, available

log = structlog.get_logger("lacuna.classifier")

_PROGRAM: Final = "lacuna.adapters.classifiers.compile_probes"


def compile_in_background(probes: ProbeFilter, folders: Sequence[Path], stack: AsyncExitStack) -> None:
    """Starts the task unless `probes` has its compiled set already or cannot get one; the stack ends it."""
    if probes.engine == "re2" and available():
        task = asyncio.create_task(_compile(probes, folders), name="compile probes")
        stack.push_async_callback(_ended, task)


async def _compile(probes: ProbeFilter, folders: Sequence[Path]) -> None:
    arguments = (sys.executable, "-m", _PROGRAM, *map(str, folders))
    try:
        process = await asyncio.create_subprocess_exec(*arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    except OSError as error:
        log.warning("recognisers_not_compiled", reason=error.strerror)
        return
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    loaded = await asyncio.to_thread(lambda: any(probes.load(folder) for folder in folders))
    if loaded:
        log.info("recognisers_compiled", engine=probes.engine)
    else:
        log.warning("recognisers_not_compiled", exit_code=code)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
