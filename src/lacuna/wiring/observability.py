"""Logs and metrics of a process, from settings."""

from lacuna.adapters.telemetry.logs import configure_logging
from lacuna.adapters.telemetry.prometheus import MetricsServer, PrometheusTelemetry, serve_metrics
from lacuna.config import Settings
from lacuna.ports.telemetry import Telemetry

__all__ = ["MetricsServer", "start_logs", "start_metrics"]


def start_logs(settings: Settings) -> None:
    """Structured logs on standard error, as configured."""
    configure_logging(settings.logging.level, settings.logging.format)


def start_metrics(settings: Settings, telemetry: Telemetry) -> MetricsServer | None:
    """Serves `/metrics` on its own port beside the server's host, or None where metrics are off. Raises ConfigError."""
    if not settings.metrics.enabled or not isinstance(telemetry, PrometheusTelemetry):
        return None
    return serve_metrics(telemetry.registry, settings.server.host, settings.metrics.prometheus_port)
