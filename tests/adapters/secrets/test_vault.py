"""Secrets come from Vault over a real socket, or the start ends with a reason that holds no secret."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from lacuna.adapters.secrets.vault import VaultSecrets
from lacuna.domain.errors import ConfigError, DependencyNonsense, DependencyUnavailable, LacunaError
from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply
from lacuna.testing.servers.vault import VaultDouble

TOKEN, VALUE = "hvs.token-of-the-test", "a-value-that-is-secret"


@pytest.fixture
async def vault() -> AsyncIterator[VaultDouble]:
    held: dict[str, list[dict[str, Any] | None]] = {
        "secret/lacuna/keys": [{"key": "older"}, {"key": VALUE, "other": "x"}],
        "kv/gone": [{"a": "b"}, None],
        "kv/odd": [{"port": 5432}],
    }
    async with VaultDouble(TOKEN, held) as double:
        yield double


async def read(server: LoopbackServer, path: str = "lacuna/keys", mount: str = "secret", **more: object) -> object:
    source = VaultSecrets(server.url, str(more.get("token", TOKEN)), timeout_s=5)
    try:
        return await source.fields(mount, path, int(str(more.get("version", 0))))
    finally:
        await source.close()


async def test_a_secret_is_read_by_mount_path_and_version(vault: VaultDouble) -> None:
    assert await read(vault) == {"key": VALUE, "other": "x"}
    assert await read(vault, version=1) == {"key": "older"}
    assert [(each.method, each.path, each.query) for each in vault.received] == [
        ("GET", "/v1/secret/data/lacuna/keys", {}),
        ("GET", "/v1/secret/data/lacuna/keys", {"version": "1"}),
    ]
    assert {each.headers["x-vault-request"] for each in vault.received} == {"true"}


async def test_whatever_vault_refuses_has_a_cure_and_no_secret(vault: VaultDouble) -> None:
    async def refused(wanted: str, **given: object) -> None:
        with pytest.raises(LacunaError, match=wanted) as caught:
            await read(vault, **given)  # type: ignore[arg-type]
        assert caught.value.cure
        assert TOKEN not in f"{caught.value!r} {caught.value}"
        assert VALUE not in f"{caught.value!r} {caught.value}"

    await refused("403", token="hvs.another")
    await refused("404", path="lacuna/nothing")
    await refused("404", version=3)
    await refused("404", mount="kv", path="gone")
    vault.sealed = True
    await refused("503")


async def test_numbers_are_no_secrets(vault: VaultDouble) -> None:
    with pytest.raises(ConfigError, match="port"):
        await read(vault, mount="kv", path="odd")


async def test_the_token_goes_to_the_configured_address_only(vault: VaultDouble) -> None:
    async with VaultDouble(TOKEN, vault.secrets) as elsewhere:
        vault.standby = elsewhere.url
        with pytest.raises(DependencyNonsense, match="redirect"):
            await read(vault)
        assert elsewhere.received == []


WHOLE = {"data": {"data": {"key": VALUE}, "metadata": {"version": 2}}}
CORRUPT: list[Callable[[Received], Reply]] = [
    lambda _: Reply((b"",)),
    lambda _: Reply((b"not json",)),
    lambda _: Reply((b"[]",)),
    lambda _: Reply((json.dumps({"data": {"key": VALUE}}).encode(),)),
    lambda _: Reply((json.dumps({"data": {"data": {"key": VALUE}}}).encode(),)),
    lambda _: Reply((json.dumps({"data": {"data": {"key": VALUE}, "metadata": 7}}).encode(),)),
    lambda _: Reply((json.dumps({"data": {"data": [VALUE], "metadata": {}}}).encode(),)),
    lambda _: Reply((json.dumps(WHOLE).encode()[:-9],)),
    lambda _: Reply((json.dumps(WHOLE).encode()[:-9],), cut_off=True),
    lambda _: Reply((b"[" * 100_000,)),
    lambda _: Reply((b" " * (1 << 20) + json.dumps(WHOLE).encode(),)),
    lambda _: Reply((b"\xff\xfe",)),
    lambda _: Reply(status=204),
]


@pytest.mark.parametrize("answer", CORRUPT)
async def test_an_answer_that_is_corrupt_is_an_error_of_ours(answer: Callable[[Received], Reply]) -> None:
    async with LoopbackServer(answer) as server:
        with pytest.raises(LacunaError) as caught:
            await read(server)
        assert VALUE not in f"{caught.value!r} {caught.value}"


async def test_another_version_than_the_one_asked_for_is_not_taken() -> None:
    async with LoopbackServer(lambda _: Reply((json.dumps(WHOLE).encode(),))) as server:
        assert await read(server, version=2) == {"key": VALUE}
        with pytest.raises(DependencyNonsense, match="another version"):
            await read(server, version=1)


async def test_a_vault_that_is_not_there_is_named() -> None:
    async with LoopbackServer(lambda _: Reply()) as server:
        pass
    with pytest.raises(DependencyUnavailable, match="Vault at"):
        await read(server)
