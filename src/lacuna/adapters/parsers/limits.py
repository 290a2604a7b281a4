"""What one document may cost a reader, and the count of what it has produced so far."""

from dataclasses import dataclass, field
from typing import Final

from lacuna.domain.errors import TooLarge, UnreadableDocument

MAX_ARCHIVE_ENTRIES: Final = 4_096
MAX_INFLATION: Final = 200
"""Largest allowed ratio of inflated to compressed size. Office files stay under 30; Deflate itself reaches 1,032."""
RATIO_APPLIES_FROM: Final = 1 << 20
"""Inflated bytes below which a high ratio is harmless."""
MAX_PAGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_output_chars` bounds sections and `everything` each, `max_inflated_bytes` what an archive unpacks to."""

    max_output_chars: int = 20_000_000
    max_inflated_bytes: int = 256 << 20


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
