"""One key in one file: 32 bytes in hexadecimal, private, durable before it is used.

Guarantees that of several processes that make a key one does, and all use the same; and that a key which everyone on
the machine can read is refused.
"""

import errno
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from lacuna.domain.errors import ConfigError, StorageCorrupt, StorageError, StorageFull, StorageMissing

KEY_BYTES = 32
MAX_RETIRED = 1_000
"""Keys that may have been replaced: a text is looked for under each."""

_LONGEST = 4 * KEY_BYTES
_OTHERS = 0o007
_FULL = "Free space on the volume and try again."
_RETIRED = "hmac.retired"


def read_retired(keys: Path) -> list[bytes]:
    """The HMAC keys before the current one, oldest first; none where there is no file. Raises StorageError."""
    path = keys / _RETIRED
    try:
        lines = _private_bytes(path, MAX_RETIRED * _LONGEST).split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise key_fault(fault, path) from fault
    if lines.pop() or len(lines) > MAX_RETIRED:
        raise StorageCorrupt(f"{path} is cut or too long.", cure="Restore the keys folder from a backup.")
    return [_parsed(line, path) for line in lines]


def write_retired(keys: Path, retired: Sequence[bytes]) -> None:
    """Replaces the file, durably once the folder is synchronised. Raises OSError."""
    fresh = keys / f"{_RETIRED}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(key.hex().encode() + b"\n" for key in retired)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, keys / _RETIRED)


def sync_folder(path: Path) -> None:
    """What was renamed or made in a folder is on disk afterwards. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def given_key(text: str, setting: str) -> bytes:
    """A key from the configuration. Raises ConfigError."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{setting} is not {KEY_BYTES} bytes in hexadecimal.", cure="Make one with `openssl rand -hex 32`."
        )
    return key


def make_folder(keys: Path) -> None:
    """The folder of keys, for its owner only. Raises StorageError."""
    try:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise key_fault(fault, keys) from fault


def found_key(path: Path, create: bool) -> bytes:
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
        raise key_fault(fault, path) from fault


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
    sync_folder(path.parent)


def _read(path: Path) -> bytes:
    return _parsed(_private_bytes(path, _LONGEST), path)


def _private_bytes(path: Path, most: int) -> bytes:
    """The beginning of a file that only its owner and group can use. Raises OSError and StorageError."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        raw = file.read(most + 1)
    if mode & _OTHERS:
        raise StorageError(
            f"The key {path} can be used by everyone on this machine (mode {mode & 0o777:04o}).",
            cure=f"Run `chmod 600 '{path}'`, and replace the key if others may have read it.",
            code="key_exposed",
        )
    return raw


def _parsed(raw: bytes, path: Path) -> bytes:
    try:
        key = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StorageCorrupt(
            f"The key {path} is not {KEY_BYTES} bytes in hexadecimal.", cure="Restore the keys folder from a backup."
        )
    return key


def key_fault(fault: OSError, path: Path) -> StorageError:
    """What to say of a file of keys that cannot be used."""
    reason = fault.strerror or type(fault).__name__
    if isinstance(fault, PermissionError):
        return StorageError(
            f"{path} may not be used ({reason}).", cure="Give Lacuna's user access.", code="storage_read_only"
        )
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(f"No room is left to write {path} ({reason}).", cure=_FULL)
    return StorageError(f"{path} could not be used ({reason}).", cure="Check the volume it lies on.", code="storage_io")
