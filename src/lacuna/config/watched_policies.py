"""The folder `policies/` looked at again and again while Lacuna runs.

Promises that the folder is read once its files have stopped changing, also where they changed before the first look,
and that files with faults are an error as long as they stay so: what was in force before is the caller's to keep.
"""

from pathlib import Path

from lacuna.config import policies
from lacuna.domain.errors import ConfigError
from lacuna.domain.policy_set import PolicySet

_Mark = tuple[tuple[str, int, int, int], ...]


class WatchedPolicies:
    """`folder` is the folder `policies/`, `base` what its files are added to, `current` the whole set as it was read
    from them at the start. Not for several threads at once."""

    def __init__(self, folder: Path, base: PolicySet, current: PolicySet) -> None:
        self._folder = folder
        self._base = base
        self._current = current
        self._read: _Mark | None = None
        self._changing: _Mark | None = None
        self._fault: ConfigError | None = None

    def look(self) -> PolicySet | None:
        """The whole set, if it is another than before. Raises ConfigError while the files cannot be used."""
        mark = self._mark()
        settled = mark == self._changing
        self._changing = mark
        if mark == self._read or not settled:
            if self._fault is not None:
                raise self._fault
            return None
        self._read, self._fault = mark, None
        try:
            fresh = self._base.joined(policies.sound(self._folder))
        except ConfigError as fault:
            self._fault = fault
            raise
        if fresh == self._current:
            return None
        self._current = fresh
        return fresh

    def _mark(self) -> _Mark:
        found = []
        for path in policies.policy_files(self._folder):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(found)
