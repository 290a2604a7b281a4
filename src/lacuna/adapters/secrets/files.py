"""Keys in files of the data folder: `keys/hmac.key` and `keys/signing.key`.

Guarantees that of several processes starting at once one makes the keys and all use the same, that a key is on disk
before it is used, and that keys which everyone on the machine can read are refused. Whoever can read the files can
forge the log's signature and test guesses against its HMACs: keep them out of the backups' public copies.

A group may be given access to the files (mode 0640 or 0660), because volumes mounted with a group id arrive that way.
"""

import errno
import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from lacuna.adapters.secrets.chain import leads_to, read_chain, verifier, write_chain
from lacuna.domain.errors import ConfigError, StorageCorrupt, StorageError, StorageFull, StorageMissing
from lacuna.domain.rotation import Rotation
from lacuna.ports.secrets import RetiredKey

KEY_BYTES = 32
_LONGEST = 4 * KEY_BYTES
_OTHERS = 0o007
_FULL = "Free space on the volume and try again."


class FileKeyRing:
    """A `KeyRing` over `folder`/keys. With `create`, keys that are missing are made; otherwise StorageMissing is
    raised. With `rotating`, the incoming key is made or, where a rotation was interrupted, found again; without it an
    unfinished rotation raises StorageError. A key that is given (32 bytes in hexadecimal) takes the place of its file,
    which is neither read nor made; ConfigError is raised for one that is none."""

    __slots__ = ("_derivation", "_hmac", "_hmac_key_id", "_next", "_private", "_public", "_retired", "_signer_name")

    def __init__(
        self, folder: Path, *, create: bool = True, rotating: bool = False, signing_key: str = "", hmac_key: str = ""
    ) -> None:
        keys = folder / "keys"
        if create:
            _make_folder(keys)
        secret = _given(hmac_key, "audit.hmac_key") if hmac_key else _key(keys / "hmac.key", create)
        self._hmac = hmac.new(secret, digestmod="sha256")
        # HKDF-Extract (RFC 5869) keys with the salt, so it gives nothing that `hmac` gives for any text.
        self._derivation = hmac.digest(b"lacuna derived keys", secret, "sha256")
        self._hmac_key_id = self.hmac("lacuna hmac key id")[:8]
        seed = _given(signing_key, "audit.signing_key") if signing_key else _key(keys / "signing.key", create)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key().public_bytes_raw()
        self._retired = _retired(keys)
        self._next = self._incoming(keys, rotating)
        first = self._retired[0].public_key if self._retired else self._public
        self._signer_name = f"lacuna.local/{first.hex()[:8]}"

    @property
    def hmac_key_id(self) -> str:
        return self._hmac_key_id

    def hmac(self, text: str | bytes) -> str:
        # A copy of the keyed state costs half of keying anew.
        keyed = self._hmac.copy()
        keyed.update(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        return keyed.hexdigest()

    def derived(self, purpose: str) -> bytes:
        """By HKDF-Expand (RFC 5869)."""
        return HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(self._derivation)

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
        return Ed25519PrivateKey.from_private_bytes(_key(pending, create=True)) if rotating else None

    def __repr__(self) -> str:
        return f"FileKeyRing(signer_name={self._signer_name!r}, hmac_key_id={self._hmac_key_id!r})"

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
        _sync_folder(keys)
    except OSError as fault:
        raise _fault(fault, keys) from fault


def _retired(keys: Path) -> tuple[RetiredKey, ...]:
    path = keys / "signing.chain"
    try:
        return read_chain(path)
    except OSError as fault:
        raise _fault(fault, path) from fault


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _given(text: str, setting: str) -> bytes:
    """A key from the configuration."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{setting} is not {KEY_BYTES} bytes in hexadecimal.", cure="Make one with `openssl rand -hex 32`."
        )
    return key


def _make_folder(keys: Path) -> None:
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise _fault(fault, keys) from fault


def _key(path: Path, create: bool) -> bytes:
    """The key in `path`, made first if it is missing and `create` is true."""
    try:
        if create and not path.exists():
            _create(path)
        return _read(path)
    except FileNotFoundError:
        raise StorageMissing(
            f"The key {path} is not there.", cure="Restore the keys folder from the backup that the database came from."
        ) from None
    except OSError as fault:
        raise _fault(fault, path) from fault


def _create(path: Path) -> None:
    """Makes a key under another name and links it into place: of two processes the second finds the first one's."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, f"{secrets.token_hex(KEY_BYTES)}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(fresh, path)
        except FileExistsError:
            return
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        raw = file.read(_LONGEST)
    if mode & _OTHERS:
        raise StorageError(
            f"The key {path} can be used by everyone on this machine (mode {mode & 0o777:04o}).",
            cure=f"Run `chmod 600 '{path}'`, and replace the key if others may have read it.",
            code="key_exposed",
        )
    try:
        key = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StorageCorrupt(
            f"The key {path} is not {KEY_BYTES} bytes in hexadecimal.", cure="Restore the keys folder from a backup."
        )
    return key


def _fault(fault: OSError, path: Path) -> StorageError:
    reason = fault.strerror or type(fault).__name__
    if isinstance(fault, PermissionError):
        return StorageError(
            f"{path} may not be used ({reason}).", cure="Give Lacuna's user access.", code="storage_read_only"
        )
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(f"No room is left to write {path} ({reason}).", cure=_FULL)
    return StorageError(f"{path} could not be used ({reason}).", cure="Check the volume it lies on.", code="storage_io")
