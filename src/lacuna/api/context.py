"""What a route handler needs to know of its request: the application, who asks, and the limits."""

from dataclasses import dataclass

from starlette.requests import Request

from lacuna.domain.identity import Permission, Principal
from lacuna.http.auth import Authenticator
from lacuna.http.limits import RateLimit
from lacuna.wiring.application import Application, Readiness

PREFIX = "/api/v1"
"""Where the native surface begins."""


@dataclass(frozen=True, slots=True)
class Context:
    """Set once on the ASGI application's state as `lacuna`."""

    application: Application
    authenticator: Authenticator
    rate: RateLimit
    ready: Readiness
    max_query_chars: int
    max_batch: int
    max_file_bytes: int


def context(request: Request) -> Context:
    """The context that `api.app.build` set."""
    found = request.app.state.lacuna
    assert isinstance(found, Context)  # noqa: S101  set at start, never by a request
    return found


async def authenticated(request: Request, permission: Permission, cost: int = 1) -> Principal:
    """Who asks; takes `cost` from their allowance. Raises Unauthenticated, RateLimited, or Forbidden where they lack
    the permission."""
    here = context(request)
    known = request.scope["state"].get("principal")  # of a request that was admitted before its body was read
    principal: Principal = known or await here.authenticator.principal(request)
    here.rate.take(principal.user_id, cost)
    principal.require(permission)
    return principal
