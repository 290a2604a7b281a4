"""Limits that hold before any work is done: size of the body, requests in flight, requests a minute, time."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacuna.domain.errors import DependencyTimeout, Overloaded, TooLarge
from lacuna.http.errors import RateLimited, from_domain

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
        """Raises RateLimited, with the headers of draft-ietf-httpapi-ratelimit-headers."""
        if self._per_minute <= 0:
            return
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


class LimitsMiddleware:
    """Pure ASGI, so that it costs microseconds. A body over the limit is refused by its declared length, or as soon as
    more than the limit has come in."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        declared = _content_length(scope)
        if declared > self._limits.max_body_bytes:
            await from_domain(request, self._too_large())(scope, receive, send)
            return
        if self._in_flight >= self._limits.max_in_flight:
            busy = Overloaded(f"{self._in_flight} requests are being answered already.", cure="Try again in a moment.")
            await from_domain(request, busy)(scope, receive, send)
            return
        self._in_flight += 1
        try:
            await self._bounded(scope, receive, send)
        finally:
            self._in_flight -= 1

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0
        started = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self._limits.max_body_bytes:
                    raise self._too_large()
            return message

        try:
            async with asyncio.timeout(self._limits.request_timeout_s) as deadline:

                async def noted(message: Message) -> None:
                    nonlocal started
                    if message["type"] == "http.response.start":
                        started = True
                        deadline.reschedule(None)  # a stream may go on for as long as its reader likes
                    await send(message)

                await self._app(scope, counted, noted)
        except TimeoutError:
            if started:
                raise
            late = DependencyTimeout(f"Not answered within {self._limits.request_timeout_s:g} s.")
            await from_domain(Request(scope), late)(scope, receive, send)
        except TooLarge as error:
            if started:
                raise
            await from_domain(Request(scope), error)(scope, receive, send)

    def _too_large(self) -> TooLarge:
        limit = self._limits.max_body_bytes
        return TooLarge(f"The body is larger than {limit} bytes.", cure="Send less, or raise server.max_body_bytes.")


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
