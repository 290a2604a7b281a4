"""References in the configuration become secrets before anything is built, also the keys of the ledger."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lacuna.config import Loaded, load
from lacuna.config.settings import Settings
from lacuna.domain.errors import ConfigError, DependencyUnavailable
from lacuna.testing.servers.vault import VaultDouble
from lacuna.wiring.keys import key_ring
from lacuna.wiring.vault import with_secrets

TOKEN, ONE, TWO = "hvs.token", "11" * 32, "22" * 32


@pytest.fixture
async def vault() -> AsyncIterator[VaultDouble]:
    keys = [{"signing": ONE, "hmac": ONE}, {"signing": ONE, "hmac": TWO}]
    async with VaultDouble(TOKEN, {"secret/lacuna": [*keys], "kv/db": [{"url": "postgresql://u:p@h/d"}]}) as double:
        yield double


def loaded(vault: VaultDouble, folder: Path, **variables: str) -> Loaded:
    (folder / "token").write_text(TOKEN + "\n")
    given = {f"LACUNA_{name}": value for name, value in variables.items()}
    environ = {"LACUNA_VAULT_URL": vault.url, "LACUNA_VAULT_TOKEN_FILE": str(folder / "token"), **given}
    return load(environ=environ, cwd=folder)


async def resolved(vault: VaultDouble, folder: Path, **variables: str) -> Settings:
    return (await asyncio.to_thread(with_secrets, loaded(vault, folder, **variables))).settings


async def test_the_ledgers_keys_come_from_vault_and_old_versions_are_kept(vault: VaultDouble, tmp_path: Path) -> None:
    found = await resolved(
        vault,
        tmp_path,
        AUDIT__SIGNING_KEY="vault:secret/lacuna#signing",
        AUDIT__HMAC_KEY="vault:secret/lacuna#hmac",
        AUDIT__RETIRED_HMAC_KEYS="vault:secret/lacuna?version=1#hmac",
    )
    ring = key_ring(tmp_path / "data", found.audit)
    (tmp_path / "keys").mkdir()
    files = {"signing_key": ONE, "hmac_key": TWO, "retired_hmac_keys": f" {ONE} "}
    given = load({f"audit.{name}": value.strip() for name, value in files.items()}, {}, tmp_path).settings.audit
    same = key_ring(tmp_path / "other", given)
    assert (ring.public_key, ring.hmacs("x")) == (same.public_key, same.hmacs("x"))
    assert [*(tmp_path / "data" / "keys").iterdir()] == []
    assert len(vault.received) == 2  # one secret is read once


async def test_each_tenant_gets_keys_of_its_own_from_those_in_vault(vault: VaultDouble, tmp_path: Path) -> None:
    rings = {}
    for tenant in ("acme", "globex"):
        found = await resolved(
            vault,
            tmp_path,
            TENANCY__TENANTS="acme,globex",
            TENANT=tenant,
            AUDIT__SIGNING_KEY="vault:secret/lacuna#signing",
            AUDIT__HMAC_KEY="vault:secret/lacuna#hmac",
        )
        assert tenant in str(found.storage.data_path)
        rings[tenant] = key_ring(found.storage.data_path, found.audit)
    assert rings["acme"].hmac("x") != rings["globex"].hmac("x")
    assert rings["acme"].public_key != rings["globex"].public_key


async def test_what_vault_holds_is_checked_like_what_is_written(vault: VaultDouble, tmp_path: Path) -> None:
    found = await resolved(vault, tmp_path, POSTGRES_URL="vault:kv/db#url")
    assert found.storage.postgres_url is not None
    assert found.storage.postgres_url.get_secret_value() == "postgresql://u:p@h/d"
    assert found.storage.data_path.is_absolute()
    vault.secrets["kv/db"] = [{"url": "mysql://user:hidden@h/d", "more": "vault:kv/db#url", "none": ""}]
    for reference in ("vault:kv/db#url", "vault:kv/db#more", "vault:kv/db#none", "vault:kv/db#missing"):
        with pytest.raises(ConfigError) as caught:
            await resolved(vault, tmp_path, POSTGRES_URL=reference)
        assert "POSTGRES_URL" in str(caught.value.problems) or "storage.postgres_url" in str(caught.value.problems)
        assert "hidden" not in f"{caught.value} {caught.value.problems}"


async def test_a_vault_that_refuses_ends_the_start_and_names_the_reference(vault: VaultDouble, tmp_path: Path) -> None:
    vault.sealed = True
    with pytest.raises(DependencyUnavailable, match="vault:kv/db#url: Vault at") as caught:
        await resolved(vault, tmp_path, POSTGRES_URL="vault:kv/db#url")
    assert "unseal" in caught.value.cure


async def test_without_references_nothing_is_asked(vault: VaultDouble, tmp_path: Path) -> None:
    await resolved(vault, tmp_path, API_KEY="lac_written_as_it_is_in_the_environment")
    assert vault.received == []
