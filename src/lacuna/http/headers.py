"""Headers on the way in and out: request id, safe defaults, and the guard that keeps foreign web pages off a server
without authentication."""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lacuna.domain.errors import Forbidden
from lacuna.http.errors import from_domain

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


class HeadersMiddleware:
    """Gives each request an id (the client's `X-Request-ID` where it is well formed) and each response the id and the
    fixed headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = request_id

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in FIXED.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class LoopbackOnlyMiddleware:
    """For development mode, where nobody signs in: refuses requests whose `Host` is not this machine (DNS rebinding) and
    requests that another site's page sends (`Origin`, `Sec-Fetch-Site`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = headers.get("host", "")
            foreign = _name(host) not in LOOPBACK_HOSTS
            origin = headers.get("origin")
            if origin is not None:
                foreign = foreign or origin not in (f"http://{host}", f"https://{host}")
            foreign = foreign or headers.get("sec-fetch-site", "none") == "cross-site"
            if foreign:
                refusal = Forbidden(
                    "Development mode answers only requests made on this machine.",
                    cure="Use http://localhost or http://127.0.0.1, or run `lacuna serve` with authentication.",
                    code="not_local",
                )
                await from_domain(Request(scope), refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _name(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host
