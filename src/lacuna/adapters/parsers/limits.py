"""What one document may cost a reader, and the count of what it has produced so far."""

from dataclasses import dataclass, field, replace
from typing import Final

from lacuna.domain.errors import TooLarge, UnreadableDocument

MAX_ARCHIVE_ENTRIES: Final = 4_096
MAX_NESTED_FILES: Final = 10_000
"""Files that one upload may hold, at all depths together."""
MAX_DEPTH: Final = 8
"""How deep files may lie in one another: an archive in a message in an archive counts three."""
MAX_INFLATION: Final = 200
"""Largest allowed ratio of inflated to compressed size. Office files stay under 30; Deflate itself reaches 1,032."""
RATIO_APPLIES_FROM: Final = 1 << 20
"""Inflated bytes below which a high ratio is harmless."""
MAX_PAGES: Final = 20_000


@dataclass(slots=True)
class Account:
    """What an upload, with everything nested in it, has unpacked so far. One account serves all depths: many small
    archives are no way around the limit of one."""

    inflated: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_output_chars` bounds sections and `everything` each, `max_inflated_bytes` what an upload unpacks to.
    `depth` counts the files around this one. Make a new one for each upload."""

    max_output_chars: int = 20_000_000
    max_inflated_bytes: int = 256 << 20
    depth: int = 0
    account: Account = field(default_factory=Account, compare=False)

    @property
    def remaining(self) -> int:
        """The bytes that may still be unpacked."""
        return self.max_inflated_bytes - self.account.inflated

    def unpack(self, inflated: int) -> None:
        """Counts bytes that are about to be unpacked. Raises TooLarge."""
        if inflated > self.remaining:
            raise TooLarge(
                f"The document unpacks to more than {self.max_inflated_bytes:,} bytes.",
                cure="Split the document into smaller files.",
            )
        self.account.inflated += inflated

    def inside(self) -> "Limits":
        """The limits of a file in this one. Raises TooLarge where files are nested too deep or too many."""
        if self.depth >= MAX_DEPTH:
            raise TooLarge(
                f"The document holds files that are nested more than {MAX_DEPTH} deep.",
                cure="Unpack the inner files and ingest them by themselves.",
            )
        self.account.files += 1
        if self.account.files > MAX_NESTED_FILES:
            raise TooLarge(
                f"The document holds more than {MAX_NESTED_FILES:,} files.", cure="Split it into smaller ones."
            )
        return replace(self, depth=self.depth + 1)


@dataclass(slots=True)
class Collector:
    """Gathers the pieces of a text and raises TooLarge once they exceed the limit, before memory does."""

    limit: int
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, text: str | None) -> None:
        """Keeps `text` unless it is blank."""
        if not text or text.isspace():
            return
        self.size += len(text) + 1
        if self.size > self.limit:
            raise TooLarge(
                f"The document holds more than {self.limit:,} characters of text.",
                cure="Split the document into smaller files.",
            )
        self.parts.append(text)

    def text(self) -> str:
        return "\n".join(self.parts)


def damaged(kind: str, what: str) -> UnreadableDocument:
    """The error for a document whose format is known but whose content cannot be read."""
    return UnreadableDocument(
        f"The {kind} cannot be read: {what}.", cure="Open and save it again in the program that made it, then retry."
    )


def encrypted(kind: str) -> UnreadableDocument:
    """The error for a document that needs a password."""
    return UnreadableDocument(f"The {kind} is encrypted.", cure="Save it without a password, then retry.")
