"""The deployment guide's own documents load as they stand."""

from pathlib import Path

import pytest

from lacuna.config import load, unsupported
from lacuna.domain.classification import Strategy
from lacuna.domain.policy import Source
from lacuna.domain.terms import TermList
from lacuna.domain.tiers import Tier
from tests.config.conftest import Folder

GUIDE_CONFIG = """\
classification:
  strategy: conservative
  layers:
    heuristic:
      enabled: true
      priority: 1
    embedding:
      enabled: true
      priority: 2
      model: BAAI/bge-large-en-v1.5
    llm:
      enabled: true
      priority: 3
      endpoint: http://vllm:8000

routing:
  PROPRIETARY:
    local_rag: true
    web_search: false
  INTERNAL:
    local_rag: true
    web_search: false
  PUBLIC:
    local_rag: true
    web_search: true

lineage:
  enabled: true
  postgres_url: postgresql://lacuna:password@postgres:5432/lacuna
  sampling_rate: 1.0

cache:
  enabled: true
  redis_url: redis://redis:6379
  ttl: 3600

metrics:
  enabled: true
  prometheus_port: 9090

logging:
  level: INFO
  format: json
  loki_url: http://loki:3100
"""

GUIDE_TERMS = """\
projects:
  - project_apollo
  - project_artemis
  - skunkworks

customers:
  - customer_alpha
  - customer_beta
  - vip_client

internal_terms:
  - confidential
  - internal only
  - do not distribute
"""

GUIDE_ENVIRONMENT = {
    "LACUNA_LOG_LEVEL": "INFO",
    "LACUNA_LOG_FORMAT": "json",
    "LACUNA_POSTGRES_URL": "postgresql://user:pass@postgres:5432/lacuna",
    "LACUNA_POSTGRES_POOL_SIZE": "20",
    "LACUNA_LLM_BACKEND": "vllm",
    "LACUNA_LLM_ENDPOINT": "http://vllm:8000",
    "LACUNA_LLM_MODEL": "meta-llama/Llama-3.1-70B-Instruct",
    "LACUNA_EMBEDDING_MODEL": "BAAI/bge-large-en-v1.5",
    "LACUNA_EMBEDDING_DEVICE": "cuda",
    "LACUNA_REDIS_URL": "redis://redis:6379",
    "LACUNA_CACHE_TTL": "7200",
    "LACUNA_PROMETHEUS_PORT": "9191",
    "LACUNA_LOKI_URL": "http://loki:3100",
    "LACUNA_API_KEY": "lac_0123456789abcdef0123456789abcdef",
    "LACUNA_VAULT_URL": "http://vault:8200",
    "LACUNA_VAULT_TOKEN": "s.1234567890",
    "LACUNA_AUTH_USER_HEADER": "X-Remote-User",
    "LACUNA_AUTH_EMAIL_HEADER": "X-Remote-Email",
    "LACUNA_AUTH_GROUPS_HEADER": "X-Remote-Groups",
    "LACUNA_AUTH_NAME_HEADER": "X-Remote-Name",
    "LACUNA_AUTH_ADMIN_GROUP": "operators",
}


def test_the_guides_config_map_loads_as_it_stands(folder: Folder) -> None:
    loaded = folder.load(GUIDE_CONFIG, terms=GUIDE_TERMS)
    settings = loaded.settings
    assert settings.classification.strategy is Strategy.CONSERVATIVE
    assert settings.classification.layers.embedding.model == "BAAI/bge-large-en-v1.5"
    assert settings.classification.layers.llm.endpoint == "http://vllm:8000"
    assert settings.routing.table == {
        Tier.PUBLIC: {Source.LOCAL_RAG, Source.WEB_SEARCH},
        Tier.INTERNAL: {Source.LOCAL_RAG},
        Tier.PROPRIETARY: {Source.LOCAL_RAG},
    }
    assert settings.storage.postgres_url is not None
    assert settings.storage.postgres_url.get_secret_value() == "postgresql://lacuna:password@postgres:5432/lacuna"
    assert settings.cache.ttl == 3600

    def names(wanted: TermList) -> list[str]:
        return [term.name for term in loaded.terms.listed(wanted)]

    assert names(TermList.PROJECTS) == ["project_apollo", "project_artemis", "skunkworks"]
    assert names(TermList.CUSTOMERS) == ["customer_alpha", "customer_beta", "vip_client"]
    assert names(TermList.INTERNAL_TERMS) == ["confidential", "internal only", "do not distribute"]


