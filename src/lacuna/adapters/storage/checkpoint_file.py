"""The newest signed checkpoint in a file of its own, beside the database.

Someone who puts an older database back, or cuts the log together with its head, is caught by this file as long as it
is not put back too; copy it elsewhere for that. Guarantees that the file is replaced as a whole, durably, and never by
an older checkpoint, whichever process writes.
"""

import os
from pathlib import Path

from lacuna.adapters.storage.faults import translated
from lacuna.adapters.storage.folder_lock import exclusive
from lacuna.domain.notes import MAX_NOTE, Checkpoint, parse_note

LOCK_SECONDS = 5.0


class CheckpointFile:
    """The file `checkpoint` in the data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "checkpoint"
        self._lock = folder / "checkpoint.lock"

    def read(self) -> str | None:
        """The note as it stands; None where there is no file. Raises StorageError."""
        with translated(self.path):
            try:
                with self.path.open("rb") as file:
                    raw = file.read(4 * MAX_NOTE + 1)
            except FileNotFoundError:
                return None
        return raw.decode("utf-8", "replace")

    def publish(self, note: str) -> None:
        """Replaces the file unless it attests a larger log already, or cannot be understood: then it is evidence and is
        left for verification to name. Raises StorageError."""
        with exclusive(self._lock, LOCK_SECONDS):
            current = self.read()
            if current is not None and not _supersedes(note, current):
                return
            with translated(self.path):
                self._replace(note.encode())

    def _replace(self, raw: bytes) -> None:
        fresh = self.path.with_name("checkpoint.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            view = memoryview(raw)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(fresh, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _supersedes(note: str, current: str) -> bool:
    try:
        size = Checkpoint.of(parse_note(current).text).size
    except ValueError:
        return False
    return size < Checkpoint.of(parse_note(note).text).size
