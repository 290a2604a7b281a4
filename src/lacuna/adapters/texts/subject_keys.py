"""One key for each subject, in a file of its own, wrapped by a master key.

Guarantees that a key that was erased is found by nobody from that moment on and overwritten before its file goes, at
the next start if that was interrupted; that of several processes one makes a subject's key; and that no key is used
that was moved from another subject. The folder must stay out of backups: a key that a backup holds is not erased. What
a disk keeps of blocks that were overwritten is beyond it; that is why the keys are wrapped.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lacuna.domain.errors import StorageCorrupt, StorageError

KEY_BYTES = 32
NONCE_BYTES = 12
_ID_BYTES = 16
_GOING = ".erased"
_SIZE = _ID_BYTES + NONCE_BYTES + KEY_BYTES + 16


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A subject's key and its random id."""

    key_id: str
    key: bytes = field(repr=False)


class SubjectKeys:
    """The folder of wrapped keys. `master` has 32 bytes. Raises StorageError."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self.folder = folder
        self._master = AESGCM(master)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._finish()
        except OSError as fault:
            raise _fault(fault, folder) from fault

    def made(self, subject: str) -> SubjectKey:
        """The subject's key, made if there is none."""
        return self.find(subject) or self._make(subject)

    def find(self, subject: str) -> SubjectKey | None:
        """The subject's key. Raises StorageCorrupt where the file was changed, or is another subject's."""
        path = self._path(subject)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise _fault(fault, path) from fault
        key_id, nonce, wrapped = raw[:_ID_BYTES], raw[_ID_BYTES:][:NONCE_BYTES], raw[_ID_BYTES + NONCE_BYTES :]
        try:
            return SubjectKey(key_id.hex(), self._master.decrypt(nonce, wrapped, _bound(subject, key_id)))
        except (InvalidTag, ValueError):
            raise StorageCorrupt(
                f"The subject key {path} was changed, or wrapped by another master key.",
                cure="Its texts are lost; erase the subject. Check that the keys folder belongs to this data folder.",
            ) from None

    def destroy(self, subject: str) -> str | None:
        """Overwrites and removes the subject's key, and returns its id; None where there is none."""
        path = self._path(subject)
        gone = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_GOING}")
        try:
            # Renamed first: nobody may meet a key that is half overwritten.
            os.rename(path, gone)
            return self._overwrite(gone)
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise _fault(fault, path) from fault

    def _overwrite(self, path: Path) -> str:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            key_id = os.pread(descriptor, _ID_BYTES, 0).hex()
            os.pwrite(descriptor, bytes(_SIZE), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.unlink(missing_ok=True)
        self._sync()
        return key_id

    def _finish(self) -> None:
        """Destroys what an interrupted erasure left behind."""
        for path in self.folder.glob(f".*{_GOING}"):
            with suppress(FileNotFoundError):  # another process does it too
                self._overwrite(path)

    def _make(self, subject: str) -> SubjectKey:
        key_id, nonce, key = secrets.token_bytes(_ID_BYTES), secrets.token_bytes(NONCE_BYTES), secrets.token_bytes(32)
        path = self._path(subject)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, key_id + nonce + self._master.encrypt(nonce, key, _bound(subject, key_id)))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            try:
                os.link(fresh, path)
            except FileExistsError:
                return self.made(subject)
            finally:
                fresh.unlink(missing_ok=True)
            self._sync()
        except OSError as fault:
            raise _fault(fault, path) from fault
        return SubjectKey(key_id.hex(), key)

    def _path(self, subject: str) -> Path:
        return self.folder / f"{hashlib.sha256(subject.encode('utf-8', 'surrogatepass')).hexdigest()}.key"

    def _sync(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _bound(subject: str, key_id: bytes) -> bytes:
    return b"lacuna subject key 1\0" + key_id + subject.encode("utf-8", "surrogatepass")


def _fault(fault: OSError, path: Path) -> StorageError:
    return StorageError(
        f"The subject key {path} could not be used ({fault.strerror or type(fault).__name__}).",
        cure="Check the folder audit.subject_keys_path and the volume it lies on.",
    )
