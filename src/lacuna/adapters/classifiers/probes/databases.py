"""Probes compiled for Hyperscan, and the folder that keeps them from one process to the next.

Guarantees: a kept database is used only if it was compiled from exactly these probes, by this version of Hyperscan, for
this kind of processor, if its SHA-256 is the one it was saved with, and if nobody but its owner (this user or root)
could have written it: Hyperscan does not check what it loads. Compiling takes some ten seconds of one core for each
dialect, so it is done once for a machine and user, by one process at a time. Which probes to look for is left to
`probe_filter`.
"""

import fcntl
import hashlib
import importlib
import importlib.util
import os
import platform
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from lacuna.adapters.classifiers.probes.dialect import Dialect, Untranslatable, translated

_PACKAGE: Final = "hyperscan"
hyperscan: Any = importlib.import_module(_PACKAGE) if importlib.util.find_spec(_PACKAGE) is not None else None
"""None where there is no wheel for this platform."""

FORMAT: Final = "probes/2"
"""Changes with this module and `dialect`, wherever the same probes could be compiled or kept differently."""

_FEATURES: Final = (
    "ssse3",
    "sse4_2",
    "popcnt",
    "avx",
    "avx2",
    "bmi1",
    "bmi2",
    "avx512f",
    "avx512bw",
    "avx512_vbmi",
    "asimd",
    "sve",
    "sve2",
)
_CPU_FACTS: Final = Path("/proc/cpuinfo")
_SEAL: Final = 32
_UNUSED_S: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class _Part:
    """The probes of one database: the `share`-th of `shares` equal parts."""

    dialect: Dialect
    share: int = 0
    shares: int = 1

    def numbers(self, probes: int) -> range:
        return range(self.share * probes // self.shares, (self.share + 1) * probes // self.shares)


_PARTS: Final = (_Part(Dialect.ASCII), _Part(Dialect.UNICODE, 0, 2), _Part(Dialect.UNICODE, 1, 2))
"""Two databases are scanned in half as much time again as one, but compiled in a third of the time."""


class ScanFailed(Exception):
    """Hyperscan did not scan a text to its end."""


@dataclass(frozen=True, slots=True)
class CompiledProbes:
    """Databases for ASCII texts and for all others, in the order of `_PARTS`. Safe under threads."""

    ascii: tuple["_Scanner", ...]
    unicode: tuple["_Scanner", ...]

    @classmethod
    def of(cls, probes: Sequence[str]) -> "CompiledProbes | None":
        """Compiles `probes` (folded RE2 syntax); None where Hyperscan is missing or refuses one. Takes most of a minute
        for all that ship."""
        if hyperscan is None:
            return None
        try:
            return cls._joined([_compiled(probes, part) for part in _PARTS])
        except (hyperscan.HyperscanError, Untranslatable):
            return None

    @classmethod
    def kept(cls, folder: Path, probes: Sequence[str]) -> "CompiledProbes | None":
        """What `folder` keeps for `probes`; None where that is nothing, damaged, foreign or open to others."""
        if hyperscan is None:
            return None
        raw = [_read(_file(folder, probes, part)) for part in _PARTS]
        if None in raw:
            return None
        try:
            return cls._joined([hyperscan.loadb(each or b"", hyperscan.HS_MODE_BLOCK) for each in raw])
        except hyperscan.HyperscanError:
            return None

    @classmethod
    def _joined(cls, databases: Sequence[Any]) -> "CompiledProbes":
        scanners: dict[Dialect, list[_Scanner]] = {dialect: [] for dialect in Dialect}
        for part, database in zip(_PARTS, databases, strict=True):
            scanners[part.dialect].append(_Scanner(database))
        return cls(tuple(scanners[Dialect.ASCII]), tuple(scanners[Dialect.UNICODE]))

    def keep(self, folder: Path, probes: Sequence[str]) -> None:
        """Keeps this in `folder` under the name of `probes`, and removes what nobody has used for a month before.
        Raises OSError where that cannot be written."""
        for part, scanner in zip(_PARTS, (*self.ascii, *self.unicode), strict=True):
            path = _file(folder, probes, part)
            _write(path, hyperscan.dumpb(scanner.database))
            for other in folder.glob("probes-*.hs"):
                if other.stat().st_mtime < path.stat().st_mtime - _UNUSED_S:
                    other.unlink(missing_ok=True)

    def numbers(self, text: str) -> list[int]:
        """The numbers of the probes that occur in a folded text. Raises ScanFailed."""
        found: list[int] = []
        raw = text.encode()
        for scanner in self.ascii if len(raw) == len(text) else self.unicode:
            scanner.scan(raw, found)
        return found


class _Scanner:
    """A database, and scratch space for as many threads as scan at once: two must never share one."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self._scan = database.scan
        self._scratch = hyperscan.Scratch(database)
        self._spare: deque[Any] = deque((self._scratch.clone(),))

    def scan(self, raw: bytes, found: list[int]) -> None:
        """Adds the numbers of the probes that occur. Raises ScanFailed."""
        try:
            scratch = self._spare.pop()
        except IndexError:
            scratch = self._scratch.clone()
        try:
            self._scan(raw, match_event_handler=_note, context=found, scratch=scratch)
        except hyperscan.HyperscanError as failed:
            raise ScanFailed from failed
        self._spare.append(scratch)


def _note(number: int, _start: int, _end: int, _flags: int, found: list[int]) -> None:
    found.append(number)


def available() -> bool:
    """Whether Hyperscan is installed."""
    return hyperscan is not None


def provide(folder: Path, probes: Sequence[str]) -> CompiledProbes | None:
    """What `folder` keeps for `probes`, compiled and kept there first if need be. Waits for another process that does
    the same. None where Hyperscan cannot; raises OSError where the folder cannot be written."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with _alone(folder):
        known = CompiledProbes.kept(folder, probes)
        if known is not None:
            return known
        made = CompiledProbes.of(probes)
        if made is not None:
            made.keep(folder, probes)
        return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "compiling.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _compiled(probes: Sequence[str], part: _Part) -> Any:
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_ALLOWEMPTY
    if part.dialect is Dialect.UNICODE:
        flags |= hyperscan.HS_FLAG_UTF8
    numbers = part.numbers(len(probes))
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[translated(probes[number], part.dialect).encode() for number in numbers],
        ids=list(numbers),
        elements=len(numbers),
        flags=[flags] * len(numbers),
    )
    return database


