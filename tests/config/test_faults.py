"""Every fault in config.yaml and on the command line is named with its place, and all are named at once."""

import pytest

from tests.config.conftest import Faults, Folder


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ("classification:\n  stratgy: balanced", '2: classification.stratgy: unknown key; did you mean "strategy"?'),
        ("clasification: {}", '1: clasification: unknown key; did you mean "classification"?'),
        (
            "classification: {strategy: conservativ}",
            (
                "1: classification.strategy: must be one of conservative, balanced, aggressive; "
                'did you mean "conservative"?'
            ),
        ),
        ("logging: {format: xml}", "1: logging.format: must be one of json, console"),
        ("cache: {ttl: soon}", "1: cache.ttl: must be a whole number"),
        ("cache: {ttl: 1.5}", "1: cache.ttl: must be a whole number"),
        ("cache: {ttl: true}", "1: cache.ttl: must be a number, not true or false"),
        ("cache: {ttl: 0}", "1: cache.ttl: must be at least 1"),
        ("server: {port: 70000}", "1: server.port: must be at most 65535"),
        ("server: {request_timeout_s: 0}", "1: server.request_timeout_s: must be more than 0"),
        ("lineage: {sampling_rate: 1.01}", "1: lineage.sampling_rate: must be at most 1"),
        ("lineage: {sampling_rate: .nan}", "1: lineage.sampling_rate: must be a number"),
        ("cache: {enabled: maybe}", "1: cache.enabled: must be true or false"),
        ("cache: 3", "1: cache: must be a section with keys such as enabled, redis_url, ttl"),
        ("cache: {ttl: {a: 1}}", "1: cache.ttl: must be a value, not a section"),
        ("cache: {ttl: [1]}", "1: cache.ttl: must be a whole number"),
        ("embedding: {model: 7}", "1: embedding.model: must be one text; put it in quotes"),
        ("- cache", "1: must hold sections such as `cache:`"),
        ("cache:\n  ttl: 1\ncache:\n  ttl: 2", "3: cache: duplicate key; it stands in line 1 already"),
        ("cache:\n  ttl: 1\n  ttl: 2", "3: cache.ttl: duplicate key; it stands in line 2 already"),
        ("routing:\n  PUBLIC: {}\n  public: {}", "3: routing.public: duplicate key; it stands in line 2 already"),
        ("routing:\n  SECRET: {}", "2: routing.SECRET: unknown key; known here: public, internal, proprietary"),
        ("routing:\n  Propietary: {}", '2: routing.Propietary: unknown key; did you mean "proprietary"?'),
        (
            "routing:\n  INTERNAL: {web_search: true}",
            "2: routing.INTERNAL.web_search: must be false: nothing above PUBLIC goes outside",
        ),
        (
            "routing:\n  PROPRIETARY: {external_llm: true}",
            "2: routing.PROPRIETARY.external_llm: must be false: nothing above PUBLIC goes outside",
        ),
        ("llm: {endpoint: vllm}", "1: llm.endpoint: must be an address that begins with http:// or https://"),
        ("llm: {endpoint: 'http://'}", "1: llm.endpoint: names no host; it must look like http://host:port"),
        ("llm: {endpoint: 'http://h:99999'}", "1: llm.endpoint: must be an address such as http://host:port"),
        (
            "llm: {endpoint: 'http://u:p@h'}",
            "1: llm.endpoint: must not hold a user name or password; credentials have settings of their own",
        ),
        ("llm: {endpoint: 'http://h/?k=v'}", "1: llm.endpoint: must end before any ? or #"),
        (
            "llm: {backend: ollama, endpoint: 'http://8.8.8.8:1'}",
            (
                "1: llm.endpoint: is a public address, so it is not local; "
                "set llm.location to external or use a private address"
            ),
        ),
        ("llm:\n  backend: vllm", "2: llm.backend: needs llm.endpoint, the address of the service"),
        ("llm: {backend: xllamacpp}", "1: llm.backend: needs llm.model_path, a GGUF file"),
        (
            "llm: {fallback: {endpoint: 'http://8.8.8.8:1', model: m}}",
            "1: llm.fallback.endpoint: is a public address; a fallback sees text of every tier",
        ),
        (
            "llm: {backend: xllamacpp, location: external, model_path: m.gguf}",
            "1: llm.backend: runs in this house, so it cannot be an external LLM",
        ),
        (
            "llm: {backend: openai, endpoint: 'http://a', model: m}\nexternal_llm: {endpoint: 'http://b', model: m}",
            "2: external_llm.endpoint: is a second LLM outside the house; configure one of the two",
        ),
        (
            "llm: {backend: vllm, endpoint: 'http://a', model: m, network: public}",
            "1: llm.network: must be private: a local LLM sees text of every tier",
        ),
        (
            "external_llm: {endpoint: 'http://10.0.0.1', model: m, network: public}",
            "1: external_llm.endpoint: is a private address, which network: public refuses",
        ),
        (
            "llm: {backend: openai, endpoint: 'https://8.8.8.8', model: m, network: private}",
            "1: llm.endpoint: is a public address, which network: private refuses",
        ),
        ("vectors:\n  backend: pgvector", "2: vectors.backend: needs the address of a PostgreSQL"),
        ("vectors:\n  backend: qdrant", "2: vectors.backend: needs vectors.qdrant_url"),
        ("vectors:\n  name: Not-a-name", "2: vectors.name: must be a small letter"),
        ("web_search:\n  enabled: true", "2: web_search.enabled: needs web_search.endpoint"),
        (
            "storage: {postgres_url: 'mysql://h/d'}",
            "1: storage.postgres_url: must be an address that begins with postgresql:// or postgres://",
        ),
        ("storage: {data_path: ~/data}", "1: storage.data_path: does not expand ~; write the whole path"),
        ("metrics: {prometheus_port: 8000}", "1: metrics.prometheus_port: is the port of the API too (server.port); "),
        ("ingest: {chunk_tokens: 40}", "1: ingest.chunk_tokens: "),
        ("ingest: {chunk_overlap: 200}", "1: ingest.chunk_overlap: must be at most half of ingest.chunk_tokens (220)"),
        (
            "classification:\n  layers: {heuristic: {enabled: false}, embedding: {enabled: false}}",
            "2: classification.layers.heuristic.enabled: leaves no layer to classify with; enable at least one",
        ),
        ("auth: {user_header: 'X User'}", "1: auth.user_header: must be an HTTP header name such as X-User"),
        ("auth: {user_header: Cookie}", "1: auth.user_header: must not be a header that carries credentials"),
        ("auth: {name_header: x-user}", "1: auth.name_header: is the same header as auth.user_header"),
        ("auth: {trusted_proxies: [::1, proxy]}", "1: auth.trusted_proxies[1]: must be an IP address or a network"),
        ("auth: {trusted_proxies: 0.0.0.0/0}", "1: auth.trusted_proxies[0]: would trust identity headers from anyone"),
        ("auth: {trusted_proxies: [[a]]}", "1: auth.trusted_proxies: must be a list of plain values"),
        ("server: {host: 999.1.1.1}", "1: server.host: must be an IP address or a host name"),
        ("auth: {admin_group: ''}", "1: auth.admin_group: must not be empty"),
        ("embedding: {device: tpu}", "1: embedding.device: must be auto, cpu, mps, cuda or cuda:N"),
    ],
)
def test_a_fault_in_the_file_is_named_with_line_and_key(faults: Faults, config: str, line: str) -> None:
    (problem,) = faults(config)
    assert problem.startswith(f"config.yaml:{line}")


