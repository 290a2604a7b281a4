"""When something changes in a folder: by the operating system's events where it has them, else by looking."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

QUIET_MS: Final = 1_000
"""Changes are told once none has come for so long: a file that is still being written is not read yet."""

AT_MOST_MS: Final = 10_000
"""And no later than this, where they never end."""


async def tell_changes(folders: Sequence[Path], changed: asyncio.Event, stop: asyncio.Event) -> None:
    """Sets `changed` whenever something that is not hidden changes beneath `folders`, until `stop`. Raises OSError
    where a folder cannot be watched."""
    from watchfiles import Change, awatch

    roots = await asyncio.to_thread(lambda: [Path(os.path.realpath(folder)) for folder in folders])

    def seen(change: Change, path: str) -> bool:
        within = next((Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)), Path())
        return not any(part.startswith(".") for part in within.parts)

    watched = awatch(
        *roots, watch_filter=seen, step=QUIET_MS, debounce=AT_MOST_MS, stop_event=stop, ignore_permission_denied=True
    )
    async for _ in watched:
        changed.set()
