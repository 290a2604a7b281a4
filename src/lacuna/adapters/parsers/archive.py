"""A ZIP file opened within limits: zip bombs are refused by what they declare before a byte is inflated.

Inflation stops at the declared size (`zipfile` reads no further and then checks the CRC), so what is declared is also
the bound of what is inflated.
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.limits import MAX_ARCHIVE_ENTRIES, MAX_INFLATION, RATIO_APPLIES_FROM, Limits, damaged
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import UnreadableDocument

_MEMBER: Final = b"PK\x03\x04"
_LOCAL: Final = 30
_CENTRAL: Final = 46
_WORTH_LOOKING: Final = 10
"""Bytes; descriptors of sizes and the fields of a header are no text."""


class Archive:
    """The members of a ZIP file by name. What all members together declare is counted against `limits`. Raises
    UnreadableDocument or TooLarge."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise damaged("archive", "its directory is damaged or cut off") from None
        if len(members) > MAX_ARCHIVE_ENTRIES:
            raise _bomb(f"more than {MAX_ARCHIVE_ENTRIES:,} entries")
        limits.unpack(sum(member.file_size for member in members))
        # Entries that share compressed bytes inflate more than they declare; honest ones together fit into the file.
        if sum(member.compress_size for member in members) > len(data):
            raise _bomb("entries that overlap")
        if any(_suspicious(member) for member in members):
            raise _bomb(f"an entry that inflates more than {MAX_INFLATION} times")
        if any(member.flag_bits & 0x1 for member in members):
            raise UnreadableDocument(
                "The document holds encrypted parts.", cure="Save it without a password, then retry."
            )
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members):
            raise damaged("archive", "two entries have the same name")
        self.comments = [
            text.decode("utf-8", "replace") for text in (self._zip.comment, *(member.comment for member in members))
        ]
        gaps = self._gaps(data)
        self.comments += [text for gap in gaps for text in strings(gap)]
        self.unlisted = [content for gap in gaps for content in _unlisted(gap, limits)]
        """Files that lie in the archive without standing in its directory."""

    @property
    def names(self) -> list[str]:
        """Member names in the order of the archive."""
        return list(self._members)

    def _gaps(self, data: bytes) -> list[bytes]:
        """What is neither a member's name nor its content: extra fields, and what stands before, between and behind."""
        spans: list[tuple[int, int]] = []
        central = self._zip.start_dir
        for member in self._zip.infolist():
            start = member.header_offset
            name = start + _LOCAL + int.from_bytes(data[start + 26 : start + 28], "little")
            content = name + int.from_bytes(data[start + 28 : start + 30], "little")
            lengths = [int.from_bytes(data[central + at : central + at + 2], "little") for at in (28, 30, 32)]
            spans += (
                (start, name),
                (content, content + member.compress_size),
                (central, central + _CENTRAL + lengths[0]),
            )
            central += _CENTRAL + sum(lengths)
        gaps, place = [], 0
        for start, end in sorted(spans):
            if start > place:
                gaps.append(data[place:start])
            place = max(place, end)
        return [gap for gap in (*gaps, data[place:]) if len(gap) >= _WORTH_LOOKING]

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The whole member."""
        try:
            return self._zip.read(self._members[name])
        except KeyError:
            raise damaged("document", "a required part is missing") from None
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError, OSError):
            raise damaged("document", "a part is damaged, cut off or larger than declared") from None


def _unlisted(gap: bytes, limits: Limits) -> Iterator[bytes]:
    """The contents of the members in a stretch that the directory does not know."""
    view, place = memoryview(gap), 0
    for count in range(MAX_ARCHIVE_ENTRIES + 1):
        if (place := gap.find(_MEMBER, place)) < 0:
            return
        if count == MAX_ARCHIVE_ENTRIES:
            raise _bomb(f"more than {MAX_ARCHIVE_ENTRIES:,} entries")
        method, name, extra = (int.from_bytes(view[place + at : place + at + 2], "little") for at in (8, 26, 28))
        size = int.from_bytes(view[place + 18 : place + 22], "little")
        place += _LOCAL + name + extra
        after = gap.find(_MEMBER, place)
        content = bytes(view[place : place + size if size else (after if after >= 0 else len(gap))])
        if method == zipfile.ZIP_DEFLATED:
            try:
                content = zlib.decompressobj(-15).decompress(view[place:], limits.remaining + 1)
            except zlib.error:
                continue
        limits.unpack(len(content))
        if content:
            yield content


def _suspicious(member: zipfile.ZipInfo) -> bool:
    return member.file_size > RATIO_APPLIES_FROM and member.file_size > MAX_INFLATION * max(member.compress_size, 1)


def _bomb(what: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"The archive looks like a decompression bomb: it has {what}.", cure="Do not ingest this file."
    )
