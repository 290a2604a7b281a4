"""Which files a list of paths stands for, and reading one within a limit. Blocking: call it on a worker thread."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lacuna.domain.errors import InvalidInput, LacunaError, NotFound, TooLarge, UnreadableDocument

MAX_FILES: Final = 500_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or a path that is none and why. `path` is absolute; `source` is what readers see: the path from the
    folder that was named, that folder's name included."""

    path: Path
    source: str
    problem: LacunaError | None = None


def files_under(paths: Sequence[Path]) -> list[Found]:
    """The files in sorted order, each once. Hidden files and folders are left out unless they are named themselves,
    links that lead out of their folder always. Raises TooLarge beyond MAX_FILES."""
    found: dict[Path, Found] = {}
    for path in paths:
        for file in _under(path):
            found.setdefault(file.path, file)
            if len(found) > MAX_FILES:
                raise TooLarge(f"There are more than {MAX_FILES:,} files.", cure="Ingest the folders one by one.")
    return sorted(found.values(), key=lambda file: file.path)


def read_file(path: Path, max_bytes: int) -> bytes:
    """The file's bytes, never more than `max_bytes`. Raises TooLarge or UnreadableDocument."""
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableDocument("This is no regular file.", cure="Name files and folders.")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadableDocument(
            f"The file cannot be opened: {error.strerror}.", cure="Check its permissions."
        ) from None
    if len(data) > max_bytes:
        raise TooLarge(f"The file is larger than {max_bytes:,} bytes.", cure="Split it or raise ingest.max_file_bytes.")
    return data


def _under(path: Path) -> Iterator[Found]:
    try:
        root = path.resolve(strict=True)
    except (OSError, RuntimeError):
        yield Found(path.absolute(), str(path), NotFound("There is no such file or folder.", cure="Check the path."))
        return
    if not root.is_dir():
        yield _checked(root, root.name)
        return
    for folder, names, files in os.walk(root, onerror=None):
        # In place: os.walk goes on with what is left, in this order. It does not follow linked folders.
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if not name.startswith(".") and (not file.is_symlink() or _inside(file, root)):
                yield _checked(file, file.relative_to(root.parent).as_posix())


def _checked(file: Path, source: str) -> Found:
    """Devices and pipes are refused before they are opened: opening one may wait for ever."""
    if not source.isprintable():
        source = ascii(source)[1:-1]
    problem = None if file.is_file() else InvalidInput("This is no regular file.", cure="Name files and folders.")
    return Found(file, source, problem)


def _inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False
