"""The HMAC key that the log names texts under: who may use it, and going on to the next one.

Guarantees that no process names or looks for anything under a key that is not the log's current one, or without every
key that the log has had: taint and overrides that were bound under a key before would be missed. A rotation is
recorded, by key ids, before the new key is used.
"""

import asyncio
from collections.abc import Sequence

from lacuna.domain.audit import HMAC_ROTATED, Record
from lacuna.domain.errors import InvalidInput, LacunaError, StorageMissing
from lacuna.domain.identity import Permission, Principal
from lacuna.ports.clock import Clock
from lacuna.ports.hmac_keys import HmacKeyHistory
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Entry

LOOK_S = 1.0
"""Seconds between two looks of a running process for a rotation."""

SETTLE_S = 3 * LOOK_S
"""Seconds after which every process that can reach the log has seen a rotation."""


async def require_current(history: HmacKeyHistory, keys: KeyRing) -> None:
    """Raises StorageMissing (`hmac_key_unknown`) unless `keys` are the log's: the same current key, and all before
    it. The first key that is ever used becomes the log's."""
    known = await history.begin(keys.hmac_key_ids[::-1])
    require_all(known, keys.hmac_key_ids)
    if known[-1] != keys.hmac_key_id:
        raise StorageMissing(
            f"The log's HMAC key is {known[-1]}, and the one found here is {keys.hmac_key_id}.",
            cure="Restore the right key; or, if it was replaced on purpose, run `lacuna audit rotate-hmac-key`.",
            code="hmac_key_unknown",
        )


def require_all(known: Sequence[str], found: Sequence[str]) -> None:
    """Raises StorageMissing unless every key in `known` (oldest first) is in `found` (newest first), and the first of
    both is one."""
    missing = [key_id for key_id in known if key_id not in found]
    if missing:
        raise StorageMissing(
            f"HMAC keys of the log are missing here: {', '.join(missing)}. Without them, what was bound under them "
            "(conversations, overrides, approvals) would be forgotten.",
            cure="Restore the keys folder from the backup that belongs to the database, or name the keys in "
            "audit.retired_hmac_keys.",
            code="hmac_key_unknown",
        )
    if known[:1] != tuple(found[-1:]):
        raise StorageMissing(
            f"The first HMAC key of the log is {known[0]}, but the first one here is {found[-1]}.",
            cure="Name the keys in audit.retired_hmac_keys in their order, the oldest first, and no others.",
            code="hmac_key_unknown",
        )


async def rekeyed(
    history: HmacKeyHistory, known_here: Sequence[str], new: str, clock: Clock, principal: Principal
) -> tuple[str, str]:
    """Makes `new` the log's current key; the ids of the key before it and of the new one. `known_here` are the ids of
    the keys at hand, newest first, `new` aside or not. Repeating it changes nothing. Raises Forbidden, StorageMissing
    where a key of the log is not at hand, InvalidInput for a key that the log had before, and StorageError."""
    principal.require(Permission.MANAGE_AUDIT)
    before = [key_id for key_id in known_here if key_id != new] or known_here
    known = await history.begin(before[::-1])
    if len(known) > 1 and known[-1] == new:
        return known[-2], new
    if new in known:
        raise InvalidInput(
            f"The key {new} is the log's HMAC key already, or was before.",
            cure="Make a new one: `openssl rand -hex 32`.",
        )
    require_all(known, before)
    old = known[-1]
    record = Record(HMAC_ROTATED, clock.now_us(), principal.user_id, principal.via, "", {"old": old, "new": new})
    await history.rotate(old, new, Entry(record))
    return old, new


class HmacKeyFollow:
    """Notices a rotation by another process within LOOK_S: from then on this process names nothing any more, so it
    answers nothing."""

    def __init__(self, history: HmacKeyHistory, keys: KeyRing) -> None:
        self._history = history
        self._keys = keys

    async def run(self) -> None:
        """Looks for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except LacunaError:
                continue  # a log that cannot be read takes no decision either; the next look may go well

    async def look(self) -> None:
        """Raises StorageError where the log cannot be read."""
        known = await self._history.known()
        if known[-1:] != (self._keys.hmac_key_id,):
            self._keys.supersede()

    async def check(self) -> None:
        """Raises StorageError once the key was rotated."""
        self._keys.hmac("")
