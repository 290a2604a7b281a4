"""Rotating the signing key and the HMAC key of a data folder that no server uses."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from lacuna.adapters.secrets.chain import leads_to
from lacuna.adapters.secrets.files import FileKeyRing, finish_rekeying, finish_rotation
from lacuna.adapters.storage.clock import SystemClock
from lacuna.config import Loaded
from lacuna.domain.errors import ConfigError
from lacuna.domain.identity import Principal
from lacuna.domain.notes import verifier_key
from lacuna.usecases.hmac_key import SETTLE_S, rekeyed
from lacuna.usecases.rotate_key import rotated
from lacuna.wiring.build import hold_folder, prepared, refuse_unsupported
from lacuna.wiring.keys import configured_keys
from lacuna.wiring.storage import open_store
from lacuna.wiring.vault import load_with_secrets


async def rotate_signing_key(overrides: Mapping[str, object], principal: Principal) -> tuple[int, str]:
    """Gives the log a new signing key; finishes a rotation that was interrupted. Returns the size up to which the old
    key signed, and the new verifier key. Raises StorageLocked while a server holds the folder, and other
    StorageErrors."""
    found = await asyncio.to_thread(load_with_secrets, overrides)
    refuse_unsupported(found)
    folder = prepared(found.settings.storage.data_path)
    if found.settings.audit.signing_key is not None:
        raise ConfigError(
            "The signing key comes from audit.signing_key, which no command can replace.",
            cure="Put it into keys/signing.key of the data folder (mode 600), take it out of the configuration, and "
            "rotate it there.",
        )
    stored = found.settings.storage
    given = configured_keys(found.settings.audit)
    with _no_server(found):
        keys = FileKeyRing(folder, create=False, rotating=True, **given)
        if keys.incoming is not None and leads_to(keys.retired) == keys.incoming:
            until, statement = keys.retired[-1].until, keys.retired[-1].statement
        else:
            storage = await open_store(stored, folder, keys, create=False)
            try:
                until, statement = await rotated(storage.ledger, keys, SystemClock(), principal)
            finally:
                await storage.close()
        finish_rotation(folder, until, statement)
    fresh = FileKeyRing(folder, create=False, **given)
    return until, verifier_key(fresh.signer_name, fresh.public_key)


async def rotate_hmac_key(overrides: Mapping[str, object], principal: Principal) -> tuple[str, str]:
    """Gives the log a new HMAC key, the configured one or, where none is, one that is made; finishes a rotation that
    was interrupted. Returns the ids of the key before and of the new one. Raises StorageLocked while a server holds the
    folder, InvalidInput where the configured key is the log's already, and other StorageErrors."""
    found = await asyncio.to_thread(load_with_secrets, overrides)
    refuse_unsupported(found)
    settings = found.settings
    folder = prepared(settings.storage.data_path)
    configured = settings.audit.hmac_key is not None
    with _no_server(found):
        keys = FileKeyRing(folder, create=False, rekeying=not configured, **configured_keys(settings.audit))
        storage = await open_store(settings.storage, folder, keys, create=False)
        try:
            new = keys.hmac_key_id if configured else keys.incoming_hmac_key_id
            old, new = await rekeyed(storage.hmac_keys, keys.hmac_key_ids, new, SystemClock(), principal)
            if settings.storage.postgres_url is not None:
                # Servers on other machines do not hold this folder; they stop as soon as they see the record.
                await asyncio.sleep(SETTLE_S)
        finally:
            await storage.close()
        if not configured:
            finish_rekeying(folder)
    return old, new


@contextmanager
def _no_server(found: Loaded) -> Iterator[None]:
    """Holds the folder whose keys are rotated and, for a tenant's, that of the whole installation: a server of several
    tenants holds that one alone. Raises StorageLocked."""
    with ExitStack() as held:
        for folder in dict.fromkeys((found.settings.storage.data_path, found.shared_path)):
            held.enter_context(hold_folder(prepared(folder)))
        yield
