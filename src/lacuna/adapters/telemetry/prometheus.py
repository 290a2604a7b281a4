"""Metrics for Prometheus, under the names that the deployment guide's alerts and dashboards use.

Labels come from closed sets (surface, route template, status, tier, part, error code): no text and no user ids. Each
telemetry has its own registry, so that two applications in one process do not mix.
"""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    make_wsgi_app,
    multiprocess,
    values,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from lacuna.domain.errors import ConfigError

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_CLASSIFICATION_BUCKETS: Final = (
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
_REQUEST_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

MAX_RULES: Final = 500
OTHER_RULES: Final = ("other", "other")

CLASSIFIER: Final = "classifier"
"""Failures of this part, or of parts named `classifier.<layer>`, also count as classification errors."""


class _OfTenant:
    """A metric with the tenant's name as its last label."""

    def __init__(self, metric: Counter | Histogram, tenant: str) -> None:
        self._metric = metric
        self._tenant = tenant

    def labels(self, *values: str) -> Any:
        return self._metric.labels(*values, self._tenant)

    def inc(self) -> None:
        self.labels().inc()

    def observe(self, value: float) -> None:
        self.labels().observe(value)


class _Metrics:
    """Makes metrics, or finds those that the same process has for another tenant."""

    def __init__(self, registry: CollectorRegistry, made: dict[str, Counter | Histogram], tenant: str) -> None:
        self._registry = registry
        self._made = made
        self._tenant = tenant

    def counter(self, name: str, about: str, labels: tuple[str, ...] = ()) -> Any:
        return self._of(name, lambda names: Counter(name, about, names, registry=self._registry), labels)

    def histogram(self, name: str, about: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Any:
        def make(names: tuple[str, ...]) -> Histogram:
            return Histogram(name, about, names, buckets=buckets, registry=self._registry)

        return self._of(name, make, labels)

    def _of(self, name: str, make: Callable[[tuple[str, ...]], Counter | Histogram], labels: tuple[str, ...]) -> Any:
        if not self._tenant:
            return make(labels)
        if name not in self._made:
            self._made[name] = make((*labels, "tenant"))
        return _OfTenant(self._made[name], self._tenant)


class PrometheusTelemetry:
    """A `Telemetry`. Safe under threads; one process (prometheus_client's locks). Where a process serves several
    tenants, they share a registry, and every metric has the label `tenant`."""

    def __init__(self, tenant: str = "", beside: "PrometheusTelemetry | None" = None) -> None:
        """`beside` is the telemetry of another tenant of this process."""
        if beside is None:
            self.registry = CollectorRegistry()
            self._made: dict[str, Counter | Histogram] = {}
            ProcessCollector(registry=self.registry)
            GCCollector(registry=self.registry)
        else:
            self.registry, self._made = beside.registry, beside._made
        metrics = _Metrics(self.registry, self._made, tenant)
        self._requests = metrics.counter(
            "lacuna_requests_total",
            "Requests answered, by surface, route template and HTTP status.",
            ("surface", "route", "status"),
        )
        self._request_seconds = metrics.histogram(
            "lacuna_request_duration_seconds",
            "Time from a request's arrival to the end of its answer.",
            ("surface", "route"),
            buckets=_REQUEST_BUCKETS,
        )
        self._request_series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._errors = metrics.counter(
            "lacuna_classification_errors_total",
            "Classifier layers that failed; each failure counted as PROPRIETARY.",
        )
        self._latency = metrics.histogram(
            "lacuna_classification_latency_seconds",
            "Time to classify one text, cached answers included.",
            (),
            buckets=_CLASSIFICATION_BUCKETS,
        )
        self._tiers = metrics.counter("lacuna_classification_tier_total", "Classifications by tier.", ("tier",))
        self._tier_series: dict[str, Counter] = {}
        self._hits = metrics.counter("lacuna_cache_hits_total", "Classifications found in the cache.")
        self._misses = metrics.counter("lacuna_cache_misses_total", "Classifications that had to be worked out.")
        self._lookups = metrics.counter(
            "lacuna_cache_lookups_total",
            "Looks into one level of the cache, by level and result.",
            ("level", "result"),
        )
        self._lookup_series: dict[tuple[str, str], Counter] = {}
        self._observed = metrics.counter(
            "lacuna_policy_audit_only_total",
            "Decisions on which a rule that is audit-only would have had an effect, by rule and effect.",
            ("rule", "effect"),
        )
        self._observed_series: dict[tuple[str, str], Counter] = {}
        self._starts = metrics.counter(
            "lacuna_worker_starts_total",
            "Worker processes that came up, replacements included.",
        )
        self._starts.inc()
        self._sign_ins = metrics.counter(
            "lacuna_sign_ins_total",
            "Credentials that came with requests, by way and outcome.",
            ("way", "outcome"),
        )
        self._marks = metrics.counter(
            "lacuna_answer_marks_total",
            "What was marked in passages and answers, or taken out of them.",
            ("what", "kind"),
        )
        self._failures = metrics.counter(
            "lacuna_failures_total",
            "Failures of a layer or back end, by part and stable error code.",
            ("part", "code"),
        )

    def request(self, surface: str, route: str, status: int, seconds: float) -> None:
        """`route` is the route's template, never the path: paths have no bound on their number."""
        key = (surface, route, status)
        known = self._request_series.get(key)
        if known is None:  # looking a labelled series up costs ten times what counting does
            known = (self._requests.labels(surface, route, str(status)), self._request_seconds.labels(surface, route))
            self._request_series[key] = known
        counter, seconds_of = known
        counter.inc()
        seconds_of.observe(seconds)

    def classified(self, tier: str, seconds: float, cached: bool) -> None:
        self._latency.observe(seconds)
        known = self._tier_series.get(tier)
        if known is None:
            known = self._tier_series[tier] = self._tiers.labels(tier)
        known.inc()
        (self._hits if cached else self._misses).inc()

    def looked_up(self, level: str, result: str) -> None:
        known = self._lookup_series.get((level, result))
        if known is None:
            known = self._lookup_series[level, result] = self._lookups.labels(level, result)
        known.inc()

    def signed_in(self, way: str, outcome: str) -> None:
        self._sign_ins.labels(way, outcome).inc()

    def observed(self, rule: str, effect: str) -> None:
        """Sets of policies come and go, and name their rules as they like: what is beyond MAX_RULES counts as one."""
        key = (rule, effect)
        known = self._observed_series.get(key)
        if known is None:
            if len(self._observed_series) >= MAX_RULES:
                key = OTHER_RULES
            known = self._observed_series[key] = self._observed.labels(*key)
        known.inc()

    def marked(self, what: str, kind: str, count: int = 1) -> None:
        self._marks.labels(what, kind).inc(count)

    def failed(self, part: str, code: str) -> None:
        self._failures.labels(part, code).inc()
        if part == CLASSIFIER or part.startswith(f"{CLASSIFIER}."):
            self._errors.inc()

    def render(self) -> bytes:
        """The text exposition format, of type CONTENT_TYPE."""
        return generate_latest(self.registry)


def count_into(folder: Path) -> None:
    """From now on, metrics made in this process count into files of `folder`, where `summed` finds them. A process that
    ends leaves its counts there."""
    # prometheus_client takes the folder from the environment only, and picks the kind of value when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # noqa: TID251
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def summed(folder: Path) -> CollectorRegistry:
    """The metrics of all processes that counted into `folder`, added up."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return registry


class MetricsServer:
    """A running metrics port. `port` is the one in use, also where 0 was asked for."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self.port = server.server_port
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Returns once nothing is answered any more. May be called twice."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    """Answers on a socket that other processes may accept from too."""

    daemon_threads = True

    def __init__(self, listening: socket.socket, registry: CollectorRegistry) -> None:
        host, port = listening.getsockname()[:2]
        self.address_family = listening.family
        super().__init__((host, port), _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = host, port
        self.setup_environ()
        self.set_app(make_wsgi_app(registry))


class _Quiet(WSGIRequestHandler):
    timeout = 10.0

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are nobody's news."""


def metrics_socket(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError where the address cannot be had."""
    listening: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(64)
    except OSError as error:
        if listening is not None:
            listening.close()
        raise ConfigError(
            f"Metrics cannot be served on {host}:{port}: {error.strerror}.",
            cure="Choose another metrics.prometheus_port, or stop what uses this one.",
        ) from None
    listening.setblocking(False)  # of several processes that wake up, one gets the connection
    return listening


def serve_metrics(registry: CollectorRegistry, listening: socket.socket) -> MetricsServer:
    """Serves `/metrics` on a daemon thread."""
    return MetricsServer(_Server(listening, registry))
