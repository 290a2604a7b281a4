"""Where tables stand in a retrieval text, and how a long one is cut: between rows, its header said again."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_MARKDOWN: Final = re.compile(
    r"^(?=[^\n]*\|)[^\n]+\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?=\n)"
    r"(?:\n(?=[^\n]*\|)[^\n]+)*",
    re.MULTILINE,
)
"""A row of names, a rule, and the rows below it (GitHub Flavored Markdown, 4.10)."""


@dataclass(frozen=True, slots=True)
class TableSpan:
    """A table as a stretch of a text: its header ends at `body`, where the first row begins."""

    start: int
    body: int
    end: int


def markdown_tables(text: str, offset: int) -> Iterator[TableSpan]:
    """The pipe tables in a section that begins at `offset`."""
    for found in _MARKDOWN.finditer(text):
        header = text.find("\n", text.find("\n", found.start()) + 1)
        body = found.end() if header < 0 else min(header + 1, found.end())
        yield TableSpan(offset + found.start(), offset + body, offset + found.end())


def whole_table(text: str, offset: int) -> TableSpan:
    """A section that is a table: its first line is the header."""
    line = text.find("\n")
    return TableSpan(offset, offset + (line + 1 if line >= 0 else len(text)), offset + len(text))


def header_of(text: str, tables: Sequence[TableSpan], place: int) -> str:
    """What to say before a piece that begins at `place`: the header of the table whose rows it starts among, or ""."""
    for table in tables:
        if table.body <= place < table.end and table.start < table.body:
            return text[table.start : table.body].rstrip("\n")
    return ""


def row_cuts(text: str, table: TableSpan, room: int, count: Callable[[str], int]) -> Iterator[tuple[int, int]]:
    """Stretches of whole rows that hold at most `room` tokens besides the header; the first includes it. A row that is
    longer makes a stretch of its own."""
    start, size, place = table.start, 0, table.body
    while place < table.end:
        line = text.find("\n", place, table.end)
        after = table.end if line < 0 else line + 1
        cost = count(text[place:after])
        if size and size + cost > room:
            yield start, place - 1
            start, size = place, 0
        size += cost
        place = after
    yield start, table.end
