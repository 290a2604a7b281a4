"""The overrides that count in this process at each moment.

Promise: exchanged in one step; an override stops counting at its expiry without anybody doing anything. Thread-safe.
"""

from collections.abc import Callable, Iterable
from threading import Lock

from lacuna.domain.overrides import Granted
from lacuna.domain.overriding import OverrideSet
from lacuna.ports.clock import Clock
from lacuna.ports.overrides import PatternCompiler


class OverridesInForce:
    """`names` gives the keyed HMACs of a text, under every key."""

    def __init__(self, clock: Clock, names: Callable[[str], Iterable[str]], compiled: PatternCompiler) -> None:
        self._clock = clock
        self._names = names
        self._compiled = compiled
        self._set = OverrideSet((), names, compiled)
        self._next_expiry: int | None = None
        self._exchanging = Lock()

    def __call__(self) -> OverrideSet:
        """Those in force now."""
        held = self._set
        counting = held.at(self._clock.now_us())
        if counting is not held:
            with self._exchanging:
                if self._set is held:
                    self._set = counting
        return counting

    def use(self, granted: Granted) -> None:
        """Exchanges all of them. Raises InvalidInput for a pattern that cannot be used; what was in force stays."""
        fresh = OverrideSet(granted.overrides, self._names, self._compiled)
        with self._exchanging:
            self._set, self._next_expiry = fresh, granted.next_expiry

    def due(self) -> bool:
        """Whether one, or an open request, has expired since the last exchange."""
        return self._next_expiry is not None and self._next_expiry <= self._clock.now_us()
