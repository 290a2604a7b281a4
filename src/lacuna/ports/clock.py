"""Time and fresh ids, injected so that tests can hold them still."""

from typing import Protocol


class Clock(Protocol):
    def now_us(self) -> int:
        """Microseconds since the epoch, UTC. MUST NOT go backwards within one process."""
        ...


class Ids(Protocol):
    def new(self, prefix: str) -> str:
        """`prefix` + "_" + 32 hexadecimal digits that sort by time (UUID version 7). MUST be unique across
        processes."""
        ...
