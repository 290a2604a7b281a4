"""Token buckets by name: in this process, or shared by processes that were forked from one.

Both are bounded; where there is no room, the least recently seen bucket makes place and starts afresh when it comes
back. Shared ones are exact among the processes: a lock for each group of buckets goes with the process that holds it,
so one that is killed leaves none behind.
"""

import fcntl
import hashlib
import mmap
import struct
import tempfile
import time
from collections import OrderedDict
from typing import Final, Protocol

MAX_TRACKED = 10_000
"""Buckets kept in one process."""

_SETS: Final = 4_096
_WAYS: Final = 4
_SLOT: Final = struct.Struct("=Qdd")
_SET_BYTES: Final = _WAYS * _SLOT.size


class Buckets(Protocol):
    def spend(self, who: str, cost: int, most: int, per_second: float) -> tuple[bool, float]:
        """Takes `cost` tokens from the bucket of `who`, which holds at most `most` and is full at first; whether they
        were there, and how many are left."""
        ...


class LocalBuckets:
    """`Buckets` of this process."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, who: str, cost: int, most: int, per_second: float) -> tuple[bool, float]:
        now = time.monotonic()
        tokens, seen = self._buckets.pop(who, (float(most), now))
        there, left = _spent(tokens, now - seen, cost, most, per_second)
        self._buckets[who] = (left, now)
        while len(self._buckets) > MAX_TRACKED:
            self._buckets.popitem(last=False)
        return there, left


class SharedBuckets:
    """`Buckets` in memory that forked processes have in common. Make it before forking."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SETS * _SET_BYTES)
        self._locks = tempfile.TemporaryFile(prefix="lacuna-")  # noqa: SIM115  as long as the process

    def spend(self, who: str, cost: int, most: int, per_second: float) -> tuple[bool, float]:
        tag = int.from_bytes(hashlib.blake2b(who.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1
        group = tag % _SETS
        # POSIX record locks belong to a process and end with it; a byte stands for each group.
        fcntl.lockf(self._locks, fcntl.LOCK_EX, 1, group)
        try:
            now = time.monotonic()  # one clock for all processes of the machine
            place, tokens, seen = self._find(tag, group * _SET_BYTES, float(most), now)
            there, left = _spent(tokens, max(0.0, now - seen), cost, most, per_second)
            _SLOT.pack_into(self._memory, place, tag, left, now)
        finally:
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, group)
        return there, left

    def close(self) -> None:
        """For the process that made it."""
        self._locks.close()
        self._memory.close()

    def _find(self, tag: int, start: int, full: float, now: float) -> tuple[int, float, float]:
        """Place, tokens and time of the bucket; where there is none, the place of the least recently seen."""
        oldest, place = now, start
        for at in range(start, start + _SET_BYTES, _SLOT.size):
            found, tokens, seen = _SLOT.unpack_from(self._memory, at)
            if found == tag:
                return at, tokens, seen
            if found == 0 or seen < oldest:
                oldest, place = (-1.0 if found == 0 else seen), at
        return place, full, now


def _spent(tokens: float, seconds: float, cost: int, most: int, per_second: float) -> tuple[bool, float]:
    tokens = min(float(most), tokens + seconds * per_second)
    return (True, tokens - cost) if tokens >= cost else (False, tokens)
