"""The history of HMAC keys in memory."""

from collections.abc import Sequence

from lacuna.domain.errors import Conflict
from lacuna.ports.storage import Entry, Ledger


class MemoryHmacKeys:
    """An `HmacKeyHistory` whose records go to `ledger`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: tuple[str, ...] = ()

    async def known(self) -> tuple[str, ...]:
        return self._known

    async def begin(self, key_ids: Sequence[str]) -> tuple[str, ...]:
        self._known = self._known or tuple(key_ids)
        return self._known

    async def rotate(self, old: str, new: str, entry: Entry) -> None:
        if self._known[-1:] != (old,) or new in self._known:
            raise Conflict(f"{old} cannot be followed by {new}.")
        await self._ledger.append(entry)
        self._known = (*self._known, new)