def test_all_faults_are_reported_together_in_reading_order(faults: Faults) -> None:
    config = "cache:\n  ttl: soon\nsever: {}\nllm:\n  backend: vllm\n  endpoint: nowhere\n"
    problems = faults(
        config,
        terms="projects: ['']\n",
        environ={"LACUNA_LOG_LEVEL": "LOUD"},
        overrides={"server.prt": 1, "server.port": "x"},
    )
    places = [problem.split(": ")[0] for problem in problems]
    assert places == [
        "config.yaml:2",
        "config.yaml:3",
        "config.yaml:6",
        "proprietary_terms.yaml:1",
        "environment LACUNA_LOG_LEVEL",
        "command line",
        "command line",
    ]


def test_a_rule_is_not_reported_broken_because_of_a_fault_elsewhere(faults: Faults) -> None:
    problems = faults("web_search:\n  enabled: true\n  endpoint: nowhere\n")
    assert len(problems) == 1
    assert "web_search.endpoint" in problems[0]


def test_two_names_of_one_setting_must_agree(faults: Faults, folder: Folder) -> None:
    config = "lineage: {postgres_url: 'postgresql://a/x'}\nstorage: {postgres_url: 'postgresql://b/x'}\n"
    assert faults(config) == (
        (
            "config.yaml:2: storage.postgres_url: differs from config.yaml:1 lineage.postgres_url, "
            "which sets the same; keep one"
        ),
    )
    assert folder.load(config.replace("//b/", "//a/")).settings.storage.postgres_url is not None


def test_an_unknown_key_on_the_command_line_is_refused(faults: Faults) -> None:
    assert faults(overrides={"cach.ttl": 1}) == ('command line: cach.ttl: unknown key; did you mean "cache.ttl"?',)


def test_a_key_is_shown_on_one_short_line(faults: Faults) -> None:
    (problem,) = faults('"a\\nb' + "x" * 500 + '": 1')
    assert len(problem) < 400
    assert "\n" not in problem
