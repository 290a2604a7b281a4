"""Limits that hold before any work is done. `http/gate.py` applies `Limits`; handlers take from the `RateLimit`."""

import time
from collections import OrderedDict
from dataclasses import dataclass

from lacuna.http.errors import RateLimited

MAX_TRACKED = 10_000
"""Principals whose allowance is remembered; beyond that the least recently seen start afresh."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Size in bytes, time in seconds."""

    max_body_bytes: int
    max_in_flight: int
    request_timeout_s: float


class RateLimit:
    """A token bucket for each principal in this process: `per_minute` requests, refilled evenly."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, cost: int = 1) -> None:
        """Raises RateLimited, with the headers of draft-ietf-httpapi-ratelimit-headers. What costs more than a whole
        minute's allowance takes all of it."""
        if self._per_minute <= 0 or cost <= 0:
            return
        cost = min(cost, self._per_minute)
        now = time.monotonic()
        tokens, seen = self._buckets.pop(who, (float(self._per_minute), now))
        tokens = min(float(self._per_minute), tokens + (now - seen) * self._per_minute / 60)
        if tokens < cost:
            self._buckets[who] = (tokens, now)
            wait = int((cost - tokens) * 60 / self._per_minute) + 1
            raise RateLimited(
                f"More than {self._per_minute} requests a minute.",
                retry_after=wait,
                headers={
                    "RateLimit-Policy": f'"default";q={self._per_minute};w=60',
                    "RateLimit": f'"default";r={int(tokens)};t={wait}',
                },
            )
        self._buckets[who] = (tokens - cost, now)
        while len(self._buckets) > MAX_TRACKED:
            self._buckets.popitem(last=False)
