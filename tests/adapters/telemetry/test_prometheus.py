"""Metrics under the deployment guide's names, served over HTTP."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lacuna.adapters.telemetry.prometheus import PrometheusTelemetry, metrics_socket, serve_metrics
from lacuna.domain.errors import ConfigError


def samples(exposition: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposition.decode())
        for sample in family.samples
    }


def test_counts_under_the_names_of_the_guide() -> None:
    telemetry = PrometheusTelemetry()
    telemetry.request("api", "/api/v1/classify", 200, 0.002)
    telemetry.classified("PUBLIC", 0.0002, cached=True)
    telemetry.classified("PROPRIETARY", 0.0004, cached=False)
    telemetry.failed("classifier.heuristic", "dependency_failed")
    telemetry.failed("web_search", "dependency_timeout")
    telemetry.failed("llm", "dependency_failed")
    seen = samples(telemetry.render())
    request = (("route", "/api/v1/classify"), ("status", "200"), ("surface", "api"))
    assert seen["lacuna_requests_total", request] == 1
    assert seen["lacuna_classification_latency_seconds_count", ()] == 2
    assert seen["lacuna_classification_latency_seconds_sum", ()] == pytest.approx(0.0006)
    assert seen["lacuna_classification_latency_seconds_bucket", (("le", "0.00025"),)] == 1
    assert seen["lacuna_classification_tier_total", (("tier", "PROPRIETARY"),)] == 1
    assert seen["lacuna_cache_hits_total", ()] == 1
    assert seen["lacuna_cache_misses_total", ()] == 1
    assert seen["lacuna_classification_errors_total", ()] == 1
    assert seen["lacuna_failures_total", (("code", "dependency_timeout"), ("part", "web_search"))] == 1


def test_counters_without_labels_are_there_before_the_first_event() -> None:
    seen = samples(PrometheusTelemetry().render())
    for name in ("classification_errors", "cache_hits", "cache_misses"):
        assert seen[f"lacuna_{name}_total", ()] == 0


def test_two_applications_in_one_process_count_apart() -> None:
    one, other = PrometheusTelemetry(), PrometheusTelemetry()
    one.classified("PUBLIC", 0.1, cached=False)
    assert samples(other.render())["lacuna_cache_misses_total", ()] == 0


def test_serves_until_it_is_stopped() -> None:
    telemetry = PrometheusTelemetry()
    telemetry.classified("PUBLIC", 0.1, cached=False)
    server = serve_metrics(telemetry.registry, metrics_socket("127.0.0.1", 0))
    url = f"http://127.0.0.1:{server.port}/metrics"
    with urllib.request.urlopen(url) as response:
        assert b"lacuna_cache_misses_total 1.0" in response.read()
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url)


def test_a_port_in_use_is_named() -> None:
    telemetry = PrometheusTelemetry()
    server = serve_metrics(telemetry.registry, metrics_socket("127.0.0.1", 0))
    try:
        with pytest.raises(ConfigError, match=str(server.port)) as caught:
            metrics_socket("127.0.0.1", server.port)
        assert "prometheus_port" in caught.value.cure
    finally:
        server.stop()
