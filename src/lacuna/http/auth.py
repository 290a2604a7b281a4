"""Turns a credential into a principal. Who asks never comes from the body.

Four ways exist: API keys (`Authorization: Bearer lac_...`), with the bootstrap key of the first administrator beside
them; tokens of an identity provider; identity headers of a trusted proxy; and, in development, everybody on this
machine as the development user. A request with two credentials is refused, since one of them would not count. Identity
headers of anybody else are taken off the request and counted. Whoever fails often from one address waits longer for
each refusal; a valid credential never waits.
"""

import asyncio
import hmac
from typing import Final, Protocol

import structlog
from starlette.requests import Request

from lacuna.domain.identity import Principal, Role
from lacuna.domain.sign_in import Identity, Refused
from lacuna.domain.tiers import Tier
from lacuna.http.errors import RateLimited
from lacuna.http.headers import changes_for_another_site, of_another_site
from lacuna.http.limits import RateLimit
from lacuna.http.peers import Peers, peer
from lacuna.http.proxy_identity import ProxyHeaders
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.sign_in import SignIn

MIN_KEY_LENGTH = 32
SLOW_S: Final = 1.0
MAX_WAITING: Final = 64
_CLASSIFY: Final = "/api/v1/classify"
"""Shows nothing that is stored, and is asked most: a key that another process revoked ends there a moment later."""

log = structlog.get_logger("lacuna.http")


class Authenticator(Protocol):
    """MUST raise Unauthenticated unless the request carries a valid credential."""

    async def principal(self, request: Request) -> Principal: ...


DEV_USER = Principal(
    user_id="dev-user",
    email="dev@localhost",
    groups=frozenset({"lacuna-admins", "developers"}),
    clearance=Tier.PROPRIETARY,
    roles=frozenset({Role.ADMIN}),
    via="dev",
    reads_all_groups=True,
)


class DevAuthenticator:
    """Development mode: every request is the development user's."""

    async def principal(self, request: Request) -> Principal:
        return DEV_USER


class CredentialAuthenticator:
    """For everybody else. `bootstrap` is a key given at start, whose holder is in `admin_group`; `refusals` limits how
    often one address is told quickly that its credential is wrong."""

    def __init__(
        self,
        sign_in: SignIn,
        telemetry: Telemetry,
        refusals: RateLimit,
        *,
        bootstrap: str,
        admin_group: str,
        peers: Peers,
        headers: ProxyHeaders,
    ) -> None:
        self._sign_in = sign_in
        self._telemetry = telemetry
        self._refusals = refusals
        self._bootstrap = bootstrap.encode()
        self._first_admin = Identity("bootstrap-admin", frozenset({admin_group}), "api-key")
        self._peers = peers
        self._headers = headers
        self._names = headers.all
        self._waiting = 0

    async def principal(self, request: Request) -> Principal:
        """Raises Unauthenticated, after a while where it happens often; Forbidden for a request that a proxy signed in
        and another site's page sent."""
        address = self._peers.client(request.scope)
        try:
            principal = await self._signed_in(request, address)
        except Refused as refused:
            await self._slowed(refused, address)
            raise
        return principal

    async def _signed_in(self, request: Request, address: str) -> Principal:
        named = self._named_by_proxy(request)
        given = request.headers.getlist("authorization")
        if not given:
            if named is None:
                raise _none("missing")
            self._telemetry.signed_in("proxy", "accepted")
            return self._sign_in.signed_in(named, Role.USER, address)
        if named is not None:
            raise Refused(
                "two",
                "Two credentials came with the request: identity headers of the proxy and an Authorization header.",
                cure="Send one; a proxy must not add its user to a request with an API key.",
            )
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise _none("malformed")
        return await self._of_token(token.strip(), address, reads=not request.scope["path"].startswith(_CLASSIFY))

    async def _of_token(self, token: str, address: str, *, reads: bool) -> Principal:
        """The bootstrap key's holder; else whom the identity provider's token names, which has two dots, unlike API
        keys; else the key's service account."""
        way = "api-key"
        if self._bootstrap and hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._bootstrap):
            principal = self._sign_in.signed_in(self._first_admin, Role.USER, address)
        elif token.count(".") == 2 and self._sign_in.takes_tokens:
            way, principal = "oidc", await self._sign_in.by_identity_token(token, address)
        else:
            if reads:
                await self._sign_in.newest()
            principal = self._sign_in.by_token(token, address)
        self._telemetry.signed_in(way, "accepted")
        return principal

    def _named_by_proxy(self, request: Request) -> Identity | None:
        """Whom the proxy names. Headers of a peer that is no proxy are removed before anybody can read them."""
        headers = request.scope["headers"]
        if not any(name in self._names for name, _ in headers):
            return None
        if self._peers.trusted(peer(request.scope)):
            named = self._headers.identity(request.scope)
            if named is not None and changes_for_another_site(request.scope):
                self._telemetry.signed_in("proxy", "cross_site")
                raise of_another_site()
            return named
        request.scope["headers"] = [pair for pair in headers if pair[0] not in self._names]
        self._telemetry.signed_in("proxy", "ignored")
        return None

    async def _slowed(self, refused: Refused, address: str) -> None:
        self._telemetry.signed_in("any", refused.reason)
        if refused.reason == "missing":
            return
        self._sign_in.refused(refused.reason, address)
        try:
            self._refusals.take(f"refused:{address}")
        except RateLimited as often:
            log.warning("sign_in_refused_often", address=address, reason=refused.reason)
            if self._waiting < MAX_WAITING:
                self._waiting += 1
                try:
                    await asyncio.sleep(SLOW_S)
                finally:
                    self._waiting -= 1
            raise too_often(often) from None


def too_often(often: RateLimited) -> RateLimited:
    """What an address is told whose credentials are wrong too often."""
    message = "Too many wrong credentials came from this address."
    return RateLimited(message, retry_after=often.retry_after, headers={})


def _none(reason: str) -> Refused:
    return Refused(reason, "No valid credential came with the request.", cure="Send `Authorization: Bearer <API key>`.")
