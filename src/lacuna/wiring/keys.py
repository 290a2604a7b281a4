"""The data folder's keys, from its files or from the configuration."""

from pathlib import Path

from lacuna.config.settings import AuditSettings
from lacuna.ports.secrets import KeyRing
from lacuna.wiring.catalog import back_end


def key_ring(folder: Path, wanted: AuditSettings) -> KeyRing:
    """Raises StorageError, and ConfigError for a key in the configuration that is none."""
    given = {
        name: secret.get_secret_value()
        for name, secret in (("signing_key", wanted.signing_key), ("hmac_key", wanted.hmac_key))
        if secret is not None
    }
    ring: KeyRing = back_end("keys", "files")(folder, **given)
    return ring
