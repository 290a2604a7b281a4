"""Web search in the configuration: what follows from the back end, and what has to be said."""

import pytest

from tests.config.conftest import Faults, Folder

ON = "web_search:\n  enabled: true\n"


@pytest.mark.parametrize(
    ("config", "endpoint", "network"),
    [
        ("backend: duckduckgo", "https://html.duckduckgo.com", "public"),
        ("backend: Kagi\n  api_key: k1", "https://kagi.com", "public"),
        ("backend: brave\n  api_key: k1", "https://api.search.brave.com", "public"),
        ("backend: brave\n  api_key: k1\n  endpoint: https://brave.example", "https://brave.example", "public"),
        ("endpoint: http://searxng:8080", "http://searxng:8080", "public"),
        ("endpoint: http://searxng:8080\n  network: Private", "http://searxng:8080", "private"),
        ("endpoint: http://localhost:8080", "http://localhost:8080", "private"),
        ("endpoint: http://10.0.0.5:8080", "http://10.0.0.5:8080", "private"),
        ("endpoint: http://[fd00::5]:8080", "http://[fd00::5]:8080", "private"),
        ("endpoint: http://10.0.0.5:8080\n  network: public", "http://10.0.0.5:8080", "public"),
    ],
)
def test_where_the_service_stands(folder: Folder, config: str, endpoint: str, network: str) -> None:
    found = folder.load(f"{ON}  {config}\n").settings.web_search
    assert (found.endpoint, found.network) == (endpoint, network)


@pytest.mark.parametrize("backend", ["kagi", "brave"])
def test_a_service_with_accounts_needs_a_key(faults: Faults, backend: str) -> None:
    [problem] = faults(f"{ON}  backend: {backend}\n")
    assert "needs web_search.api_key" in problem


def test_the_key_comes_from_the_environment_and_is_never_shown(folder: Folder) -> None:
    loaded = folder.load(f"{ON}  backend: kagi\n", environ={"LACUNA_WEB_SEARCH__API_KEY": "kagi-s3cr3t"})
    assert loaded.settings.web_search.api_key is not None
    assert loaded.settings.web_search.api_key.get_secret_value() == "kagi-s3cr3t"
    assert "s3cr3t" not in repr(loaded)


def test_a_key_that_is_not_sent_is_remarked(folder: Folder) -> None:
    loaded = folder.load(f"{ON}  endpoint: http://localhost:1\n  api_key: k1\n")
    assert any("web_search.api_key" in line for line in loaded.warnings)
