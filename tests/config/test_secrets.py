"""Secrets come from files and environment, and are never shown."""

import pytest

from lacuna.config import Loaded, load
from lacuna.config.reference import effective
from lacuna.config.vault import Secret
from lacuna.domain.errors import ConfigError
from tests.config.conftest import Faults, Folder

SECRET = "hunter2hunter2hunter2hunter2"

SECRET_VARIABLES = {
    "LACUNA_API_KEY": SECRET,
    "LACUNA_LLM__API_KEY": SECRET,
    "LACUNA_VAULT_TOKEN": SECRET,
    "LACUNA_POSTGRES_URL": f"postgresql://u:{SECRET}@h/d",
    "LACUNA_REDIS_URL": f"redis://:{SECRET}@h",
    "LACUNA_LOKI_URL": f"https://u:{SECRET}@h",
}


@pytest.fixture
def with_secrets(folder: Folder) -> Loaded:
    return folder.load(environ=SECRET_VARIABLES)


def test_a_secret_is_in_no_representation(with_secrets: Loaded) -> None:
    shown = [repr(with_secrets), str(with_secrets), with_secrets.settings.model_dump_json()]
    shown += [repr(row) for row in effective(with_secrets)]
    assert all(SECRET not in text for text in shown)


def test_show_says_only_whether_a_secret_is_set(with_secrets: Loaded, folder: Folder) -> None:
    def values(loaded: Loaded) -> dict[str, object]:
        return {row.key: row.value for row in effective(loaded)}

    keys = ("auth.api_key", "llm.api_key", "secrets.vault_token", "storage.postgres_url", "cache.redis_url")
    assert [values(with_secrets)[key] for key in keys] == ["set"] * 5
    assert [values(folder.load())[key] for key in keys] == ["not set"] * 5


@pytest.mark.parametrize("place", ["file", "environment", "misplaced"])
def test_a_refused_secret_is_not_in_the_fault(folder: Folder, place: str) -> None:
    bad = f"{SECRET} with blanks"
    config, environ = "", {}
    if place == "file":
        config = f"auth: {{api_key: '{bad}'}}\nstorage: {{postgres_url: 'mysql://{SECRET}@h'}}\n"
    elif place == "environment":
        environ = dict.fromkeys(SECRET_VARIABLES, bad) | {"LACUNA_CACHE_TTL": SECRET, "LACUNA_LLM_BACKEND": SECRET}
    else:
        config = f"server: {{port: {SECRET}, host: 'a {SECRET}'}}\nclassification: {{strategy: {SECRET}}}\n"
        config += f"web_search: {{endpoint: 'http://u:{SECRET}@h'}}\nauth: {{trusted_proxies: [{SECRET}]}}\n"
    with pytest.raises(ConfigError) as caught:
        folder.load(config, environ=environ)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r} {getattr(error, 'problems', '')}"
        error = error.__cause__ or error.__context__


def test_a_secret_may_stand_in_a_file_of_its_own(folder: Folder) -> None:
    (folder.cwd / "key").write_text(f"{SECRET}\n")
    environ = {"LACUNA_API_KEY_FILE": str(folder.cwd / "key"), "LACUNA_VAULT_TOKEN_FILE": "key"}
    loaded = folder.load(environ=environ)
    assert loaded.settings.auth.api_key is not None
    assert loaded.settings.auth.api_key.get_secret_value() == SECRET
    assert loaded.settings.secrets.vault_token is not None
    assert str(loaded.sources["auth.api_key"]) == "environment LACUNA_API_KEY_FILE"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (None, "names a file that cannot be read: No such file or directory"),
        (b" \n", "names an empty file"),
        (b"\xff\xfe", "names a file that is not UTF-8 text"),
        (b"x" * 70_000, "names a file larger than 64 KiB"),
        (b"two words", "must hold printable ASCII characters without blanks"),
    ],
)
def test_a_secret_file_that_holds_no_secret_is_refused(
    folder: Folder, faults: Faults, data: bytes | None, fault: str
) -> None:
    if data is not None:
        (folder.cwd / "key").write_bytes(data)
    assert faults(environ={"LACUNA_API_KEY_FILE": "key"}) == (f"environment LACUNA_API_KEY_FILE: {fault}",)


def test_only_secrets_are_read_from_files(faults: Faults) -> None:
    assert faults(environ={"LACUNA_CACHE_TTL_FILE": "x"}) == (
        "environment LACUNA_CACHE_TTL_FILE: only secrets are read from files; use LACUNA_CACHE_TTL",
    )


def test_a_secret_given_twice_differently_is_refused(folder: Folder, faults: Faults) -> None:
    (folder.cwd / "key").write_text("another")
    (problem,) = faults(environ={"LACUNA_API_KEY": SECRET, "LACUNA_API_KEY_FILE": "key"})
    assert "differs from environment LACUNA_API_KEY" in problem


@pytest.mark.parametrize(
    ("config", "environ", "place"),
    [
        ("auth: {api_key: 'vault:secret/lacuna#key'}", {}, "config.yaml:1: auth.api_key: is in Vault, which needs"),
        ("", {"LACUNA_API_KEY": "vault:secret/lacuna"}, "environment LACUNA_API_KEY: is no reference to Vault; write"),
        ("", {"LACUNA_API_KEY": "vault:a/../b#key"}, "environment LACUNA_API_KEY: is no reference to Vault; write"),
        ("", {"LACUNA_LLM_MODEL": "vault:a/b#c"}, "environment LACUNA_LLM_MODEL: is a vault: reference; only secrets"),
        (
            "",
            {"LACUNA_VAULT_TOKEN": "vault:a/b#c"},
            "environment LACUNA_VAULT_TOKEN: is a vault: reference; Vault's own",
        ),
    ],
)
def test_a_vault_reference_is_refused_where_it_leads_nowhere(
    faults: Faults, config: str, environ: dict[str, str], place: str
) -> None:
    (problem,) = faults(config, environ=environ)
    assert problem.startswith(place)


def test_a_reference_is_never_taken_for_the_secret(folder: Folder) -> None:
    environ = {"LACUNA_VAULT_URL": "https://vault:8200", "LACUNA_VAULT_TOKEN": SECRET}
    loaded = folder.load(environ={**environ, "LACUNA_API_KEY": "vault:secret/lacuna?version=2#key"})
    [reference] = loaded.references.values()
    assert (reference.secret, reference.field) == (Secret("secret", "lacuna", 2), "key")
    assert loaded.settings.auth.api_key == reference
    with pytest.raises(ConfigError, match="was not fetched"):
        loaded.settings.auth.api_key.get_secret_value()


def test_the_process_environment_is_the_default(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACUNA_API_KEY", SECRET)
    monkeypatch.chdir(folder.cwd)
    loaded = load()
    assert loaded.folder == folder.path
    assert loaded.settings.auth.api_key is not None
