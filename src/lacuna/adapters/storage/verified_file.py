"""How far the log has been verified: a note in a file of its own, signed by the log's key.

An incremental verification goes on from there. Who changes the database alone cannot change the file; who changes the
file too would have to sign it. Guarantees nothing about who puts an older copy back: then more is read than needed.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from lacuna.adapters.storage.faults import translated
from lacuna.adapters.storage.signer import CheckpointSigner
from lacuna.domain.errors import LedgerBroken
from lacuna.domain.merkle import HASH_SIZE, CompactRange
from lacuna.domain.notes import MAX_NOTE

_TITLE = "lacuna verified up to"
_CURE = "Run `lacuna audit verify` without --since-last: it writes the file anew."


@dataclass(frozen=True, slots=True)
class Verified:
    """The compact range of the records that passed."""

    range: CompactRange

    def text(self, origin: str) -> str:
        """The note's text."""
        hashes = base64.b64encode(b"".join(self.range.hashes)).decode()
        return f"{_TITLE}\n{origin}\n{self.range.size}\n{hashes or '-'}\n"


class VerifiedFile:
    """The file `verified` in the data folder."""

    def __init__(self, folder: Path, signer: CheckpointSigner) -> None:
        self.path = folder / "verified"
        self._signer = signer

    def read(self) -> Verified | None:
        """None where nothing was verified yet, or not since the key was rotated. Raises LedgerBroken for a file that
        this log's key did not sign, and StorageError."""
        with translated(self.path):
            try:
                with self.path.open("rb") as file:
                    raw = file.read(MAX_NOTE + 1)
            except FileNotFoundError:
                return None
        try:
            note = raw.decode("utf-8")
            if self._signer.is_retired(note):
                return None
            text = self._signer.opened_text(note, str(self.path))
            title, origin, size, packed = text.rstrip("\n").split("\n")
            joined = b"" if packed == "-" else base64.b64decode(packed, validate=True)
            hashes = tuple(joined[at : at + HASH_SIZE] for at in range(0, len(joined), HASH_SIZE))
            if title != _TITLE or origin != self._signer.origin or any(len(each) != HASH_SIZE for each in hashes):
                raise ValueError("it is another note")
            return Verified(CompactRange(int(size), hashes))
        except ValueError as reason:
            raise LedgerBroken(f"{self.path} is no record of a verification: {reason}.", cure=_CURE) from None

    def write(self, verified: Verified) -> None:
        """Replaces the file as a whole. Raises StorageError."""
        note = self._signer.signed(verified.text(self._signer.origin))
        fresh = self.path.with_name(f"verified.new.{os.getpid()}")
        with translated(self.path):
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self.path)
