"""The development server's program over an application that a test has opened in its own process, where it can take
parts away."""

from lacuna.api.app import build
from lacuna.api.context import Context
from lacuna.http.auth import DevAuthenticator
from lacuna.http.gate import Gate
from lacuna.http.limits import Limits, RateLimit
from lacuna.wiring.application import Application, Readiness


def program_of(application: Application, *, ask_parts_every_s: float = 1.0) -> Gate:
    """Without a rate limit, for loopback only."""
    context = Context(
        application=application,
        authenticator=DevAuthenticator(),
        rate=RateLimit(0),
        ready=Readiness(application, ask_parts_every_s),
        max_query_chars=100_000,
        max_batch=100,
        max_file_bytes=1 << 20,
    )
    return build(context, Limits(1 << 20, 100, 60.0), loopback_only=True)
