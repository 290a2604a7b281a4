"""Limits that hold before any work is done. `http/gate.py` applies `Limits`; handlers take from the `RateLimit`."""

from dataclasses import dataclass

from lacuna.http.buckets import Buckets, LocalBuckets
from lacuna.http.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Limits:
    """Size in bytes, time in seconds."""

    max_body_bytes: int
    max_in_flight: int
    request_timeout_s: float


class RateLimit:
    """A token bucket for each principal: `per_minute` requests, refilled evenly. Without `buckets` they are this
    process's own. `of` keeps the principals of one tenant apart from those of others."""

    def __init__(self, per_minute: int, buckets: Buckets | None = None, of: str = "") -> None:
        self._per_minute = per_minute
        self._of = f"{of}\0" if of else ""
        self._buckets = LocalBuckets() if buckets is None else buckets

    def take(self, who: str, cost: int = 1) -> None:
        """Raises RateLimited, with the headers of draft-ietf-httpapi-ratelimit-headers. What costs more than a whole
        minute's allowance takes all of it."""
        if self._per_minute <= 0 or cost <= 0:
            return
        cost = min(cost, self._per_minute)
        there, left = self._buckets.spend(self._of + who, cost, self._per_minute, self._per_minute / 60)
        if not there:
            wait = int((cost - left) * 60 / self._per_minute) + 1
            raise RateLimited(
                f"More than {self._per_minute} requests a minute.",
                retry_after=wait,
                headers={
                    "RateLimit-Policy": f'"default";q={self._per_minute};w=60',
                    "RateLimit": f'"default";r={int(left)};t={wait}',
                },
            )
