"""The data folder's keys, from its files or from the configuration."""

import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from lacuna.config.audit_settings import AuditSettings
from lacuna.ports.hmac_keys import HmacKeyHistory
from lacuna.ports.secrets import KeyRing
from lacuna.usecases.hmac_key import HmacKeyFollow
from lacuna.wiring.application import Part
from lacuna.wiring.catalog import back_end
from lacuna.wiring.following import keep_following


def key_ring(folder: Path, wanted: AuditSettings) -> KeyRing:
    """Raises StorageError, and ConfigError for a key in the configuration that is none."""
    ring: KeyRing = back_end("keys", "files")(folder, **configured_keys(wanted))
    return ring


def configured_keys(wanted: AuditSettings) -> dict[str, Any]:
    """The keys that the configuration gives, as the key ring takes them."""
    secrets = (("signing_key", wanted.signing_key), ("hmac_key", wanted.hmac_key))
    given: dict[str, Any] = {name: secret.get_secret_value() for name, secret in secrets if secret is not None}
    if wanted.retired_hmac_keys is not None:
        given["retired_hmac_keys"] = re.split(r"[\s,]+", wanted.retired_hmac_keys.get_secret_value().strip())
    return given


def follow_hmac_key(history: HmacKeyHistory, keys: KeyRing, stack: AsyncExitStack) -> Part:
    """Starts the task that ends the use of a key once it was rotated elsewhere."""
    return Part(keep_following("hmac_key", HmacKeyFollow(history, keys), stack), required=True)
