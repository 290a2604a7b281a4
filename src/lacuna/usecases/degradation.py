"""Record when a part of the system stops working, and when it works again.

Guarantees one record for each change that somebody asked after, and that a change which cannot be recorded now is
recorded the next time. What a degraded part meant for a decision stands in that decision's own record.
"""

import contextlib
from collections.abc import Mapping

from lacuna.domain.audit import Record
from lacuna.domain.errors import LacunaError
from lacuna.ports.clock import Clock
from lacuna.ports.storage import Entry, Ledger


class Degradation:
    """See the module."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._failing: dict[str, str] = {}

    async def see(self, faults: Mapping[str, str]) -> None:
        """Takes the state of every part: an error's code, or nothing where it works."""
        now = self._clock.now_us()
        changed = {part: code for part, code in faults.items() if bool(code) != (part in self._failing)}
        if not changed:
            return
        entries = [
            Entry(Record(kind, now, "lacuna", "clock", "", {"part": part, "code": code or self._failing[part]}))
            for part, code in changed.items()
            for kind in ("system.degraded" if code else "system.recovered",)
        ]
        with contextlib.suppress(LacunaError):
            await self._ledger.append(*entries)
            for part, code in changed.items():
                if code:
                    self._failing[part] = code
                else:
                    del self._failing[part]
