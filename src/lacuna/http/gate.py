"""The one door that every HTTP request passes, and the short way for the hot routes behind it.

In order: a request id, the guard of development mode, the limits (declared size, requests in flight, bytes received,
time to the first byte of an answer), the answer's fixed headers, metrics. Before the framework is asked it is known who
sends, because the framework reads and parses a body first. It is one ASGI callable instead of a stack of
middlewares, and hot routes go from here straight to their handler: together this halves the cost of a request
(docs/adr/0010-one-gate-before-the-framework.md). Everything else goes on to the framework.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacuna.domain.errors import DependencyTimeout, LacunaError, Overloaded, TooLarge
from lacuna.http.errors import Handler, answered, from_domain, refused
from lacuna.http.headers import FIXED, comes_from_elsewhere, given_or_new_id, not_local
from lacuna.http.limits import Limits
from lacuna.ports.telemetry import Telemetry

Admission = Callable[[Request], Awaitable[None]]
"""Raises a LacunaError for a request whose body is not to be read."""


class Gate:
    """See the module. `hot` maps POST paths to handlers, which ask themselves who sends; `app` takes the rest, if
    `admit` lets it pass, and is on each request's scope."""

    def __init__(
        self,
        app: ASGIApp,
        hot: Mapping[str, Handler],
        limits: Limits,
        telemetry: Telemetry,
        *,
        admit: Admission,
        loopback_only: bool,
    ) -> None:
        self._app = app
        self._admit = admit
        self._hot = hot
        self._limits = limits
        self._telemetry = telemetry
        self._loopback_only = loopback_only
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = given_or_new_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        passage = _Passage(self._limits.max_body_bytes, receive, send, request_id)
        self._in_flight += 1
        try:
            await self._pass(scope, passage)
        finally:
            self._in_flight -= 1
            self._telemetry.request(
                "rest", passage.route or _template(scope), passage.status, time.perf_counter() - started
            )

    async def _pass(self, scope: Scope, passage: "_Passage") -> None:
        refusal = self._refusal(scope)
        if refusal is not None:
            await from_domain(Request(scope), refusal)(scope, passage.receive, passage.send)
            return
        try:
            async with asyncio.timeout(self._limits.request_timeout_s) as deadline:
                passage.deadline = deadline
                await self._answer(scope, passage)
        except TimeoutError:
            if passage.started:
                raise
            late = DependencyTimeout(f"Not answered within {self._limits.request_timeout_s:g} s.")
            await from_domain(Request(scope), late)(scope, passage.receive, passage.send)
        except TooLarge as error:
            if passage.started:
                raise
            await from_domain(Request(scope), error)(scope, passage.receive, passage.send)

    async def _answer(self, scope: Scope, passage: "_Passage") -> None:
        handler = self._hot.get(scope["path"]) if scope["method"] == "POST" else None
        if handler is None:
            refusal = await refused(self._admit, Request(scope))
            await (self._app if refusal is None else refusal)(scope, passage.receive, passage.send)
            return
        passage.route = scope["path"]
        scope["app"] = self._app
        request = Request(scope, passage.receive)
        response = await answered(handler, request)
        await response(scope, passage.receive, passage.send)

    def _refusal(self, scope: Scope) -> LacunaError | None:
        if self._loopback_only and comes_from_elsewhere(scope):
            return not_local()
        if _declared_length(scope) > self._limits.max_body_bytes:
            return too_large(self._limits.max_body_bytes)
        if self._in_flight > self._limits.max_in_flight:
            return Overloaded(
                f"{self._in_flight - 1} requests are being answered already.", cure="Try again in a moment."
            )
        return None


class _Passage:
    """One request's way in and out: counts what comes, decorates what goes."""

    __slots__ = ("_id", "_limit", "_receive", "_send", "_taken", "deadline", "route", "started", "status")

    def __init__(self, limit: int, receive: Receive, send: Send, request_id: str) -> None:
        self._limit = limit
        self._receive = receive
        self._send = send
        self._id = request_id.encode("ascii")
        self._taken = 0
        self.started = False
        self.status = 500
        self.route = ""
        self.deadline: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        """The next message; raises TooLarge once more than the limit has come in."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self._limit:
                raise too_large(self._limit)
        return message

    async def send(self, message: Message) -> None:
        """Adds the fixed headers, but for those that the route set otherwise. A stream that has begun may go on for as
        long as its reader likes."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = int(message["status"])
            if self.deadline is not None:
                self.deadline.reschedule(None)
            headers = message.setdefault("headers", [])
            own = {name for name, _ in headers}
            message["headers"] = [*headers, (b"x-request-id", self._id), *(h for h in FIXED if h[0] not in own)]
        await self._send(message)


def too_large(limit: int) -> TooLarge:
    """What a body over the limit is told."""
    return TooLarge(f"The body is larger than {limit} bytes.", cure="Send less, or raise server.max_body_bytes.")


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _template(scope: Scope) -> str:
    """The route's template: paths hold ids and have no bound on their number."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
