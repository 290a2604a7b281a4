"""The ASGI application of an installation with tenants: each tenant's own, and the way to it."""

from collections.abc import Mapping
from dataclasses import asdict

from starlette.responses import Response
from starlette.types import ASGIApp

from lacuna import __version__
from lacuna.api.app import build
from lacuna.api.body import write
from lacuna.api.context import Context
from lacuna.http.limits import Limits, RateLimit
from lacuna.http.peers import Peers
from lacuna.http.tenants import ByTenant, Naming, Tenant
from lacuna.wiring.application import PartState


def build_tenants(
    contexts: Mapping[str, Context], limits: Limits, naming: Naming, peers: Peers, refusals: RateLimit
) -> ASGIApp:
    """The application for requests of every tenant in `contexts`, at least one."""
    tenants = {
        name: Tenant(build(context, limits, loopback_only=False), context.application.sign_in)
        for name, context in contexts.items()
    }

    async def health() -> Response:
        return write({"status": "ok", "version": __version__})

    async def ready() -> Response:
        parts: dict[str, PartState] = {}
        for context in contexts.values():
            for name, state in (await context.ready.states()).items():
                if name not in parts or parts[name].state == "ok":
                    parts[name] = state
        serves = all(state.state == "ok" or not state.required for state in parts.values())
        body = {
            "status": "ready" if serves else "not ready",
            "parts": {name: asdict(state) for name, state in parts.items()},
        }
        return write(body, 200 if serves else 503)

    return ByTenant(tenants, naming, peers, refusals, {"/health": health, "/ready": ready})
