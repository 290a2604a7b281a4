"""Logs and metrics of a process, from settings.

Where several workers serve, each counts into files of one folder, and whichever of them is asked for `/metrics` answers
with the sums: the port is one socket that all of them accept from.
"""

import shutil

from lacuna.adapters.telemetry.logs import configure_logging
from lacuna.adapters.telemetry.prometheus import (
    MetricsServer,
    PrometheusTelemetry,
    count_into,
    metrics_socket,
    serve_metrics,
    summed,
)
from lacuna.config import Loaded, Settings
from lacuna.ports.telemetry import Telemetry

__all__ = ["MetricsServer", "SharedMetrics", "start_logs", "start_metrics", "telemetry_of"]

METRICS_FOLDER = "metrics"
"""In the data folder, while several workers run."""


def start_logs(settings: Settings) -> None:
    """Structured logs on standard error, as configured."""
    configure_logging(settings.logging.level, settings.logging.format)


def start_metrics(settings: Settings, telemetry: Telemetry | None) -> MetricsServer | None:
    """Serves `/metrics` on its own port beside the server's host, or None where metrics are off. Raises ConfigError."""
    if not settings.metrics.enabled or not isinstance(telemetry, PrometheusTelemetry):
        return None
    listening = metrics_socket(settings.server.host, settings.metrics.prometheus_port)
    return serve_metrics(telemetry.registry, listening)


def telemetry_of(loaded: Loaded, beside: Telemetry | None = None) -> Telemetry:
    """The telemetry of the tenant that was chosen, or of the whole; `beside` is another tenant's in this process."""
    tenant = loaded.settings.tenancy.tenant or ""
    return PrometheusTelemetry(tenant, beside if isinstance(beside, PrometheusTelemetry) else None)


class SharedMetrics:
    """The metrics of several workers, made before they are; `port` is the one in use. Raises ConfigError where it
    cannot be had. Call it while holding the data folder: what an earlier server left is removed."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.storage.data_path / METRICS_FOLDER
        self._socket = metrics_socket(settings.server.host, settings.metrics.prometheus_port)
        self.port = int(self._socket.getsockname()[1])
        self._clean()
        self._folder.mkdir(mode=0o700)

    def count(self) -> None:
        """For a worker, before it makes its telemetry: what it counts is summed with what the others count."""
        count_into(self._folder)

    def serve(self) -> MetricsServer:
        """For a worker: answers for all of them."""
        return serve_metrics(summed(self._folder), self._socket)

    def close(self) -> None:
        """For the one that started the workers, when they have ended."""
        self._socket.close()
        self._clean()

    def _clean(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
