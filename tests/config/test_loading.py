"""Where the configuration is found, which value wins, and where each came from."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from lacuna.config import Settings, load, locate
from lacuna.domain.errors import ConfigError
from tests.config.conftest import Folder


def test_without_any_folder_the_packaged_defaults_hold(tmp_path: Path) -> None:
    loaded = load(environ={}, cwd=tmp_path)
    assert loaded.folder is None
    assert loaded.warnings == loaded.unsupported == ()
    assert loaded.settings.model_copy(update={"storage": Settings().storage}) == Settings()


def test_the_packaged_defaults_let_nothing_out(tmp_path: Path) -> None:
    settings = load(environ={}, cwd=tmp_path).settings
    assert all(sources <= {"local_rag"} for sources in settings.routing.table.values())
    assert not settings.web_search.enabled
    assert settings.llm.backend == "none"
    assert settings.server.host == "127.0.0.1"
    assert settings.auth.trusted_proxies == ()


def test_the_example_folder_is_sound_and_keeps_everything_inside(root: Path) -> None:
    loaded = load(environ={"LACUNA_CONFIG_PATH": str(root / "config")}, cwd=root)
    assert loaded.warnings == loaded.unsupported == ()
    assert all(sources <= {"local_rag"} for sources in loaded.settings.routing.table.values())


def test_the_named_folder_wins_over_the_usual_one(folder: Folder, tmp_path: Path) -> None:
    other = tmp_path / "etc" / "lacuna"
    other.mkdir(parents=True)
    assert locate({}, tmp_path) == folder.path
    assert locate({"LACUNA_CONFIG_PATH": "etc/lacuna"}, tmp_path) == other
    assert locate({"LACUNA_CONFIG_PATH": ""}, tmp_path) == folder.path


def test_a_file_called_config_is_not_the_folder(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("x")
    assert locate({}, tmp_path) is None


@pytest.mark.parametrize("named", ["nowhere", "config/config.yaml"])
def test_a_named_folder_that_is_none_is_refused(folder: Folder, named: str) -> None:
    folder.write("config.yaml", "")
    with pytest.raises(ConfigError) as caught:
        load(environ={"LACUNA_CONFIG_PATH": named}, cwd=folder.cwd)
    assert caught.value.problems[0].startswith("environment LACUNA_CONFIG_PATH: ")


def test_command_line_wins_over_environment_over_file_over_default(folder: Folder) -> None:
    file = "server: {port: 1001}\ncache: {ttl: 1001, max_entries: 1001}\n"
    environ = {"LACUNA_SERVER__PORT": "1002", "LACUNA_CACHE_TTL": "1002"}
    loaded = folder.load(file, environ=environ, overrides={"server.port": 1003, "server.host": None})
    assert loaded.settings.server.port == 1003
    assert loaded.settings.cache.ttl == 1002
    assert loaded.settings.cache.max_entries == 1001
    assert loaded.settings.server.host == "127.0.0.1"
    assert str(loaded.sources["server.port"]) == "command line"
    assert str(loaded.sources["cache.ttl"]) == "environment LACUNA_CACHE_TTL"
    assert str(loaded.sources["cache.max_entries"]) == "config.yaml:2"
    assert str(loaded.sources["server.host"]) == "default"


def test_every_setting_has_a_source(folder: Folder) -> None:
    assert set(folder.load().sources) >= {"cache.ttl", "routing.public.local_rag", "classification.strategy"}


def test_the_data_folder_is_absolute_and_starts_at_the_working_folder(folder: Folder) -> None:
    assert folder.load().settings.storage.data_path == folder.cwd / "data"
    assert folder.load("storage: {data_path: /srv/lacuna}").settings.storage.data_path == Path("/srv/lacuna")
    assert folder.load(overrides={"storage.data_path": Path("x")}).settings.storage.data_path == folder.cwd / "x"


def test_an_empty_value_counts_as_not_set(folder: Folder) -> None:
    loaded = folder.load("cache:\nstorage:\n  postgres_url:\n  data_path: ~\n", environ={"LACUNA_API_KEY": ""})
    assert loaded.settings.storage.postgres_url is None
    assert loaded.settings.auth.api_key is None
    assert "environment LACUNA_API_KEY: is empty and counts as not set" in loaded.warnings


def test_words_count_in_any_case_and_yaml_switches_may_be_quoted(folder: Folder) -> None:
    loaded = folder.load(
        "classification: {strategy: Balanced}\nlogging: {level: debug, format: Console}\n"
        "routing: {Public: {web_search: 'yes'}}\ncache: {enabled: off, ttl: '60'}\n"
    )
    assert loaded.settings.classification.strategy == "balanced"
    assert (loaded.settings.logging.level, loaded.settings.logging.format) == ("DEBUG", "console")
    assert loaded.settings.routing.public.web_search
    assert (loaded.settings.cache.enabled, loaded.settings.cache.ttl) == (False, 60)


def test_settings_cannot_be_changed(folder: Folder) -> None:
    settings = folder.load().settings
    with pytest.raises(ValidationError):
        settings.cache.ttl = 1  # type: ignore[misc]


def test_a_missing_terms_file_is_said_aloud(folder: Folder) -> None:
    folder.write("config.yaml", "")
    loaded = load(environ={}, cwd=folder.cwd)
    assert loaded.warnings == (
        "proprietary_terms.yaml: not in the configuration folder; no project, customer or internal term is known",
    )


def test_a_file_that_nothing_reads_is_said_aloud(folder: Folder) -> None:
    folder.write("proprietary-terms.yml", "projects: [apollo]")
    folder.write("notes.txt", "")
    assert folder.load().warnings == ('proprietary-terms.yml: is not read; did you mean "proprietary_terms.yaml"?',)


def test_doubtful_settings_get_a_warning(folder: Folder) -> None:
    loaded = folder.load(
        "routing: {PUBLIC: {web_search: true, external_llm: true}}\nllm: {backend: none, endpoint: 'http://llm:1'}\n"
        "classification: {layers: {heuristic: {enabled: false}, llm: {enabled: true, endpoint: 'http://llm:1'}}}\n",
        environ={"LACUNA_API_KEY": "guess"},
    )
    assert loaded.warnings == (
        "config.yaml:1: routing.PUBLIC.web_search: has no effect while web_search.enabled is false",
        "config.yaml:1: routing.PUBLIC.external_llm: has no effect without an LLM outside (external_llm, llm.location)",
        "config.yaml:2: llm.endpoint: has no effect while llm.backend is none",
        (
            "config.yaml:3: classification.layers.heuristic.enabled: is off: "
            "terms, personal data and secrets are not looked for"
        ),
        "environment LACUNA_API_KEY: is shorter than 20 characters and can be guessed",
    )
