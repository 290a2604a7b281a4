"""Rotating the signing key of a data folder that no server uses."""

from collections.abc import Mapping

from lacuna.adapters.secrets.chain import leads_to
from lacuna.adapters.secrets.files import FileKeyRing, finish_rotation
from lacuna.adapters.storage.clock import SystemClock
from lacuna.config import load
from lacuna.domain.errors import ConfigError
from lacuna.domain.identity import Principal
from lacuna.domain.notes import verifier_key
from lacuna.usecases.rotate_key import rotated
from lacuna.wiring.build import hold_folder, prepared, refuse_unsupported
from lacuna.wiring.storage import open_store


async def rotate_signing_key(overrides: Mapping[str, object], principal: Principal) -> tuple[int, str]:
    """Gives the log a new signing key; finishes a rotation that was interrupted. Returns the size up to which the old
    key signed, and the new verifier key. Raises StorageLocked while a server holds the folder, and other
    StorageErrors."""
    found = load(overrides)
    refuse_unsupported(found)
    folder = prepared(found.settings.storage.data_path)
    if found.settings.audit.signing_key is not None:
        raise ConfigError(
            "The signing key comes from audit.signing_key, which no command can replace.",
            cure="Put it into keys/signing.key of the data folder (mode 600), take it out of the configuration, and "
            "rotate it there.",
        )
    stored = found.settings.storage
    given = found.settings.audit.hmac_key
    hmac_key = "" if given is None else given.get_secret_value()
    with hold_folder(folder):
        keys = FileKeyRing(folder, create=False, rotating=True, hmac_key=hmac_key)
        if keys.incoming is not None and leads_to(keys.retired) == keys.incoming:
            until, statement = keys.retired[-1].until, keys.retired[-1].statement
        else:
            storage = await open_store(stored, folder, keys, create=False)
            try:
                until, statement = await rotated(storage.ledger, keys, SystemClock(), principal)
            finally:
                await storage.close()
        finish_rotation(folder, until, statement)
    fresh = FileKeyRing(folder, create=False, hmac_key=hmac_key)
    return until, verifier_key(fresh.signer_name, fresh.public_key)