def test_what_the_guides_config_asks_for_beyond_this_version_is_named(folder: Folder) -> None:
    settings = folder.load(GUIDE_CONFIG).settings
    keys = [sentence.split(":")[0] for sentence in unsupported(settings)]
    assert keys == [
        "logging.loki_url",
        "classification.layers.embedding.model",
    ]


def test_every_variable_of_the_guide_keeps_its_meaning(folder: Folder) -> None:
    settings = folder.load(environ=GUIDE_ENVIRONMENT).settings
    assert settings.storage.pool_size == 20
    assert (settings.llm.backend, settings.llm.endpoint) == ("vllm", "http://vllm:8000")
    assert settings.llm.model == "meta-llama/Llama-3.1-70B-Instruct"
    assert (settings.embedding.model, settings.embedding.device) == ("BAAI/bge-large-en-v1.5", "cuda")
    assert (settings.cache.ttl, settings.metrics.prometheus_port) == (7200, 9191)
    assert settings.logging.loki_url is not None
    assert settings.auth.api_key is not None
    assert settings.auth.api_key.get_secret_value() == GUIDE_ENVIRONMENT["LACUNA_API_KEY"]
    assert settings.secrets.vault_url == "http://vault:8200"
    assert settings.auth.user_header == "X-Remote-User"
    assert settings.auth.admin_group == "operators"


def test_the_pods_database_address_wins_over_the_config_maps(folder: Folder) -> None:
    loaded = folder.load(GUIDE_CONFIG, environ={"LACUNA_POSTGRES_URL": "postgresql://lacuna:real@postgres:5432/lacuna"})
    assert loaded.settings.storage.postgres_url is not None
    assert "real" in loaded.settings.storage.postgres_url.get_secret_value()


def test_helms_lower_case_tiers_load(folder: Folder) -> None:
    config = """\
    classification:
      strategy: conservative
    routing:
      proprietary:
        local_rag: true
        web_search: false
      public:
        local_rag: true
        web_search: true
    """
    assert folder.load(config).settings.routing.public.web_search


def test_an_endpoint_alone_means_a_local_vllm(folder: Folder) -> None:
    llm = folder.load(environ={"LACUNA_LLM_ENDPOINT": "http://vllm:8000"}).settings.llm
    assert (llm.backend, llm.location) == ("vllm", "local")


def test_a_config_map_mounted_by_kubernetes_loads_without_warning(folder: Folder) -> None:
    real = folder.path / "..2026_01_01"
    real.mkdir()
    (folder.path / "..data").symlink_to(real.name)
    for name, text in (("config.yaml", GUIDE_CONFIG), ("proprietary_terms.yaml", GUIDE_TERMS)):
        (real / name).write_text(text, encoding="utf-8")
        (folder.path / name).symlink_to(Path("..data") / name)
    loaded = load(environ={"LACUNA_CONFIG_PATH": str(folder.path)}, cwd=folder.cwd)
    assert len(loaded.terms) == 9
    assert [line for line in loaded.warnings if "web_search" not in line] == []


def test_the_services_that_kubernetes_announces_are_no_settings(folder: Folder) -> None:
    announced = {
        "LACUNA_PORT": "tcp://10.0.0.7:8000",
        "LACUNA_PORT_8000_TCP": "tcp://10.0.0.7:8000",
        "LACUNA_PORT_8000_TCP_ADDR": "10.0.0.7",
        "LACUNA_PORT_8000_TCP_PORT": "8000",
        "LACUNA_PORT_8000_TCP_PROTO": "tcp",
        "LACUNA_SERVICE_HOST": "10.0.0.7",
        "LACUNA_SERVICE_PORT": "8000",
        "LACUNA_SERVICE_PORT_METRICS": "9090",
        "LACUNA_REDIS_MASTER_SERVICE_HOST": "10.0.0.8",
        "LACUNA_PROMETHEUS_PORT": "tcp://10.0.0.9:9090",
    }
    assert folder.load(environ=announced).settings.metrics.prometheus_port == 9090


@pytest.mark.parametrize("name", ["LACUNA_SERVER_PORT", "LACUNA_PORT"])
def test_a_port_that_is_no_service_announcement_is_not_passed_over(folder: Folder, name: str) -> None:
    with pytest.raises(Exception, match="fault"):
        folder.load(environ={name: "8001"})
