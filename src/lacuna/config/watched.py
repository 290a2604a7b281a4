"""The terms file and the examples looked at again and again while Lacuna runs.

Promises that a file is only read once it has stopped changing, that a change of time without a change of content is
none, and that a file with faults, or one that is gone, is an error as long as it stays so: what was in force before is
the caller's to keep.
"""

import hashlib
from pathlib import Path

from lacuna.config import examples, terms
from lacuna.domain.errors import ConfigError
from lacuna.domain.examples import Example
from lacuna.domain.terms import TermSet

_Mark = tuple[int, int, int]


class WatchedTerms:
    """`path` is the file, `current` what was read from it at the start. Not for several threads at once."""

    def __init__(self, path: Path, current: TermSet) -> None:
        self._path = path
        self._current = current
        self._expected = path.exists()
        self._read: _Mark | None = None
        self._changing: _Mark | None = None
        self._content = b""
        self._fault: ConfigError | None = None

    def look(self) -> TermSet | None:
        """The terms, if they are others than before. Raises ConfigError while the file cannot be used."""
        mark = self._mark()
        settled = mark is not None and mark == self._changing
        self._changing = mark
        if mark is None or mark == self._read or not settled:
            # Whoever is writing it may not have finished: it is read when it looks the same again.
            if self._fault is not None:
                raise self._fault
            return None
        self._read, self._expected, self._fault = mark, True, None
        content = hashlib.sha256(self._bytes()).digest()
        if content == self._content:
            return None
        self._content = content
        try:
            fresh = terms.sound(self._path)
        except ConfigError as fault:
            self._content, self._fault = b"", fault
            raise
        if fresh == self._current:
            return None
        self._current = fresh
        return fresh

    def _mark(self) -> _Mark | None:
        try:
            status = self._path.stat()
        except OSError:
            if self._expected:
                self._read = None
                self._content = b""
                self._fault = ConfigError(
                    f"{terms.FILE_NAME} is gone; the terms it held stay in force until Lacuna is restarted.",
                    cure="Put the file back.",
                )
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _bytes(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                return stream.read(terms.MAX_BYTES + 1)
        except OSError:
            return b""


class WatchedExamples:
    """The same for the examples of the configuration folder `folder`: a folder of files is one thing that changes."""

    def __init__(self, folder: Path, current: tuple[Example, ...]) -> None:
        self._folder = folder
        self._current = current
        self._read: tuple[_Mark | str, ...] | None = None
        self._changing: tuple[_Mark | str, ...] | None = None
        self._fault: ConfigError | None = None

    def look(self) -> tuple[Example, ...] | None:
        """The examples, if they are others than before. Raises ConfigError while a file cannot be used."""
        mark = self._mark()
        settled = mark == self._changing
        self._changing = mark
        if mark == self._read or not settled:
            if self._fault is not None:
                raise self._fault
            return None
        self._read, self._fault = mark, None
        try:
            fresh = examples.sound(self._folder)
        except ConfigError as fault:
            self._fault = fault
            raise
        if fresh == self._current:
            return None
        self._current = fresh
        return fresh

    def _mark(self) -> tuple[_Mark | str, ...]:
        marks: list[_Mark | str] = []
        try:
            for path in examples.files(self._folder):
                status = path.stat()
                marks += [path.name, (status.st_mtime_ns, status.st_size, status.st_ino)]
        except OSError as error:
            marks.append(type(error).__name__)
        return tuple(marks)
