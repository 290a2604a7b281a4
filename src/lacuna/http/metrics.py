"""Counts and times requests, by route template and never by path: paths hold ids."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacuna.ports.telemetry import Telemetry


class MetricsMiddleware:
    """Pure ASGI."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = scope.get("route")
            name = str(getattr(route, "path", "unmatched"))
            self._telemetry.request("rest", name, status, time.perf_counter() - started)
