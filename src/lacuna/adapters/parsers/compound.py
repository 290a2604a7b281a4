"""Compound files (OLE 2, [MS-CFB]) through olefile: their streams, embedded packages, and texts of old Office files.

Old Office files are not interpreted. Their streams are searched for printable runs, which finds their words, though not
in order: enough to classify a file that is attached to another, too little to retrieve from.
"""

import io
import struct
from collections.abc import Iterator
from typing import Any, Final

import olefile

from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.layout import title_from_name
from lacuna.adapters.parsers.limits import MAX_ARCHIVE_ENTRIES, Collector, Limits, damaged
from lacuna.adapters.parsers.macros import macro_source
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import TooLarge
from lacuna.ports.parsers import Parsed

_NATIVE: Final = "\x01Ole10Native"
_WHOLE_FILES: Final = frozenset({"package", "contents"})
_FOREIGN_STARTS: Final = (b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0", b"{\\rtf")


class CompoundFile:
    """The streams of a compound file by their paths. Raises UnreadableDocument or TooLarge."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._file: Any = olefile.OleFileIO(io.BytesIO(data))
            paths = self._file.listdir(streams=True, storages=False)
            limits.unpack(sum(self._file.get_size(path) for path in paths))
        except (OSError, ValueError, IndexError, TypeError, KeyError, AttributeError, struct.error):
            raise _damaged() from None
        except RecursionError:
            raise _damaged() from None
        if len(paths) > MAX_ARCHIVE_ENTRIES:
            raise TooLarge(
                f"The document holds more than {MAX_ARCHIVE_ENTRIES:,} streams.", cure="Split it into smaller ones."
            )
        self.paths: list[tuple[str, ...]] = [tuple(path) for path in paths]
        self.is_sound = not self._file.parsing_issues
        """Whether the directory is as it should be; where not, there may be streams that `paths` does not know."""

    def read(self, path: tuple[str, ...]) -> bytes:
        """The whole stream."""
        try:
            content: bytes = self._file.openstream(list(path)).read()
        except (OSError, ValueError, IndexError, struct.error):
            raise _damaged() from None
        return content


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """No sections; `everything` holds the texts of all streams and of the files packed in them."""
    everything = Collector(limits.max_output_chars)
    file = CompoundFile(data, limits)
    if not file.is_sound:
        for text in strings(data, is_text_store=True):
            everything.add(text)
    for path in file.paths:
        everything.add(path[-1].strip("\x00\x01\x02\x03\x05"))
        stream = file.read(path)
        if path[-1] == _NATIVE:
            add_package(stream, limits, everything)
        elif path[-1].lower() in _WHOLE_FILES and stream.startswith(_FOREIGN_STARTS):
            add_embedded(stream, path[-1], limits, everything)
        else:
            for text in _texts(path, stream):
                everything.add(text)
    return Parsed(title_from_name(filename), "application/x-ole-storage", (), everything.text())


def _texts(path: tuple[str, ...], stream: bytes) -> Iterator[str]:
    source = macro_source(stream)
    if source:
        yield source
    yield from strings(stream, is_text_store=True)


def add_package(stream: bytes, limits: Limits, everything: Collector) -> None:
    """A packaged file ([MS-OLEDS] 2.3.6): its label and paths, then its size and content."""
    rest = stream[6:]
    names: list[str] = []
    for _ in range(2):
        text, found, rest = rest.partition(b"\0")
        names.append(text.decode("latin-1") if found else "")
    if len(rest) > 8:
        path_length = int.from_bytes(rest[4:8], "little")
        names.append(rest[8 : 8 + path_length].rstrip(b"\0").decode("latin-1"))
        start = 8 + path_length
        size = int.from_bytes(rest[start : start + 4], "little")
        content = rest[start + 4 : start + 4 + size]
        if content and len(content) == size:
            for name in names[1:]:
                everything.add(name)
            add_embedded(content, names[0] or "package", limits, everything)
            return
    for run in strings(stream, is_text_store=True):
        everything.add(run)


def _damaged() -> Exception:
    return damaged("compound file", "its directory or a stream of it is damaged")
