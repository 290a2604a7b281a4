"""Turns a credential into a principal. Who asks never comes from the body.

Two ways exist: development mode, where everybody on this machine is the development user, and one bootstrap API key
from `LACUNA_API_KEY`, compared in constant time. Identity headers (`X-User` and the like) are not believed from anyone.
"""

import hmac
from typing import Protocol

from starlette.requests import Request

from lacuna.domain.errors import Unauthenticated
from lacuna.domain.identity import Principal, Role
from lacuna.domain.tiers import Tier

MIN_KEY_LENGTH = 32


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


class BootstrapKeyAuthenticator:
    """One key, given at start, is the first administrator's."""

    def __init__(self, key: str, admin_group: str) -> None:
        self._key = key.encode()
        self._principal = Principal(
            user_id="bootstrap-admin",
            email="",
            groups=frozenset({admin_group}),
            clearance=Tier.PROPRIETARY,
            roles=frozenset({Role.ADMIN}),
            via="api-key",
            reads_all_groups=True,
        )

    async def principal(self, request: Request) -> Principal:
        values = request.headers.getlist("authorization")
        scheme, _, given = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        right = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), self._key)
        if scheme.lower() != "bearer" or not right:
            raise Unauthenticated("No valid API key came with the request.", cure="Send `Authorization: Bearer <key>`.")
        return self._principal
