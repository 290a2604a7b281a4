"""A tenant's configuration: whatever the files say, no place and no key is another tenant's."""

from pathlib import Path

import pytest

from lacuna.config import Loaded, load
from lacuna.domain.errors import ConfigError

KEY = "ab" * 32
MAIN = f"""\
tenancy:
  tenants: [acme, acme-two, globex]
storage:
  postgres_url: postgresql://lacuna@db/lacuna
audit:
  signing_key: {KEY}
  hmac_key: {KEY}
  subject_keys_path: /srv/subjects
  anchors:
    file:
      path: /mnt/anchors
    object_store:
      url: https://s3.example.org/bucket
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text(MAIN)
    (tmp_path / "config" / "proprietary_terms.yaml").write_text("projects: [project_shared]\n")
    return tmp_path


def of(folder: Path, tenant: str | None) -> Loaded:
    return load({"tenancy.tenant": tenant}, {}, folder)


def places(found: Loaded) -> list[str]:
    settings = found.settings
    audit = settings.audit
    assert audit.signing_key is not None
    assert audit.hmac_key is not None
    return [
        str(settings.storage.data_path),
        str(settings.storage.postgres_schema),
        settings.vectors.name,
        str(audit.subject_keys_path),
        str(audit.anchors.file.path),
        str(audit.anchors.object_store.url),
        audit.signing_key.get_secret_value(),
        audit.hmac_key.get_secret_value(),
    ]


def test_no_two_tenants_share_a_place_or_a_key(folder: Path) -> None:
    everything = [places(of(folder, name)) for name in ("acme", "acme-two", "globex")]
    for kind in zip(*everything, strict=True):
        assert len(set(kind)) == len(kind), kind
    for found in everything:
        assert KEY not in found
        assert found[-1] != found[-2]


def test_a_tenants_own_lists_replace_the_installations(folder: Path) -> None:
    own = folder / "config" / "tenants" / "acme"
    own.mkdir(parents=True)
    (own / "proprietary_terms.yaml").write_text("projects: [project_own]\ncustomers: [customer_own]\n")
    assert len(of(folder, "acme").terms) == 2
    assert len(of(folder, "globex").terms) == 1


def test_the_installation_itself_names_the_tenants_to_serve(folder: Path) -> None:
    assert load({}, {}, folder).tenants == ("acme", "acme-two", "globex")
    assert of(folder, "acme").tenants == ()
    assert load({}, {}, folder).of("globex").settings.tenancy.tenant == "globex"


@pytest.mark.parametrize("name", ["nobody", "../acme", "acme/../globex", "ACME", ".", "a" * 30])
def test_a_tenant_that_is_none_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        of(folder, name)


@pytest.mark.parametrize(
    "lines",
    [
        "tenancy:\n  tenants: [a-b, a-b]\n",
        "tenancy:\n  tenants: [acme, passages-acme]\n",
        "tenancy:\n  tenants: [acme]\nvectors:\n  name: lacuna\n",
    ],
)
def test_names_that_would_meet_in_a_schema_are_refused(folder: Path, lines: str) -> None:
    (folder / "config" / "config.yaml").write_text(lines)
    with pytest.raises(ConfigError):
        load({}, {}, folder)


@pytest.mark.parametrize(
    "line", ["server: {port: 1}", "auth: {api_key: aaaaaaaaaaaaaaaaaaaaaaaaa}", "vectors: {name: x}", "tenancy: {}"]
)
def test_what_belongs_to_all_is_not_set_by_one(folder: Path, line: str) -> None:
    own = folder / "config" / "tenants" / "acme"
    own.mkdir(parents=True)
    (own / "config.yaml").write_text(f"{line}\n")
    if line == "tenancy: {}":
        of(folder, "acme")
        return
    with pytest.raises(ConfigError) as refused:
        of(folder, "acme")
    assert "tenants/acme/config.yaml" in "".join(refused.value.problems)
