"""Environment variables: all that exist work, none that does not is ignored."""

import pytest

from lacuna.config import schema
from tests.config.conftest import Faults, Folder


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("LACUNA_CACHE_ENABLED", "wrong spelling; the variable is LACUNA_CACHE__ENABLED"),
        ("LACUNA__CACHE__TTL", "wrong spelling; the variable is LACUNA_CACHE_TTL"),
        ("LACUNA_CACHE.TTL", "wrong spelling; the variable is LACUNA_CACHE_TTL"),
        ("LACUNA-CACHE-TTL", "wrong spelling; the variable is LACUNA_CACHE_TTL"),
        ("lacuna_cache_ttl", "wrong spelling; the variable is LACUNA_CACHE_TTL"),
        ("LACUNA_REDIS_URI", "unknown variable; did you mean LACUNA_REDIS_URL?"),
        ("LACUNA_VAULT_TOKEN__FILE", "wrong spelling; the variable is LACUNA_VAULT_TOKEN_FILE"),
        ("LACUNA_CONFIG_FOLDER", "unknown variable; did you mean LACUNA_CONFIG_PATH?"),
        ("LACUNA_ZZZ", "unknown variable; docs/configuration.md lists all"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest_right_name(faults: Faults, name: str, fault: str) -> None:
    assert faults(environ={name: "1"}) == (f"environment {name}: {fault}",)


def test_variables_without_the_prefix_never_matter(folder: Folder) -> None:
    stray = {"ENABLED": "false", "CACHE__ENABLED": "false", "LOG_LEVEL": "x", "LACUNAR": "x", "XLACUNA_CACHE_TTL": "x"}
    assert folder.load(environ=stray).settings.cache.enabled


def test_nested_names_reach_every_level(folder: Folder) -> None:
    environ = {
        "LACUNA_CLASSIFICATION__STRATEGY": "aggressive",
        "LACUNA_CLASSIFICATION__LAYERS__HEURISTIC__TIMEOUT_S": "2.5",
        "LACUNA_ROUTING__PUBLIC__WEB_SEARCH": "true",
        "LACUNA_AUTH__TRUSTED_PROXIES": "10.0.0.0/8, 192.168.1.7",
        "LACUNA_LINEAGE__POSTGRES_URL": "postgresql://h/d",
    }
    settings = folder.load(environ=environ).settings
    assert settings.classification.strategy == "aggressive"
    assert settings.classification.layers.heuristic.timeout_s == 2.5
    assert settings.routing.public.web_search
    assert settings.auth.trusted_proxies == ("10.0.0.0/8", "192.168.1.7/32")
    assert settings.storage.postgres_url is not None


def test_every_setting_has_a_variable_of_its_own() -> None:
    names = [name for setting in schema.settings().values() for name in setting.variables]
    assert len(names) == len(set(names))
    assert all(len(setting.variables) >= 1 for setting in schema.settings().values())
    assert set(schema.SHORT_NAMES.values()) <= set(schema.settings())


def test_a_wrong_value_is_named_by_its_variable(faults: Faults) -> None:
    assert faults(environ={"LACUNA_CACHE_TTL": "soon"}) == ("environment LACUNA_CACHE_TTL: must be a whole number",)


def test_a_broken_rule_names_the_variable_that_broke_it(faults: Faults) -> None:
    assert faults(environ={"LACUNA_LLM_BACKEND": "openai"}) == (
        "environment LACUNA_LLM_BACKEND: needs llm.endpoint, the address of the service",
    )


def test_a_setting_named_twice_differently_is_refused(faults: Faults, folder: Folder) -> None:
    assert faults(environ={"LACUNA_CACHE_TTL": "1", "LACUNA_CACHE__TTL": "2"}) == (
        "environment LACUNA_CACHE__TTL: differs from environment LACUNA_CACHE_TTL, which sets the same; keep one",
    )
    assert folder.load(environ={"LACUNA_CACHE_TTL": "2", "LACUNA_CACHE__TTL": "2"}).settings.cache.ttl == 2


@pytest.mark.parametrize("value", ["${LACUNA_API_KEY}", "postgresql://lacuna:$(POSTGRES_PASSWORD)@postgres/lacuna"])
def test_a_reference_that_nobody_replaced_is_refused(faults: Faults, value: str) -> None:
    name = "LACUNA_POSTGRES_URL" if "@" in value else "LACUNA_API_KEY"
    (problem,) = faults(environ={name: value})
    assert problem.startswith(f"environment {name}: holds a reference such as ${{NAME}} that was never replaced")
