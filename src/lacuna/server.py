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
import ssl
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Annotated

import structlog
import typer
import uvicorn
import uvloop
from starlette.types import ASGIApp

from lacuna.api.assembly import asgi_of, context_of, import_routes, one_by_one, require_credentials
from lacuna.api.context import Context
from lacuna.config import Loaded
from lacuna.config.settings import TlsSettings
from lacuna.domain.errors import ConfigError
from lacuna.http.buckets import SharedBuckets
from lacuna.http.limits import RateLimit
from lacuna.http.protocol import BoundedProtocol
from lacuna.ports.telemetry import Telemetry
from lacuna.wiring.build import hold_folder, open_application, prepared
from lacuna.wiring.observability import MetricsServer, SharedMetrics, start_logs, start_metrics, telemetry_of
from lacuna.wiring.start_up import started
from lacuna.wiring.terms import NewestTerms
from lacuna.wiring.vault import load_with_secrets, with_secrets
from lacuna.wiring.workers import Place, Workers

log = structlog.get_logger("lacuna.server")

STOP_TIMEOUT_S = 20
CLOSE_TIMEOUT_S = 10


def run(loaded: Loaded, *, development: bool, ready: Callable[[str], None] | None = None) -> None:
    """Serves until a signal comes, with as many workers as the settings say; in development with one. `ready` is called
    with the address once requests are accepted. Raises ConfigError or StorageError where it cannot start."""
    settings = loaded.settings
    start_logs(settings)
    if not development:
        require_credentials(loaded)
    elif loaded.tenants:
        raise ConfigError(
            "Development mode serves one tenant.",
            cure="Choose one with `lacuna --tenant NAME dev`, or run `lacuna serve`.",
        )
    every = [with_secrets(each) for each in one_by_one(loaded)]
    listening = _socket(settings.server.host, settings.server.port)
    scheme = "http" if settings.server.tls.certificate is None else "https"
    announce = (lambda: ready(_address(listening, scheme))) if ready is not None else _nobody
    try:
        with hold_folder(prepared(settings.storage.data_path)):
            if development or settings.server.workers == 1:
                _in_loop(_serve(loaded, every, listening, announce, development=development))
            else:
                _supervise(loaded, every, listening, announce)
    finally:
        listening.close()


def _supervise(loaded: Loaded, every: Sequence[Loaded], listening: socket.socket, ready: Callable[[], None]) -> None:
    """Starts workers on one socket and stays with them."""
    settings = loaded.settings
    import_routes()  # once for all
    started()
    metrics = SharedMetrics(settings) if settings.metrics.enabled else None
    if metrics is not None:
        _say_metrics(settings.server.host, metrics.port)
    newest, buckets = [NewestTerms(each) for each in every], SharedBuckets()

    def work(place: Place) -> None:
        shared = _Shared(place, metrics, buckets)
        _in_loop(_serve(loaded, [each.loaded for each in newest], listening, place.ready, shared=shared))

    def look() -> None:
        for each in newest:
            each.look()

    try:
        workers = Workers(settings.server.workers, work, look)
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
    every: Sequence[Loaded],
    listening: socket.socket,
    ready: Callable[[], None],
    *,
    development: bool = False,
    shared: _Shared | None = None,
) -> None:
    if shared is not None and shared.metrics is not None:
        shared.metrics.count()
    surface = "dev" if development else "serve"
    process = None if shared is None else {"worker": shared.place.number, "workers": shared.place.count}
    async with AsyncExitStack() as stack:
        contexts: dict[str, Context] = {}
        refusals = RateLimit(loaded.settings.auth.refusals_per_minute)
        telemetry: Telemetry | None = None
        for each in every:
            telemetry = telemetry_of(each, beside=telemetry)
            application = await stack.enter_async_context(
                open_application(
                    loaded=each, surface=surface, process=process, telemetry=telemetry, meanwhile=import_routes
                )
            )
            buckets = None if shared is None else shared.buckets
            contexts[each.settings.tenancy.tenant or ""] = context_of(
                each.settings, application, buckets, refusals, development=development
            )
        if shared is None:
            answering = _metrics(loaded, telemetry, development)
        else:
            answering = None if shared.metrics is None else shared.metrics.serve()
        try:
            asgi = asgi_of(loaded, contexts, refusals, development=development)
            await _run(
                asgi, loaded.settings.server.tls, listening, ready, None if shared is None else shared.place.lifeline
            )
        finally:
            if answering is not None:
                answering.stop()


async def _run(
    asgi: ASGIApp, tls: TlsSettings, listening: socket.socket, ready: Callable[[], None], lifeline: int | None
) -> None:
    config = uvicorn.Config(
        asgi,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is behind a proxy is for http/auth.py to decide
        lifespan="off",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        ssl_certfile=tls.certificate,
        ssl_keyfile=tls.key,
        ssl_ca_certs=None if tls.client_ca is None else str(tls.client_ca),
        ssl_cert_reqs=ssl.CERT_NONE if tls.client_ca is None else ssl.CERT_REQUIRED,
    )
    _load(config)
    await _Announcing(config, ready, lifeline).serve(sockets=[listening])


def _load(config: uvicorn.Config) -> None:
    """Reads the certificates. Raises ConfigError where they cannot be used."""
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            f"The certificates under server.tls cannot be used: {reason}.",
            cure="Name PEM files: a certificate with its chain, its key, and the authority of the clients.",
        ) from None


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
            started()
            self._ready()

    def _alone(self) -> None:
        self.should_exit = True


def _address(listening: socket.socket, scheme: str) -> str:
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _nobody() -> None:
    """Nobody wants to know."""


def _metrics(loaded: Loaded, telemetry: Telemetry | None, development: bool) -> MetricsServer | None:
    """Metrics are no reason to keep a developer from starting: there, a port in use is a warning."""
    try:
        metrics = start_metrics(loaded.settings, telemetry)
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
