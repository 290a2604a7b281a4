"""Where the passages are, recorded in the data folder, and the locks that make a change of it safe.

A *place* is a back end and a generation, so that a store can move to a new place of the same kind. The file
`passages.json` names the place in force, the one that a reindex is filling, and those that are to be deleted. It is
exchanged whole and durably, and looked at before every search and every write: a change counts at once in every process
of the data folder.

A writer holds a lock of its document from before it looks until it has written (flock on one of STRIPES files). Whoever
holds all of them knows that nobody is writing, and that whoever writes next will see what the file says now.
"""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Final
from zlib import crc32

from lacuna.domain.errors import StorageCorrupt, StorageError, StorageLocked, StorageMissing

FILE: Final = "passages.json"
LOCKS: Final = "passages.locks"
STRIPES: Final = 32
_CURE: Final = "Put it back from a backup of the data folder; docs/vector-stores.md says how to do without one."
_WAIT_SECONDS: Final = 60.0
_FIRST_PAUSE: Final = 0.001
_LONGEST_PAUSE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Place:
    """One place for passages."""

    backend: str
    generation: int = 1

    def __str__(self) -> str:
        return f"{self.backend}-{self.generation}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The place in force; the one being filled, if any; those no longer used; and the highest generation there was."""

    active: Place
    target: Place | None = None
    retired: tuple[Place, ...] = ()
    last: int = 1

    @property
    def written(self) -> tuple[Place, ...]:
        """Where changes go: the one that is filled first, so that what fails there has changed nothing in force."""
        return (self.active,) if self.target is None else (self.target, self.active)

    def filling(self, backend: str) -> "Pointer":
        """A new place of `backend` begins to be filled; no two places ever have one generation."""
        return replace(self, target=Place(backend, self.last + 1), last=self.last + 1)

    def switched(self, to: Place) -> "Pointer":
        """The place that was filled is in force."""
        return replace(self, active=to, target=None, retired=(*self.retired, self.active))

    def abandoned(self, target: Place) -> "Pointer":
        """The place in force stays it."""
        return replace(self, target=None, retired=(*self.retired, target))

    def without(self, place: Place) -> "Pointer":
        """One that was retired is no more."""
        return replace(self, retired=tuple(each for each in self.retired if each != place))


class PlaceFile:
    """The record in the data folder. Safe under threads."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._seen: tuple[tuple[int, int, int], Pointer] | None = None

    def begin(self, first: Place) -> None:
        """Records the first place of a data folder that has no record; of several that do so at once, one wins. Raises
        StorageMissing where there was one before: somebody has written under its locks."""
        if self._path.exists():
            return
        if (self._path.parent / LOCKS).exists() and not self._path.exists():
            raise self._missing("is not there")
        fresh = self._path.with_suffix(f".{token_hex(8)}.new")
        try:
            _written(fresh, Pointer(first))
            with suppress(FileExistsError):
                os.link(fresh, self._path)
            fresh.unlink()
            _keep(self._path.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def read(self) -> Pointer:
        """What it says now. Raises StorageError."""
        try:
            state = self._path.stat()
            identity = (state.st_ino, state.st_mtime_ns, state.st_size)
            seen = self._seen
            if seen is not None and seen[0] == identity:
                return seen[1]
            found = _parsed(self._path.read_bytes())
        except OSError as error:
            raise self._missing(f"cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise StorageCorrupt(f"{self._path} is damaged: it says where the passages are.", cure=_CURE) from None
        self._seen = (identity, found)
        return found

    def write(self, pointer: Pointer) -> None:
        """Durable when it returns. Raises StorageError."""
        fresh = self._path.with_suffix(".new")
        try:
            _written(fresh, pointer)
            fresh.replace(self._path)
            _keep(self._path.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def _missing(self, how: str) -> StorageMissing:
        return StorageMissing(f"{self._path} {how}: it says where the passages are.", cure=_CURE)

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(f"{self._path} cannot be written ({error.strerror}).", cure="Free some space.")


class WriteLocks:
    """One lock for each document, many documents to a lock. Held by tasks and processes alike."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / LOCKS

    @asynccontextmanager
    async def holding(self, document_id: str) -> AsyncIterator[None]:
        """Raises StorageLocked where another holds it for a minute."""
        async with self._stripe(crc32(document_id.encode("utf-8", "surrogatepass")) % STRIPES):
            yield

    @asynccontextmanager
    async def holding_all(self) -> AsyncIterator[None]:
        """Raises StorageLocked where another holds one for a minute."""
        async with AsyncExitStack() as stack:
            for number in range(STRIPES):
                await stack.enter_async_context(self._stripe(number))
            yield

    @asynccontextmanager
    async def _stripe(self, number: int) -> AsyncIterator[None]:
        descriptor = await take(self._folder / f"{number:02}", _WAIT_SECONDS)
        try:
            yield
        finally:
            os.close(descriptor)


async def take(path: Path, seconds: float) -> int:
    """A descriptor that holds the lock file `path` until it is closed, by whatever end of the process. Raises
    StorageLocked after waiting `seconds`."""
    try:
        descriptor = _opened(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be opened ({error.strerror}).", cure="Check the data folder.") from None
    until, pause = time.monotonic() + seconds, _FIRST_PAUSE
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise StorageLocked(
                        f"Another process has held {path} for {seconds:g} s.", cure="Try again in a moment."
                    ) from None
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def _written(path: Path, pointer: Pointer) -> None:
    """On disk when it returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(pointer), file)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """What the folder lists is on disk when it returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parsed(raw: bytes) -> Pointer:
    found = json.loads(raw)
    target = found["target"]
    places = [Place(**each) for each in (found["active"], *found["retired"], *([] if target is None else [target]))]
    numbers = [found["last"], *(place.generation for place in places)]
    if not all(type(number) is int and 0 < number <= found["last"] for number in numbers):
        raise ValueError("a number of a place is none")
    if not all(isinstance(place.backend, str) for place in places):
        raise ValueError("a back end is no name")
    active, *rest = places
    retired = tuple(rest if target is None else rest[:-1])
    return Pointer(active, None if target is None else rest[-1], retired, found["last"])
