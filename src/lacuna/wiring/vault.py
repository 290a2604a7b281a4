"""Fetching what `vault:` references in the configuration name."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from lacuna.config import Loaded, load
from lacuna.config.loading import with_values
from lacuna.config.settings import SecretsSettings
from lacuna.config.vault import Secret, VaultReference
from lacuna.domain.errors import ConfigError, LacunaError
from lacuna.ports.secrets import SecretSource
from lacuna.wiring.catalog import back_end

_CURE = "Correct every line, or give the secret in its ..._FILE variable."


def load_with_secrets(overrides: Mapping[str, object] | None = None) -> Loaded:
    """`lacuna.config.load` and what its references name. Raises as `with_secrets`, and ConfigError."""
    return with_secrets(load(overrides))


def with_secrets(found: Loaded) -> Loaded:
    """The configuration with every reference replaced by its value, read once: a later version counts after a restart.
    Opens no connection where there is no reference. Blocking; may be called from an event loop's thread. Raises
    ConfigError for a reference to nothing, and a DependencyError where Vault does not answer."""
    if not found.references:
        return found
    named = {".".join(path): reference for path, reference in found.references.items()}
    with ThreadPoolExecutor(1, "vault") as thread:
        fetched = thread.submit(asyncio.run, from_vault(found.settings.secrets, named)).result()
    return with_values(found, {path: fetched[".".join(path)] for path in found.references})


async def from_vault(settings: SecretsSettings, references: Mapping[str, VaultReference]) -> dict[str, str]:
    """What the references name. Raises as `with_secrets`."""
    if settings.vault_url is None or settings.vault_token is None:
        raise ConfigError("Secrets are in Vault, but secrets.vault_url or secrets.vault_token is missing.", cure=_CURE)
    source: SecretSource = back_end("secrets", "vault")(settings.vault_url, settings.vault_token.get_secret_value())
    known: dict[Secret, dict[str, str]] = {}
    try:
        for reference in references.values():
            if reference.secret not in known:
                known[reference.secret] = await _fields(source, reference)
    finally:
        await source.close()
    missing = [
        f"{name}: {each.text}: the secret has no such field"
        for name, each in references.items()
        if not known[each.secret].get(each.field)
    ]
    if missing:
        raise ConfigError("Vault does not hold what the configuration names.", cure=_CURE, problems=tuple(missing))
    return {name: known[each.secret][each.field] for name, each in references.items()}


async def _fields(source: SecretSource, reference: VaultReference) -> dict[str, str]:
    secret = reference.secret
    try:
        return await source.fields(secret.mount, secret.path, secret.version)
    except LacunaError as error:
        error.message = f"{reference.text}: {error.message}"
        raise
