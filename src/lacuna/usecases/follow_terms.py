"""Keep the terms that questions are examined for the same as those in the configuration file and in the database.

Promise: that of usecases/follow.py, for a change of either.
"""

import asyncio
from collections.abc import Callable

from lacuna.domain.errors import LacunaError
from lacuna.domain.terms import TermSet
from lacuna.ports.terms import TermStore
from lacuna.usecases.follow import Follow


class FollowTerms:
    """`look_at_file` gives the file's terms if they changed and raises ConfigError while they cannot be used;
    `configured` and `version` are what is in force at the start; `apply` blocks until other terms are in force. Both
    are called on worker threads, one at a time. `failed` hears of each fault once."""

    def __init__(
        self,
        look_at_file: Callable[[], TermSet | None],
        configured: TermSet,
        store: TermStore,
        version: int,
        apply: Callable[[TermSet], None],
        failed: Callable[[LacunaError], None],
    ) -> None:
        self._look_at_file = look_at_file
        self._apply = apply
        self.configured = configured
        """The terms of the configuration file."""
        self._follow = Follow(store, version, self._put_into_force, failed, self._file_changed)

    async def look(self) -> None:
        """Puts into force what changed. A file that cannot be used is left to `check` to report. Raises StorageError
        where the database cannot be read, and ConfigError for terms that cannot be searched for."""
        await self._follow.look()

    async def run(self) -> None:
        """Looks several times a second, for ever."""
        await self._follow.run()

    async def check(self) -> None:
        """Raises what keeps the newest terms from being in force."""
        await self._follow.check()

    def _put_into_force(self, stored: TermSet) -> None:
        self._apply(self.configured.joined(stored))

    async def _file_changed(self) -> bool:
        fresh = await asyncio.to_thread(self._look_at_file)
        if fresh is None:
            return False
        self.configured = fresh
        return True
