"""A ZIP file opened within limits: zip bombs are refused by what they declare before a byte is inflated.

Inflation stops at the declared size (`zipfile` reads no further and then checks the CRC), so what is declared is also
the bound of what is inflated.
"""

import io
import zipfile
import zlib

from lacuna.adapters.parsers.limits import MAX_ARCHIVE_ENTRIES, MAX_INFLATION, RATIO_APPLIES_FROM, Limits, damaged
from lacuna.domain.errors import UnreadableDocument


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

    @property
    def names(self) -> list[str]:
        """Member names in the order of the archive."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The whole member."""
        try:
            return self._zip.read(self._members[name])
        except KeyError:
            raise damaged("document", "a required part is missing") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
            raise damaged("document", "a part is damaged, cut off or larger than declared") from None


def _suspicious(member: zipfile.ZipInfo) -> bool:
    return member.file_size > RATIO_APPLIES_FROM and member.file_size > MAX_INFLATION * max(member.compress_size, 1)


def _bomb(what: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"The archive looks like a decompression bomb: it has {what}.", cure="Do not ingest this file."
    )
