"""Keys in files of the data folder: `keys/hmac.key` and `keys/signing.key`, and those before them.

Guarantees that of several processes starting at once one makes the keys and all use the same, that a key is on disk
before it is used, and that keys which everyone on the machine can read are refused. Whoever can read the files can
forge the log's signature and test guesses against its HMACs: keep them out of the backups' public copies.

A group may be given access to the files (mode 0640 or 0660), because volumes mounted with a group id arrive that way.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lacuna.adapters.secrets.chain import leads_to, read_chain, verifier, write_chain
from lacuna.adapters.secrets.hmac_keys import HmacKeys, hmac_key_id
from lacuna.adapters.secrets.key_file import (
    MAX_RETIRED,
    found_key,
    given_key,
    key_fault,
    make_folder,
    read_retired,
    sync_folder,
    write_retired,
)
from lacuna.domain.errors import StorageCorrupt, StorageError, StorageMissing
from lacuna.domain.rotation import Rotation
from lacuna.ports.secrets import RetiredKey

_NEXT_HMAC = "hmac.next"


class FileKeyRing:
    """A `KeyRing` over `folder`/keys. With `create`, keys that are missing are made; otherwise StorageMissing is
    raised. With `rotating` (`rekeying` for the HMAC key), the incoming key is made or, where a rotation was
    interrupted, found again; without it an unfinished rotation raises StorageError. A key that is given (32 bytes in
    hexadecimal) takes the place of its file, which is neither read nor made; `retired_hmac_keys` (oldest first)
    come after those in the folder. ConfigError is raised for a key that is none."""

    __slots__ = ("_hmacs", "_incoming_hmac", "_next", "_private", "_public", "_retired", "_signer_name")

    def __init__(
        self,
        folder: Path,
        *,
        create: bool = True,
        rotating: bool = False,
        rekeying: bool = False,
        signing_key: str = "",
        hmac_key: str = "",
        retired_hmac_keys: Sequence[str] = (),
    ) -> None:
        keys = folder / "keys"
        if create:
            make_folder(keys)
        secret = given_key(hmac_key, "audit.hmac_key") if hmac_key else found_key(keys / "hmac.key", create)
        before = [given_key(each, "audit.retired_hmac_keys") for each in retired_hmac_keys]
        self._hmacs = HmacKeys(secret, [*read_retired(keys), *before])
        self._incoming_hmac = "" if hmac_key else _incoming_hmac(keys, rekeying)
        seed = given_key(signing_key, "audit.signing_key") if signing_key else found_key(keys / "signing.key", create)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes_raw()
        self._retired = _retired(keys)
        self._next = self._incoming(keys, rotating)
        first = self._retired[0].public_key if self._retired else self._public
        self._signer_name = f"lacuna.local/{first.hex()[:8]}"

    @property
    def hmac_key_id(self) -> str:
        return self._hmacs.key_ids[0]

    @property
    def hmac_key_ids(self) -> tuple[str, ...]:
        return self._hmacs.key_ids

    @property
    def incoming_hmac_key_id(self) -> str:
        """The id of the key that is about to replace the current one; only while it is rotated, else empty."""
        return self._incoming_hmac

    def hmac(self, text: str | bytes, key_id: str = "") -> str:
        return self._hmacs.hmac(text, key_id)

    def hmacs(self, text: str | bytes) -> tuple[str, ...]:
        return self._hmacs.hmacs(text)

    def lasting(self, text: str | bytes) -> str:
        return self._hmacs.lasting(text)

    def derived(self, purpose: str) -> bytes:
        return self._hmacs.derived(purpose)

    def supersede(self) -> None:
        self._hmacs.supersede()

    @property
    def signer_name(self) -> str:
        return self._signer_name

    @property
    def public_key(self) -> bytes:
        return self._public

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    @property
    def retired(self) -> tuple[RetiredKey, ...]:
        return self._retired

    @property
    def incoming(self) -> bytes | None:
        return None if self._next is None else self._next.public_key().public_bytes_raw()

    def sign_incoming(self, message: bytes) -> bytes:
        if self._next is None:
            raise StorageMissing("No key is about to replace the signing key.", cure="Run `lacuna audit rotate-key`.")
        return self._next.sign(message)

    def _incoming(self, keys: Path, rotating: bool) -> Ed25519PrivateKey | None:
        last = leads_to(self._retired)
        pending = keys / "signing.next"
        if not rotating and pending.exists():
            raise StorageError(
                f"The rotation of the signing key in {keys} was not finished.",
                cure="Run `lacuna audit rotate-key` again; it goes on where it stopped.",
                code="rotation_unfinished",
            )
        if not rotating and last not in (None, self._public):
            raise StorageCorrupt(
                f"The chain of keys in {keys} does not lead to the signing key.",
                cure="Restore the keys folder from a backup.",
            )
        return Ed25519PrivateKey.from_private_bytes(found_key(pending, create=True)) if rotating else None

    def __repr__(self) -> str:
        return f"FileKeyRing(signer_name={self._signer_name!r}, hmac_key_id={self.hmac_key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("keys are not pickled: open the key ring again in the other process")


def finish_rotation(folder: Path, until: int, statement: str) -> None:
    """The incoming key of `folder` signs from now on, the one before it is retired and its private half gone. May be
    repeated after an interruption. Raises StorageError."""
    keys = folder / "keys"
    retired = _retired(keys)
    rotation = Rotation.verified(statement, verifier)
    try:
        if all(each.public_key != rotation.old for each in retired):
            write_chain(keys / "signing.chain", [*retired, RetiredKey(rotation.old, until, statement)])
        os.replace(keys / "signing.next", keys / "signing.key")
        sync_folder(keys)
    except OSError as fault:
        raise key_fault(fault, keys) from fault


def finish_rekeying(folder: Path) -> None:
    """The incoming HMAC key of `folder` is the current one from now on; the one before it is kept, to recognise what
    was named under it. May be repeated after an interruption. Raises StorageError."""
    keys = folder / "keys"
    retired, old = read_retired(keys), found_key(keys / "hmac.key", create=False)
    if len(retired) >= MAX_RETIRED:
        raise StorageError(f"{keys} holds {MAX_RETIRED} replaced HMAC keys.", cure="Go on with the present one.")
    try:
        if old not in retired:
            write_retired(keys, [*retired, old])
            # Never may the new key be there without the old one.
            sync_folder(keys)
        os.replace(keys / _NEXT_HMAC, keys / "hmac.key")
        sync_folder(keys)
    except OSError as fault:
        raise key_fault(fault, keys) from fault


def _incoming_hmac(keys: Path, rekeying: bool) -> str:
    pending = keys / _NEXT_HMAC
    if rekeying:
        return hmac_key_id(found_key(pending, create=True))
    if pending.exists():
        raise StorageError(
            f"The rotation of the HMAC key in {keys} was not finished.",
            cure="Run `lacuna audit rotate-hmac-key` again; it goes on where it stopped.",
            code="rotation_unfinished",
        )
    return ""


def _retired(keys: Path) -> tuple[RetiredKey, ...]:
    path = keys / "signing.chain"
    try:
        return read_chain(path)
    except OSError as fault:
        raise key_fault(fault, path) from fault
