"""The server process: socket, application, metrics, HTTP; also `python -m lacuna.server`.

Everything that can be refused is refused before the socket accepts a connection: a wrong configuration, a data folder
in use, a port in use. A signal to stop lets requests in flight finish; their records are on disk before the process
ends. Several workers accept from one socket and share one data folder, which the process that started them holds
(docs/adr/0017-several-workers.md).
"""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import structlog
import typer
import uvicorn
import uvloop

from lacuna.api.app import build
from lacuna.api.context import Context
from lacuna.config import Loaded, Settings
from lacuna.domain.errors import ConfigError
from lacuna.http.auth import MIN_KEY_LENGTH, Authenticator, CredentialAuthenticator, DevAuthenticator
from lacuna.http.buckets import SharedBuckets
from lacuna.http.gate import Gate
from lacuna.http.limits import Limits, RateLimit
from lacuna.http.peers import Peers
from lacuna.http.protocol import BoundedProtocol
from lacuna.http.proxy_identity import ProxyHeaders
from lacuna.wiring.application import Application, Readiness
from lacuna.wiring.build import hold_folder, open_application, prepared
from lacuna.wiring.observability import MetricsServer, SharedMetrics, start_logs, start_metrics
from lacuna.wiring.terms import NewestTerms
from lacuna.wiring.vault import load_with_secrets
from lacuna.wiring.workers import Place, Workers

log = structlog.get_logger("lacuna.server")

MAX_IN_FLIGHT = 1_000
STOP_TIMEOUT_S = 20
CLOSE_TIMEOUT_S = 10
READY_FOR_S = 1.0


def run(loaded: Loaded, *, development: bool, ready: Callable[[str], None] | None = None) -> None:
    """Serves until a signal comes, with as many workers as the settings say; in development with one. `ready` is called
    with the address once requests are accepted. Raises ConfigError or StorageError where it cannot start."""
    settings = loaded.settings
    start_logs(settings)
    if not development:
        _require_credentials(loaded)
    listening = _socket(settings.server.host, settings.server.port)
    announce = (lambda: ready(_address(listening))) if ready is not None else _nobody
    try:
        with hold_folder(prepared(settings.storage.data_path)):
            if development or settings.server.workers == 1:
                _in_loop(_serve(loaded, listening, announce, development=development))
            else:
                _supervise(loaded, listening, announce)
    finally:
        listening.close()


def _supervise(loaded: Loaded, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Starts workers on one socket and stays with them."""
    settings = loaded.settings
    metrics = SharedMetrics(settings) if settings.metrics.enabled else None
    if metrics is not None:
        _say_metrics(settings.server.host, metrics.port)
    newest, buckets = NewestTerms(loaded), SharedBuckets()

    def work(place: Place) -> None:
        shared = _Shared(place, metrics, buckets)
        _in_loop(_serve(newest.loaded, listening, place.ready, shared=shared))

    try:
        workers = Workers(settings.server.workers, work, newest.look)
        workers.run(ready, stopping=listening.close, stop_within_s=STOP_TIMEOUT_S + CLOSE_TIMEOUT_S)
    finally:
        buckets.close()
        if metrics is not None:
            metrics.close()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a worker has in common with the others."""

    place: Place
    metrics: SharedMetrics | None
    buckets: SharedBuckets


def _in_loop(work: Coroutine[object, object, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _serve(
    loaded: Loaded,
    listening: socket.socket,
    ready: Callable[[], None],
    *,
    development: bool = False,
    shared: _Shared | None = None,
) -> None:
    settings = loaded.settings
    if shared is not None and shared.metrics is not None:
        shared.metrics.count()
    surface = "dev" if development else "serve"
    process = None if shared is None else {"worker": shared.place.number, "workers": shared.place.count}
    async with open_application(loaded=loaded, surface=surface, process=process) as application:
        context = Context(
            application=application,
            authenticator=DevAuthenticator() if development else _authenticator(settings, application),
            ready=Readiness(application, READY_FOR_S),
            rate=RateLimit(settings.server.rate_limit_per_minute, None if shared is None else shared.buckets),
            max_query_chars=settings.server.max_query_chars,
            max_batch=settings.server.max_batch,
            max_file_bytes=settings.ingest.max_file_bytes,
        )
        limits = Limits(settings.server.max_body_bytes, MAX_IN_FLIGHT, settings.server.request_timeout_s)
        if shared is None:
            answering = _metrics(loaded, application, development)
        else:
            answering = None if shared.metrics is None else shared.metrics.serve()
        try:
            asgi = build(context, limits, loopback_only=development)
            await _run(asgi, listening, ready, None if shared is None else shared.place.lifeline)
        finally:
            if answering is not None:
                answering.stop()


async def _run(asgi: Gate, listening: socket.socket, ready: Callable[[], None], lifeline: int | None) -> None:
    config = uvicorn.Config(
        asgi,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is behind a proxy is for http/auth.py to decide
        lifespan="off",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    await _Announcing(config, ready, lifeline).serve(sockets=[listening])


class _Announcing(uvicorn.Server):
    """Says when it accepts requests; stops by a signal, or when the other end of `lifeline` is gone."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], lifeline: int | None) -> None:
        super().__init__(config)
        self._ready = ready
        self._lifeline = lifeline

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Asks the server to stop, and nothing else: uvicorn's own version raises the signal again afterwards, which
        would end the process before the ledger is closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        if self._lifeline is not None:
            loop.add_reader(self._lifeline, self._alone)
        try:
            yield
        finally:
            if self._lifeline is not None:
                loop.remove_reader(self._lifeline)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def _alone(self) -> None:
        self.should_exit = True


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _nobody() -> None:
    """Nobody wants to know."""


def _metrics(loaded: Loaded, application: Application, development: bool) -> MetricsServer | None:
    """Metrics are no reason to keep a developer from starting: there, a port in use is a warning."""
    try:
        metrics = start_metrics(loaded.settings, application.telemetry)
    except ConfigError as error:
        if not development:
            raise
        log.warning("metrics_off", reason=error.message)
        return None
    if metrics is not None:
        _say_metrics(loaded.settings.server.host, metrics.port)
    return metrics


def _say_metrics(host: str, port: int) -> None:
    log.info("metrics_on", address=f"http://{host}:{port}/metrics")


def _require_credentials(loaded: Loaded) -> None:
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


def _authenticator(settings: Settings, application: Application) -> Authenticator:
    auth = settings.auth
    return CredentialAuthenticator(
        application.sign_in,
        application.telemetry,
        RateLimit(auth.refusals_per_minute),
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


def _socket(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError where the address cannot be had."""
    try:
        family = socket.AF_INET6 if _is_v6(host) else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host}:{port}: {error.strerror}.",
            cure="Stop what uses the port, or choose another with --port or server.port.",
        ) from None
    listening.setblocking(False)
    return listening


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def start(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer requests.")] = None,
    device: Annotated[str | None, typer.Option(help="Device of the embedding model.")] = None,
) -> None:
    """Serves production traffic; the same as `lacuna serve`."""
    given = {"server.host": host, "server.port": port, "server.workers": workers, "embedding.device": device}
    loaded = load_with_secrets({key: value for key, value in given.items() if value is not None})
    run(loaded, development=False)


if __name__ == "__main__":
    from lacuna.cli.app import run_command

    run_command(start)
