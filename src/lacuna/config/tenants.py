"""What a tenant's configuration is: the installation's, with the tenant's own file and lists over it, and everything
that is kept kept apart.

Promise: no two tenants have a folder, schema of a database, place for checkpoints or key in common, whatever the files
say; what belongs to the process (server, metrics, logs) no tenant's file sets.
"""

import hmac
import re
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from lacuna.config.audit_settings import AnchorsSettings, AuditSettings
from lacuna.config.layers import Layer
from lacuna.config.problems import Problem
from lacuna.config.settings import Settings
from lacuna.config.vault import VaultReference

FOLDER: Final = "tenants"
"""In the configuration folder, and in the data folder: one folder for each tenant in it."""

_OF_THE_PROCESS: Final = frozenset({"logging", "metrics", "secrets", "server", "storage", "tenancy"})
_OF_ALL: Final = frozenset({("auth", "api_key"), ("auth", "trusted_proxies"), ("auth", "refusals_per_minute")})
_NAMES: Final = frozenset({("vectors", "name")})
"""With a name of its own before it, one tenant's could read like that of another."""
_KEY: Final = re.compile(r"[0-9a-fA-F]{64}")
_BETWEEN: Final = re.compile(r"([\s,]+)")


def folder_of(configuration: Path, tenant: str) -> Path:
    """Where a tenant's own configuration is, if there is any."""
    return configuration / FOLDER / tenant


def forbidden(layer: Layer) -> list[Problem]:
    """What a tenant's file sets although it belongs to the whole process."""
    return [
        Problem(assigned.origin, f"{'.'.join(path)} belongs to the whole installation; set it in the main config.yaml")
        for path, assigned in layer.values.items()
        if path[0] in _OF_THE_PROCESS or path in _OF_ALL | _NAMES
    ]


def schemas_of(settings: Settings, tenant: str) -> tuple[str, str]:
    """What a tenant's ledger and its passages are called in a database."""
    own = tenant.replace("-", "_")
    return f"{settings.storage.postgres_schema or 'lacuna'}_{own}", f"{settings.vectors.name}_{own}"


def apart(settings: Settings, tenant: str) -> Settings:
    """The settings with every place and key of the tenant's own. Paths are absolute already."""
    storage = settings.storage
    schema, collections = schemas_of(settings, tenant)
    kept = {"data_path": storage.data_path / FOLDER / tenant, "postgres_schema": schema}
    passages = {"name": collections}
    return settings.model_copy(
        update={
            "storage": storage.model_copy(update=kept),
            "vectors": settings.vectors.model_copy(update=passages),
            "audit": _audit(settings.audit, tenant),
        }
    )


def _audit(audit: AuditSettings, tenant: str) -> AuditSettings:
    own: dict[str, object] = {"anchors": _anchors(audit.anchors, tenant)}
    if audit.subject_keys_path is not None:
        own["subject_keys_path"] = audit.subject_keys_path / tenant
    for name in ("signing_key", "hmac_key", "retired_hmac_keys"):
        secret = getattr(audit, name)
        # What a reference names is made the tenant's own once it was fetched (`loading.with_values`).
        if secret is not None and not isinstance(secret, VaultReference):
            own[name] = SecretStr(_derived(secret.get_secret_value(), name, tenant))
    return audit.model_copy(update=own)


def _anchors(anchors: AnchorsSettings, tenant: str) -> AnchorsSettings:
    own: dict[str, object] = {}
    if anchors.file.path is not None:
        own["file"] = anchors.file.model_copy(update={"path": anchors.file.path / tenant})
    if anchors.object_store.url is not None:
        own["object_store"] = anchors.object_store.model_copy(update={"url": f"{anchors.object_store.url}/{tenant}"})
    return anchors.model_copy(update=own)


def _derived(keys: str, use: str, tenant: str) -> str:
    """Each key in the text as one of the tenant's own: HMAC-SHA-256 under it. What is no key stays as it is, so that it
    is refused where keys are read."""
    context = f"lacuna tenant\0{use.removeprefix('retired_').removesuffix('s')}\0{tenant}".encode()

    def own(part: str) -> str:
        return hmac.digest(bytes.fromhex(part), context, "sha256").hex() if _KEY.fullmatch(part) else part

    return "".join(own(part) for part in _BETWEEN.split(keys))
