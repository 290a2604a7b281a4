"""Archives: ZIP, tar, and single files packed with gzip, bzip2 or xz. Every member goes to its own reader."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.embedded import add_embedded, as_part
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import (
    MAX_ARCHIVE_ENTRIES,
    MAX_INFLATION,
    RATIO_APPLIES_FROM,
    Collector,
    Limits,
    damaged,
)
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import UnreadableDocument
from lacuna.ports.parsers import Parsed, Section

_STEP: Final = 1 << 20
_SINGLE: Final = frozenset({".gz", ".bz2", ".xz", ".tgz"})


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_zip(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The sections of all members under their paths; `everything` also holds names, comments and what the members'
    readers find."""
    archive = Archive(data, limits)
    gathered = _Gathered(limits)
    for comment in archive.comments:
        gathered.everything.add(comment)
    for content in archive.unlisted:
        gathered.add("", content)
    for name in archive.names:
        gathered.add(name, b"" if name.endswith("/") else archive.read(name))
    return gathered.parsed(filename, "application/zip")


def read_tar(data: bytes, filename: str, limits: Limits) -> Parsed:
    """As `read_zip`; links, devices and owners count by their names."""
    gathered = _Gathered(limits)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for count, member in enumerate(archive):
                if count >= MAX_ARCHIVE_ENTRIES:
                    raise UnreadableDocument(
                        f"The archive has more than {MAX_ARCHIVE_ENTRIES:,} entries.",
                        cure="Split it into smaller ones.",
                    )
                pax = (text for pair in member.pax_headers.items() for text in pair)
                for words in (member.linkname, member.uname, member.gname, *pax):
                    gathered.everything.add(str(words))
                is_file = member.isreg() or member.type not in tarfile.SUPPORTED_TYPES
                file = archive.extractfile(member) if is_file else None
                if member.size < 0 or member.size > len(data):
                    raise damaged("archive", "a member is larger than the file")
                gathered.add(member.name, file.read() if file is not None else b"")
                if is_file:
                    end = member.offset_data + member.size
                    gathered.search(data[end : end + -end % tarfile.BLOCKSIZE])
            gathered.behind(data[archive.offset :])
    except (tarfile.TarError, ValueError, OverflowError, EOFError):
        raise damaged("archive", "it is damaged or cut off") from None
    return gathered.parsed(filename, "application/x-tar")


def read_compressed(data: bytes, filename: str, limits: Limits) -> Parsed:
    """What the packed file itself is, with the name and comment that gzip keeps of it."""
    opened: Callable[[io.BytesIO], _Readable] = lzma.LZMAFile
    if data.startswith(b"\x1f\x8b"):
        opened = _gzip
    elif data.startswith(b"BZh"):
        opened = bz2.BZ2File
    content = _unpacked(opened(io.BytesIO(data)), len(data), limits)
    name = filename[: filename.rfind(".")] if filename.lower().endswith(tuple(_SINGLE)) else filename
    words = _gzip_words(data)
    if not limits.depth:
        whole = registry.read(content, name, limits.inside())
        return replace(whole, everything="\n".join((*words, whole.everything))) if words else whole
    # In another file, what no reader knows is still searched for text.
    everything = Collector(limits.max_output_chars)
    for text in words:
        everything.add(text)
    parsed = add_embedded(content, name, limits, everything)
    return Parsed(
        title_from_name(name) if parsed is None else parsed.title,
        "application/gzip" if parsed is None else parsed.media_type,
        () if parsed is None else parsed.sections,
        everything.text(),
    )


def _gzip_words(data: bytes) -> list[str]:
    """The fields of a gzip header that hold words (RFC 1952, 2.3)."""
    if not data.startswith(b"\x1f\x8b"):
        return []
    flags, place, words = data[3], 10, list[str]()
    if flags & 4:
        size = int.from_bytes(data[10:12], "little")
        words += strings(data[12 : 12 + size])
        place += 2 + size
    for flag in (8, 16):
        if flags & flag:
            end = data.find(b"\0", place)
            words.append(data[place:end].decode("latin-1"))
            place = end + 1
    return words


class _Gathered:
    """What the members of one archive hold."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.everything = Collector(limits.max_output_chars)
        self._sections: list[Section] = []

    def add(self, name: str, data: bytes) -> None:
        parsed = add_embedded(data, name, self._limits, self.everything)
        if parsed is not None:
            self._sections.extend(as_part(parsed, name))

    def search(self, data: bytes) -> None:
        """Adds the texts of what belongs to no member."""
        for text in strings(data):
            self.everything.add(text)

    def behind(self, data: bytes) -> None:
        """Adds what follows the archive's end, which may be another one."""
        rest = data.lstrip(b"\0")
        if rest[257:262] == b"ustar":
            self.add("", rest)
        else:
            self.search(rest)

    def parsed(self, filename: str, media_type: str) -> Parsed:
        sections = sections_of(self._sections, self._limits.max_output_chars, tidied=True)
        return Parsed(title_from_name(filename), media_type, sections, self.everything.text())


def _gzip(stream: io.BytesIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=stream)


def _unpacked(stream: _Readable, size: int, limits: Limits) -> bytes:
    """The whole content. Raises UnreadableDocument for a bomb, TooLarge at the limit."""
    out = bytearray()
    try:
        while step := stream.read(_STEP):
            limits.unpack(len(step))
            out += step
            if len(out) > RATIO_APPLIES_FROM and len(out) > MAX_INFLATION * size:
                raise UnreadableDocument(
                    f"The archive looks like a decompression bomb: it inflates more than {MAX_INFLATION} times.",
                    cure="Do not ingest this file.",
                )
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        raise damaged("archive", "it is damaged or cut off") from None
    return bytes(out)
