"""Keep the policies in force the same as what was deployed, or else as the configuration folder.

Promise: that of usecases/follow.py, for a change of either. A set that cannot be used never replaces one that can: it
is reported by `check` as long as it is the newest, and tried again now and then, since not every reason lies in the
set: a machine may lack memory or time for the moment, and then one worker alone would stay with the old set.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from lacuna.domain.errors import ConfigError, LacunaError
from lacuna.domain.policy_set import PolicySet
from lacuna.ports.policies import PolicyStore
from lacuna.usecases.follow import Follow

AGAIN_AFTER: Final = 300
"""Looks until a refused set is tried again: half a minute."""


class FollowPolicies:
    """`look_at_folder` gives the configuration's set if it changed and raises ConfigError while it cannot be read;
    `use` puts a set into force or raises ConfigError; both block and are called on worker threads. `configured` and
    `version` are those of the start. `seen` hears of each set of the folder that came into force."""

    def __init__(
        self,
        look_at_folder: Callable[[], PolicySet | None],
        configured: PolicySet,
        store: PolicyStore,
        version: int,
        use: Callable[[PolicySet], None],
        failed: Callable[[LacunaError], None],
        seen: Callable[[PolicySet], Awaitable[None]],
    ) -> None:
        self._look_at_folder = look_at_folder
        self._use = use
        self._seen = seen
        self._unseen: PolicySet | None = None
        self._refused: tuple[str, ConfigError] | None = None
        self._looks_since = 0
        self._in_force: str | None = None
        self._newest = configured
        self.configured = configured
        """The shipped policies with those of the configuration folder, the last that could be used."""
        self._follow: Follow[PolicySet | None] = Follow(
            store, version, self._put_into_force, failed, self._folder_changed
        )

    async def look(self) -> None:
        """Puts into force what changed. Raises StorageError, and ConfigError for a set that cannot be used."""
        await self._follow.look()
        if (fresh := self._unseen) is not None:
            await self._seen(fresh)
            if self._unseen is fresh:  # told: where that failed, the next look tells it
                self._unseen = None

    async def run(self) -> None:
        """Looks several times a second, for ever."""
        while True:
            await asyncio.sleep(0.1)
            try:
                await self.look()
            except LacunaError:
                continue  # noted; the next look may go well

    async def check(self) -> None:
        """Raises what keeps the newest policies from being in force."""
        await self._follow.check()

    def _put_into_force(self, deployed: PolicySet | None) -> None:
        wanted = self._newest if deployed is None else deployed
        if wanted.version == self._in_force:
            self.configured = self._newest
            return
        if self._refused is not None and self._refused[0] == wanted.version:
            self._looks_since += 1
            if self._looks_since < AGAIN_AFTER:
                raise self._refused[1]
        self._looks_since = 0
        try:
            self._use(wanted)
        except ConfigError as fault:
            self._refused = (wanted.version, fault)
            raise
        self._in_force, self._refused, self.configured = wanted.version, None, self._newest
        if deployed is None:
            self._unseen = wanted

    async def _folder_changed(self) -> bool:
        fresh = await asyncio.to_thread(self._look_at_folder)
        if fresh is None:
            return False
        self._newest = fresh
        return True
