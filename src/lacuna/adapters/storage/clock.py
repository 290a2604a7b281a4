"""The machine's clock, and ids that sort by time.

Guarantees that time does not go backwards within the process, and that ids of one process rise strictly. Across
processes ids are unique by their 62 random bits and sort as well as the clocks agree.
"""

import os
import threading
import time

_RANDOM_BITS = 62
_VERSION = 7
_VARIANT = 0b10


class SystemClock:
    """Microseconds since the epoch. When the system clock is set back, the last value is repeated until it catches
    up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def now_us(self) -> int:
        """Never less than before."""
        with self._lock:
            self._last = max(self._last, time.time_ns() // 1000)
            return self._last


class TimeOrderedIds:
    """UUID version 7 (RFC 9562, section 5.7). The twelve bits after the millisecond hold its fraction (section 6.2,
    method 3); ids of the same instant count upwards from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, prefix: str) -> str:
        """`prefix`, an underscore, and the UUID as 32 hexadecimal digits."""
        milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
        with self._lock:
            instant = max(milliseconds << 12 | (nanoseconds << 12) // 1_000_000, self._last + 1)
            self._last = instant
        random = int.from_bytes(os.urandom(8)) >> (64 - _RANDOM_BITS)
        high = instant >> 12 << 16 | _VERSION << 12 | instant & 0xFFF
        return f"{prefix}_{high << 64 | _VARIANT << _RANDOM_BITS | random:032x}"