def _file(folder: Path, probes: Sequence[str], part: _Part) -> Path:
    state = hashlib.sha256("\n".join((FORMAT, version(_PACKAGE), _processor(), repr(part))).encode())
    for probe in probes:
        state.update(b"\0" + probe.encode())
    return folder / f"probes-{part.dialect.value}-{state.hexdigest()[:32]}.hs"


@cache
def _processor() -> str:
    """What a database depends on: a newer processor's instructions are used where there are any."""
    try:
        facts = _CPU_FACTS.read_text("ascii", "replace")
    except OSError:
        facts = ""
    flags = next((line for line in facts.splitlines() if line.lower().startswith(("flags", "features"))), "").split()
    return " ".join((platform.system(), platform.machine(), *(name for name in _FEATURES if name in flags)))


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            if facts.st_uid not in (0, os.geteuid()) or stat.S_IMODE(facts.st_mode) & 0o022:
                return None
            raw = file.read()
    except OSError:
        return None
    with suppress(OSError):  # the folder may be another's
        os.utime(path)
    seal, body = raw[:_SEAL], raw[_SEAL:]
    return body if hashlib.sha256(path.name.encode() + body).digest() == seal else None


def _write(path: Path, body: bytes) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as file:
            file.write(hashlib.sha256(path.name.encode() + body).digest() + body)
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
