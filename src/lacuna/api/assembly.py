"""From settings and applications to the one ASGI program that the server runs.

The routes, and with them the web framework, are imported only when they are wanted: that is a third of what a server
imports, and a start does it while its passages are read.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from starlette.types import ASGIApp

from lacuna.api.context import Context
from lacuna.config import Loaded, Settings
from lacuna.domain.errors import ConfigError
from lacuna.http.auth import MIN_KEY_LENGTH, Authenticator, CredentialAuthenticator, DevAuthenticator
from lacuna.http.buckets import SharedBuckets
from lacuna.http.limits import Limits, RateLimit
from lacuna.http.peers import Peers
from lacuna.http.proxy_identity import ProxyHeaders
from lacuna.http.tenants import Naming, OnlyTenant
from lacuna.wiring.application import Application, Readiness

MAX_IN_FLIGHT = 1_000
READY_FOR_S = 1.0


def one_by_one(loaded: Loaded) -> Iterator[Loaded]:
    """The configuration of each tenant; the one that there is where there are none."""
    if not loaded.tenants:
        yield loaded
    for tenant in loaded.tenants:
        yield loaded.of(tenant)


def require_credentials(loaded: Loaded) -> None:
    """Raises ConfigError where nobody could sign in: neither a bootstrap key, nor proxies that forward identity,
    nor an identity provider."""
    auth = loaded.settings.auth
    key = "" if auth.api_key is None else auth.api_key.get_secret_value()
    others = auth.trusted_proxies or auth.oidc.issuer is not None
    if (key or not others) and len(key) < MIN_KEY_LENGTH:
        raise ConfigError(
            f"`lacuna serve` needs an API key of at least {MIN_KEY_LENGTH} characters."
            if key
            else "`lacuna serve` needs an API key: nobody could sign in.",
            cure="Set LACUNA_API_KEY or LACUNA_API_KEY_FILE, for example to the output of `openssl rand -hex 32`.",
        )


def import_routes() -> None:
    """What `asgi_of` imports otherwise."""
    import_module("lacuna.api.tenants")


def context_of(
    settings: Settings,
    application: Application,
    buckets: SharedBuckets | None,
    refusals: RateLimit,
    *,
    development: bool,
) -> Context:
    """What handlers of one tenant's requests need to know. `refusals` is one for all tenants: how quickly somebody is
    refused does not tell which there are."""
    tenant = settings.tenancy.tenant or ""
    return Context(
        application=application,
        authenticator=DevAuthenticator() if development else _authenticator(settings, application, refusals),
        ready=Readiness(application, READY_FOR_S),
        rate=RateLimit(settings.server.rate_limit_per_minute, buckets, tenant),
        max_query_chars=settings.server.max_query_chars,
        max_batch=settings.server.max_batch,
        max_file_bytes=settings.ingest.max_file_bytes,
    )


def asgi_of(loaded: Loaded, contexts: Mapping[str, Context], refusals: RateLimit, *, development: bool) -> ASGIApp:
    """The program for requests of every tenant in `contexts`, which are by name."""
    from lacuna.api.app import build
    from lacuna.api.tenants import build_tenants

    server = loaded.settings.server
    limits = Limits(server.max_body_bytes, MAX_IN_FLIGHT, server.request_timeout_s)
    auth, tenancy = loaded.settings.auth, loaded.settings.tenancy
    if not loaded.tenants:
        [context] = contexts.values()
        alone = build(context, limits, loopback_only=development)
        return alone if tenancy.tenant is None else OnlyTenant(alone, tenancy.tenant, tenancy.header)
    bootstrap = "" if auth.api_key is None else auth.api_key.get_secret_value()
    naming = Naming(tenancy.header, auth.oidc.tenant_claim, bootstrap)
    return build_tenants(contexts, limits, naming, Peers(auth.trusted_proxies), refusals)


def _authenticator(settings: Settings, application: Application, refusals: RateLimit) -> Authenticator:
    auth = settings.auth
    return CredentialAuthenticator(
        application.sign_in,
        application.telemetry,
        refusals,
        bootstrap="" if auth.api_key is None else auth.api_key.get_secret_value(),
        admin_group=auth.admin_group,
        peers=Peers(auth.trusted_proxies),
        headers=ProxyHeaders(
            auth.user_header,
            auth.email_header,
            auth.groups_header,
            auth.name_header,
            auth.proxy_secret_header,
            "" if auth.proxy_secret is None else auth.proxy_secret.get_secret_value(),
        ),
    )
