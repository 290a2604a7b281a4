"""A parser for tests: text and Markdown only, in this process, with the port's promises."""

import re

from lacuna.domain.errors import TooLarge, UnsupportedFormat
from lacuna.ports.parsers import Parsed, Section

_HEADING = re.compile(r"^(?=#{1,6} )", re.MULTILINE)


class PlainTextParser:
    """Reads UTF-8 and marked UTF-16. `read_count` tells how many documents were parsed."""

    def __init__(self, max_bytes: int = 1 << 20) -> None:
        self._max_bytes = max_bytes
        self.read_count = 0

    async def parse(self, data: bytes, filename: str) -> Parsed:
        """See `lacuna.ports.parsers.Parser`."""
        if len(data) > self._max_bytes:
            raise TooLarge(f"The document has {len(data)} bytes.", cure=f"At most {self._max_bytes} are read.")
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise UnsupportedFormat("The file is binary data of no known format.", cure="Send text.")
        self.read_count += 1
        markdown = filename.endswith(".md")
        parts = [part.strip() for part in (_HEADING.split(text) if markdown else [text]) if part.strip()]
        sections = tuple(Section(part, _heading(part) if markdown else "") for part in parts)
        title = next((section.heading for section in sections if section.heading), filename.rpartition(".")[0])
        return Parsed(title, "text/markdown" if markdown else "text/plain", sections, text)


def _heading(part: str) -> str:
    return part.partition("\n")[0].lstrip("#").strip() if part.startswith("#") else ""
