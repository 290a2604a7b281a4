"""Which tenant a request is for. It follows from the credential, and the tenant's own application decides the rest.

Promise: an API key leads to the tenant that keeps it, a token of the identity provider to the one it names (the
tenant's application verifies it and its claim), identity headers to the one that the trusted proxy names in a header of
its own. Anybody may send that header, and only trusted proxies and the holder of the bootstrap key choose by it. A
request that leads nowhere, or two ways, is refused here, in the same words for a tenant that exists and one that does
not.
"""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lacuna.domain.sign_in import Refused, of_no_tenant
from lacuna.http.auth import too_often
from lacuna.http.errors import RateLimited, from_domain
from lacuna.http.headers import FIXED, given_or_new_id
from lacuna.http.limits import RateLimit
from lacuna.http.peers import Peers, peer
from lacuna.usecases.sign_in import SignIn

SLOW_S: Final = 1.0
MAX_WAITING: Final = 64
MAX_TOKEN_CHARS: Final = 16_384

log = structlog.get_logger("lacuna.http")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant: its whole ASGI application, and the keys it keeps."""

    app: ASGIApp
    sign_in: SignIn


@dataclass(frozen=True, slots=True)
class Naming:
    """How credentials name a tenant: the header of proxies, the claim in tokens, and the bootstrap key, whose holder
    chooses by the header."""

    header: str
    claim: str
    bootstrap: str


class ByTenant:
    """ASGI. `open_to_all` answers the paths that nobody signs in for."""

    def __init__(
        self,
        tenants: Mapping[str, Tenant],
        naming: Naming,
        peers: Peers,
        refusals: RateLimit,
        open_to_all: Mapping[str, Callable[[], Awaitable[Response]]],
    ) -> None:
        self._tenants = dict(tenants)
        self._naming = naming
        self._header = naming.header.lower().encode("ascii")
        self._bootstrap = naming.bootstrap.encode()
        self._peers = peers
        self._refusals = refusals
        self._open = dict(open_to_all)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._any(scope, receive, send)
            return
        answer = self._open.get(scope["path"])
        if answer is not None:
            await answered_alone(await answer(), scope, receive, send)
            return
        try:
            app = self._chosen(scope)
        except Refused as refused:
            scope.setdefault("state", {})["request_id"] = given_or_new_id(scope)
            refusal = from_domain(Request(scope), await self._slowed(scope, refused))
            await answered_alone(refusal, scope, receive, send)
            return
        await app(scope, receive, send)

    def _chosen(self, scope: Scope) -> ASGIApp:
        if scope["path"] in ("/openapi.json", "/docs") or scope["path"].startswith("/static-offline-docs"):
            return self._any
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        named = self._named(scope)
        if not given:
            if named is None or not self._peers.trusted(peer(scope)):
                raise of_no_tenant("missing")
            return self._of(named)
        scheme, _, token = given[0].decode("latin-1").partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise of_no_tenant("malformed")
        owner = self._owner(token.strip(), named)
        if named is not None and named != owner and self._peers.trusted(peer(scope)):
            raise of_no_tenant("tenant")
        return self._of(owner)

    def _owner(self, token: str, named: str | None) -> str:
        if self._bootstrap and hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._bootstrap):
            if named is None:
                raise of_no_tenant("tenant", f"Name the tenant in {self._naming.header}.")
            return named
        if token.count(".") == 2:
            return _claimed(token, self._naming.claim)
        for name, tenant in self._tenants.items():
            if tenant.sign_in.knows(token):
                return name
        raise of_no_tenant("key")

    def _named(self, scope: Scope) -> str | None:
        values = [value for name, value in scope["headers"] if name == self._header]
        if len(values) > 1:
            raise of_no_tenant("tenant")
        return values[0].decode("latin-1").strip() if values else None

    def _of(self, name: str) -> ASGIApp:
        tenant = self._tenants.get(name)
        if tenant is None:
            raise of_no_tenant("tenant")
        return tenant.app

    @property
    def _any(self) -> ASGIApp:
        return next(iter(self._tenants.values())).app

    async def _slowed(self, scope: Scope, refused: Refused) -> Refused | RateLimited:
        """The refusal; slower, where one address is refused often."""
        address = self._peers.client(scope)
        log.info("no_tenant", reason=refused.reason, address=address)
        if refused.reason == "missing":
            return refused
        try:
            self._refusals.take(f"refused:{address}")
        except RateLimited as often:
            if self._waiting < MAX_WAITING:
                self._waiting += 1
                try:
                    await asyncio.sleep(SLOW_S)
                finally:
                    self._waiting -= 1
            return too_often(often)
        return refused


class OnlyTenant:
    """ASGI. For a server that was started for one tenant of several: a request that names another in `header` has lost
    its way, and is not answered as this one's."""

    def __init__(self, app: ASGIApp, tenant: str, header: str) -> None:
        self._app = app
        self._tenant = tenant.encode("ascii")
        self._header = header.lower().encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = [value.strip() for name, value in scope.get("headers", ()) if name == self._header]
        if scope["type"] != "http" or named in ([], [self._tenant]):
            await self._app(scope, receive, send)
            return
        log.info("no_tenant", reason="tenant")
        await answered_alone(from_domain(Request(scope), of_no_tenant("tenant")), scope, receive, send)


async def answered_alone(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends a response that no tenant's application made, with the headers that each of theirs would have."""
    response.headers.setdefault("x-request-id", scope.get("state", {}).get("request_id", "") or given_or_new_id(scope))
    for name, value in FIXED:
        response.headers.setdefault(name.decode(), value.decode())
    await response(scope, receive, send)


def _claimed(token: str, claim: str) -> str:
    """The tenant that a token names; nothing of it is verified here."""
    if len(token) > MAX_TOKEN_CHARS:
        raise of_no_tenant("token")
    payload = token.split(".")[1]
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise of_no_tenant("token") from None
    found: object = claims.get(claim)
    if found is None:
        found = claims
        for name in claim.split("."):
            found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise of_no_tenant("tenant")
    return found
