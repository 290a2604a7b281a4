"""Files and folders as a source: `lacuna.ports.sources.Source`.

Hidden files and folders are left out unless they are named themselves, links that lead out of their folder always.
Devices and pipes are refused before they are opened: opening one may wait for ever.
"""

import asyncio
import errno
import os
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from lacuna.adapters.sources.patterns import wanted
from lacuna.domain.errors import InvalidInput, LacunaError, NotFound, TooLarge, UnreadableDocument
from lacuna.ports.plugins import OptionFault, read_options
from lacuna.ports.sources import Content, Item

MAX_FILES: Final = 500_000

_SETTLED_NS: Final = 2_000_000_000
"""A file that was changed less than this ago may change again without its times showing it."""


class FolderSource:
    """A `Source` over `paths`. An item's URI is the file's absolute path, its label the path from the folder that was
    named, that folder's name included; `wanted` says of paths below it which are taken. Its version is made of what the
    file system says about it."""

    kind = "folder"

    def __init__(self, paths: Sequence[Path], wanted: Callable[[str], bool] = lambda path: True) -> None:
        self._paths = tuple(paths)
        self._wanted = wanted

    @property
    def identity(self) -> str:
        return "\0".join(["folder", *(Path(os.path.realpath(path)).as_uri() for path in self._paths)])

    async def items(self) -> AsyncIterator[Item]:
        """In the order of their paths."""
        for item in await asyncio.to_thread(_items, self._paths):
            if item.incomplete or self._wanted(item.label.partition("/")[2]):
                yield item

    async def fetch(self, item: Item, max_bytes: int) -> Content:
        return await asyncio.to_thread(_read, _path(item), max_bytes)

    async def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """`path` is the folder's; `include` and `exclude` are patterns of paths within it."""

    path: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def configured(options: Mapping[str, object], secrets: Mapping[str, str]) -> FolderSource:
    """A folder of the configuration. Raises OptionFault."""
    given = read_options(options, FolderOptions)
    if not Path(given.path).is_absolute():
        raise OptionFault("path", "must be an absolute path")
    if secrets:
        raise OptionFault("secrets", "must be left out: a folder needs none")
    return FolderSource([Path(given.path)], wanted(given.include, given.exclude))


def _items(paths: Sequence[Path]) -> list[Item]:
    found: dict[Path, Item] = {}
    for path in paths:
        for file, item in _under(path):
            found.setdefault(file, item)
            if len(found) > MAX_FILES:
                raise TooLarge(f"There are more than {MAX_FILES:,} files.", cure="Ingest the folders one by one.")
    return [item for _, item in sorted(found.items(), key=lambda pair: pair[0])]


def _under(path: Path) -> Iterator[tuple[Path, Item]]:
    try:
        root = path.resolve(strict=True)
    except (OSError, RuntimeError):
        missing = NotFound("There is no such file or folder.", cure="Check the path.")
        yield path.absolute(), _unlisted(path.absolute(), str(path), missing)
        return
    if not root.is_dir():
        yield root, _checked(root, root.name)
        return
    faults: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=faults.append):
        # In place: os.walk goes on with what is left. It does not follow linked folders.
        names[:] = [name for name in names if not name.startswith(".")]
        for name in files:
            file = Path(folder, name)
            if not name.startswith(".") and (not file.is_symlink() or _inside(file, root)):
                yield file, _checked(file, file.relative_to(root.parent).as_posix())
    for fault in faults:
        beneath = Path(os.fsdecode(fault.filename or root))
        problem = UnreadableDocument(f"The folder cannot be listed: {fault.strerror}.", cure="Check its permissions.")
        yield beneath, _unlisted(beneath, beneath.relative_to(root.parent).as_posix(), problem)


def _checked(file: Path, label: str) -> Item:
    problem: LacunaError | None = None
    version = ""
    try:
        said = file.stat()
    except OSError as error:
        problem = _unopened(error)
    else:
        version = _version(said)
        if not stat.S_ISREG(said.st_mode):
            problem = InvalidInput("This is no regular file.", cure="Name files and folders.")
    return Item(file.as_uri(), _printable(label), file.name, version, problem)


def _unlisted(folder: Path, label: str, problem: LacunaError) -> Item:
    return Item(folder.as_uri(), _printable(label), folder.name, problem=problem, incomplete=True)


def _read(path: Path, max_bytes: int) -> Content:
    """The file's bytes, never more than `max_bytes`. Without a version where it may have changed meanwhile."""
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise UnreadableDocument("This is no regular file.", cure="Name files and folders.")
            data = file.read(max_bytes + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise _unopened(error) from None
    if len(data) > max_bytes:
        raise TooLarge(f"The file is larger than {max_bytes:,} bytes.", cure="Split it or raise ingest.max_file_bytes.")
    settled = max(after.st_mtime_ns, after.st_ctime_ns) < time.time_ns() - _SETTLED_NS
    return Content(data, _version(after) if settled and _version(before) == _version(after) else "")


def _version(said: os.stat_result) -> str:
    """Whoever changes a file without it showing in these would have to set the clock back."""
    return f"{said.st_size}-{said.st_mtime_ns}-{said.st_ctime_ns}-{said.st_ino}"


def _path(item: Item) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(item.uri.removeprefix("file://"))))


def _unopened(error: OSError) -> LacunaError:
    if isinstance(error, FileNotFoundError):
        return NotFound("The file went away after it was listed.", cure="Run it again, or let the next run follow.")
    if error.errno == errno.ENAMETOOLONG:
        return UnreadableDocument("The file cannot be opened: its path is too long.", cure="Shorten it.")
    return UnreadableDocument(f"The file cannot be opened: {error.strerror}.", cure="Check its permissions.")


def _printable(label: str) -> str:
    return label if label.isprintable() else ascii(label)[1:-1]


def _inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False
