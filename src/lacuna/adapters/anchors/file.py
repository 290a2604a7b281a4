"""Checkpoints as files of a folder, each written once and never touched again: for a mount that others control."""

import asyncio
import os
from pathlib import Path

from lacuna.adapters.anchors.names import checkpoint_name, same_checkpoint, sync_folder
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.ports.anchors import Publication


class FileAnchor:
    """An `Anchor` under `folder`, which must be there: a mount that is missing must not be taken for an empty one."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.host = str(folder)

    async def publish(self, publication: Publication) -> None:
        await asyncio.to_thread(self._write, publication.note)

    async def close(self) -> None:
        return None

    def _write(self, note: str) -> None:
        path = self._folder / checkpoint_name(note)
        try:
            if not self._folder.is_dir():
                raise FileNotFoundError(2, "no such folder")
            if not path.parent.is_dir():
                path.parent.mkdir(mode=0o755, exist_ok=True)
                sync_folder(self._folder)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
            except FileExistsError:
                self._compare(path, note)
                return
            with os.fdopen(descriptor, "wb") as file:
                file.write(note.encode())
                file.flush()
                os.fsync(file.fileno())
            sync_folder(path.parent)
        except OSError as fault:
            raise DependencyUnavailable(
                f"No checkpoint can be kept in {self._folder} ({fault.strerror or type(fault).__name__}).",
                cure="Mount the folder and give Lacuna's user the right to add files.",
            ) from fault

    def _compare(self, path: Path, note: str) -> None:
        kept = path.read_text("utf-8", "replace")
        if note != kept and note.startswith(kept):
            raise DependencyUnavailable(
                f"{path} was not written to its end.", cure="Nothing: the next checkpoint gets a file of its own."
            )
        if not same_checkpoint(kept, note):
            raise DependencyNonsense(
                f"{path} holds another checkpoint of this size: the log was forked or rolled back.",
                cure="Run `lacuna audit verify --against` with that file.",
            )
