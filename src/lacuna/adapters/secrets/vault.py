"""Secrets of a HashiCorp Vault server, KV secrets engine version 2, by its HTTP API.

Guarantees that the token goes to the configured address only (no redirects, no proxies), and that neither token nor
value stands in an error. What is read once is kept by the caller; leases are not needed for this engine.
"""

import json
from collections.abc import Mapping
from typing import Any

from lacuna.adapters.addresses import AddressRule, Endpoint
from lacuna.adapters.http_client import HttpClient
from lacuna.domain.errors import ConfigError, DependencyNonsense, NotFound

MAX_BODY_BYTES = 1 << 20
_CURES: Mapping[int, str] = {
    400: "Check the token, mount and path.",
    403: "Check that the token is valid and that its policy has `read` on MOUNT/data/PATH.",
    404: "Check mount and path; the engine must be KV version 2, and the version must not be deleted.",
    503: "Vault is sealed or in maintenance: unseal it.",
}


class VaultSecrets:
    """A `SecretSource` at `url`, with `token`."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 10.0) -> None:
        """Raises ConfigError where `url` is no plain http(s) URL."""
        rule = AddressRule.ANY_CONFIGURED
        endpoint = Endpoint.parse(url, rule)
        self._client = HttpClient(
            "Vault",
            endpoint,
            rule,
            timeout_s=timeout_s,
            max_body_bytes=MAX_BODY_BYTES,
            headers={"X-Vault-Token": token, "X-Vault-Request": "true"},
        )

    async def fields(self, mount: str, path: str, version: int = 0) -> dict[str, str]:
        params = {"version": str(version)} if version else None
        answer = self._parsed(await self._client.get(f"/v1/{mount}/data/{path}", params=params, cures=_CURES))
        held = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(held, dict) or "data" not in held or not isinstance(held.get("metadata"), dict):
            raise DependencyNonsense(
                f"{self._client.where} answered something else than a secret of version 2.",
                cure="The mount must be a KV secrets engine of version 2.",
            )
        if version and held["metadata"].get("version") != version:
            raise DependencyNonsense(f"{self._client.where} answered another version of {mount}/{path}.")
        if held["data"] is None:
            raise NotFound(f"{mount}/{path} was deleted in Vault.", cure="Undelete it, or name another version.")
        if not isinstance(held["data"], dict):
            raise DependencyNonsense(f"{self._client.where} answered a secret without fields.")
        wrong = sorted(name for name, value in held["data"].items() if not isinstance(value, str))
        if wrong:
            raise ConfigError(f"Fields of {mount}/{path} in Vault are no texts: {', '.join(wrong)}.")
        return dict(held["data"])

    async def close(self) -> None:
        await self._client.close()

    def _parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise DependencyNonsense(f"{self._client.where} answered no JSON.", cure="Check the address.") from None
