"""Bytes to text."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the retrieval text with where it stands: nearest heading, page (from 1) where the format has pages
    or slides. `table` says that each line is a row and the first one names the columns."""

    text: str
    heading: str = ""
    page: int | None = None
    table: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """`sections` in reading order is what retrieval uses; `everything` is every text a reader of the file could find
    (comments, headers, hidden parts, properties, the page before clean-up) and is what classification uses."""

    title: str
    media_type: str
    sections: tuple[Section, ...]
    everything: str


class Parser(Protocol):
    """MUST decide by content, not by name alone, and MUST bound time, memory and output. Raises UnsupportedFormat,
    UnreadableDocument or TooLarge; MUST NOT crash the caller whatever the bytes are."""

    async def parse(self, data: bytes, filename: str) -> Parsed: ...
