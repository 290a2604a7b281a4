"""Headers on the way in and out: request ids, safe defaults, and the guard that keeps foreign web pages off a server
without authentication."""

import itertools
import os
import re
import secrets
from typing import Final

from starlette.types import Scope

from lacuna.domain.errors import Forbidden

REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")

LOOPBACK_HOSTS: Final = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})

FIXED: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
"""Added to every response."""


class _Numbered:
    """Ids of this process: a prefix of its own, then a number."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._prefix = secrets.token_hex(8)
        self._counter = itertools.count(1)

    def new(self) -> str:
        return f"{self._prefix}-{next(self._counter):x}"


_IDS: Final = _Numbered()
os.register_at_fork(after_in_child=_IDS.renew)


def given_or_new_id(scope: Scope) -> str:
    """The client's `X-Request-ID` where it is well formed, else a fresh one: unique, no secret."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return _IDS.new()


def comes_from_elsewhere(scope: Scope) -> bool:
    """For development mode, where nobody signs in: whether the `Host` is not this machine (DNS rebinding) or another
    site's page sent the request (`Origin`, `Sec-Fetch-Site`)."""
    host = b""
    origin: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"origin":
            origin = value
        elif name == b"sec-fetch-site" and value == b"cross-site":
            return True
    if _name(host) not in LOOPBACK_HOSTS:
        return True
    return origin is not None and origin not in (b"http://" + host, b"https://" + host)


def changes_for_another_site(scope: Scope) -> bool:
    """Whether a browser sends a request that may change something because another site's page wanted it
    (`Sec-Fetch-Site`; of browsers without it `Origin`, which must be the host as client or proxy names it). A proxy
    signs such a request in by the cookie that the browser adds."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    sites = [value for name, value in scope["headers"] if name == b"sec-fetch-site"]
    if sites:
        return any(site not in (b"same-origin", b"none") for site in sites)
    hosts = [value for name, value in scope["headers"] if name in (b"host", b"x-forwarded-host")]
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    return any(origin.partition(b"://")[2] not in hosts for origin in origins)


def of_another_site() -> Forbidden:
    """What such a request is told."""
    return Forbidden(
        "The page of another site sent this request with your sign-in.",
        cure="Use Lacuna's own address; its proxy has to pass on the `Host` that browsers send.",
        code="cross_site",
    )


def not_local() -> Forbidden:
    """What such a request is told."""
    return Forbidden(
        "Development mode answers only requests made on this machine.",
        cure="Use http://localhost or http://127.0.0.1, or run `lacuna serve` with authentication.",
        code="not_local",
    )


def _name(host: bytes) -> bytes:
    return host if host.endswith(b"]") else host.rsplit(b":", 1)[0]
