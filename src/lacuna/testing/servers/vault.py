"""A stand-in for HashiCorp Vault: reading from a KV secrets engine, version 2, by the HTTP API's documentation."""

import json
from typing import Any

from lacuna.testing.servers.loopback import LoopbackServer, Received, Reply


class VaultDouble(LoopbackServer):
    """Keeps the versions of each secret by mount and path ("secret/lacuna"), oldest first; None is one that was
    deleted. As a real one, it answers 403 to a token it does not know, 404 to a secret it does not have, and 503 while
    it is `sealed`. `standby` makes it the node that sends everybody elsewhere."""

    def __init__(self, token: str, secrets: dict[str, list[dict[str, Any] | None]]) -> None:
        super().__init__(self._secret)
        self.token = token
        self.secrets = secrets
        self.sealed = False
        self.standby = ""

    def _secret(self, request: Received) -> Reply:
        if self.standby:
            return Reply(status=307, headers={"Location": self.standby + request.path})
        if self.sealed:
            return _errors(503, "Vault is sealed")
        if request.headers.get("x-vault-token") != self.token:
            return _errors(403, "permission denied")
        _, v1, mount, data, *path = request.path.split("/")
        versions = self.secrets.get("/".join([mount, *path]), [])
        version = int(request.query.get("version", "0")) or len(versions)
        if (v1, data) != ("v1", "data") or request.method != "GET" or not 0 < version <= len(versions):
            return _errors(404)
        held = versions[version - 1]
        deleted = "" if held is not None else "2026-01-01T00:00:00.0Z"
        metadata = {
            "created_time": "2026-01-01T00:00:00.0Z",
            "custom_metadata": None,
            "deletion_time": deleted,
            "destroyed": False,
            "version": version,
        }
        body = {"data": held, "metadata": metadata}
        return _json(
            404 if held is None else 200,
            {"request_id": "5b1d", "lease_id": "", "renewable": False, "lease_duration": 0, "data": body},
        )


def _errors(status: int, *errors: str) -> Reply:
    return _json(status, {"errors": list(errors)})


def _json(status: int, body: dict[str, Any]) -> Reply:
    return Reply((json.dumps(body).encode(),), status=status, headers={"Content-Type": "application/json"})
