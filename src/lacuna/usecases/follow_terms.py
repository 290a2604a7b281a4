"""Keep the terms that questions are examined for the same as those in the configuration file and in the database.

Promise: a change of either, by any process, is in force within a second of being readable, and no question sees half of
it. While a source cannot be read, what was in force stays, and `check` says why. How a set of terms becomes rules is
the caller's (`apply`), which exchanges them in one step.
"""

import asyncio
from collections.abc import Callable

from lacuna.domain.errors import LacunaError
from lacuna.domain.terms import TermSet
from lacuna.ports.terms import TermStore

POLL_S = 0.1


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
        self._store = store
        self._version = version
        self._apply = apply
        self._failed = failed
        self._fault: LacunaError | None = None
        self._alone = asyncio.Lock()
        self._pending = False
        self.configured = configured
        """The terms of the configuration file."""

    async def look(self) -> None:
        """Puts into force what changed. A file that cannot be used is left to `check` to report. Raises StorageError
        where the database cannot be read, and ConfigError for terms that cannot be searched for."""
        async with self._alone:
            unreadable = await self._looked_at_file()
            try:
                if self._pending or await self._store.version() != self._version:
                    self._pending = True
                    version, stored = await self._store.everything()
                    await asyncio.to_thread(self._apply, self.configured.joined(stored))
                    self._version, self._pending = version, False
            except LacunaError as fault:
                self._note(fault)
                raise
            self._note(unreadable)

    async def _looked_at_file(self) -> LacunaError | None:
        try:
            fresh = await asyncio.to_thread(self._look_at_file)
        except LacunaError as fault:
            return fault
        if fresh is not None:
            self.configured, self._pending = fresh, True
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
        """Raises what keeps the newest terms from being in force."""
        if self._fault is not None:
            raise self._fault

    def _note(self, fault: LacunaError | None) -> None:
        if fault is not None and str(fault) != str(self._fault):
            self._failed(fault)
        self._fault = fault
