"""Sections to pieces of bounded size for retrieval.

`semchunk` chooses the cuts (paragraphs, lines, sentences, clauses, words, in this order of preference). The overlap
is ours: whole sentences of the piece before, so that pieces begin and end where sentences do. Pieces never cross
sections, except that small ones on the same page are joined. What it relies on: tidied sections (`layout.tidy`),
which keep the cost linear.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from semchunk.semchunk import chunk

from lacuna.adapters.parsers.tables import TableSpan, header_of, markdown_tables, row_cuts, whole_table
from lacuna.domain.chunking import SEPARATOR, Piece, embedded_text, joined
from lacuna.ports.parsers import Parsed, Section

_WORD: Final = re.compile(r"[^\W_]+|[^\w\s]|_")
_DENSE_SCRIPT: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_MARKS: Final = 4
"""Tokens that embedding a piece with its title and heading adds: two of the model's own, and the marks between."""
_LARGEST_HEADER: Final = 3
"""A table's header is repeated where it takes at most this fraction of a piece."""
_SENTENCE_START: Final = re.compile(r"(?:(?<=[.!?\u2026:;])[ \t]+|(?<=[\u3002\uff01\uff1f])|\n+)(?=\S)")


def estimate_tokens(text: str) -> int:
    """Word pieces in `text`, estimated without a vocabulary: 1.3 for a word or mark, more for long words, one for each
    character of a script that is written without spaces."""
    dense = len(_DENSE_SCRIPT.findall(text))
    words = _WORD.findall(_DENSE_SCRIPT.sub(" ", text) if dense else text)
    return dense + math.ceil(sum(1.3 if len(word) <= 12 else len(word) / 5 for word in words))


@dataclass(frozen=True, slots=True)
class _Group:
    """Sections that are cut together, as a stretch of the joined text."""

    start: int
    end: int
    heading: str
    page: int | None
    tokens: int
    tables: tuple[TableSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunker:
    """Pieces of at most `target` tokens as counted by `count`, each sharing up to `overlap` of that (at most half) with
    the piece before it. Sections under `tiny` tokens are joined to their neighbours while both fit, those under a third
    of it (a title, say) to the next one in any case. A table that fits is kept whole; one that does not is cut between
    rows, and each piece begins with its header. Where title and heading are long, pieces are shorter, so that all three
    fit into `window`, but never under half of `target`."""

    count: Callable[[str], int] = estimate_tokens
    target: int = 220
    overlap: float = 0.15
    tiny: int = 60
    window: int = 256

    def __call__(self, parsed: Parsed) -> list[Piece]:
        """The pieces in order. Offsets are those of `joined(section.text for section in parsed.sections)`; every
        character that is not white space is in at least one piece."""
        text = joined(section.text for section in parsed.sections)
        pieces: list[Piece] = []
        for group in self._groups(parsed.sections):
            room = self._room(parsed.title, group.heading)
            for start, end in self._cuts(text, group, room):
                header = self._header(text, group, start, room)
                shown = f"{header}\n{text[start:end]}" if header else text[start:end]
                pieces.append(Piece(shown, start, end, group.heading, group.page))
        return pieces

    def _room(self, title: str, heading: str) -> int:
        """Tokens that a piece may have beside its title and heading, which are embedded with it."""
        beside = self.count(embedded_text(title, heading, "")) + _MARKS
        return (
            max(min(self.target, self.window - beside), self.target // 2) if self.window > self.target else self.target
        )

    def _groups(self, sections: Sequence[Section]) -> list[_Group]:
        groups: list[_Group] = []
        sizes: list[int] = []
        offset = 0
        for section in sections:
            end = offset + len(section.text)
            tokens = self.count(section.text)
            tables = (
                (whole_table(section.text, offset),) if section.table else tuple(markdown_tables(section.text, offset))
            )
            last = groups[-1] if groups else None
            if (
                last is not None
                and last.page == section.page
                and (last.tokens < self.tiny // 3 or self._fit(last.tokens, tokens))
            ):
                # The heading that most of the text stands under names the piece.
                heading = section.heading if tokens >= sizes[-1] else last.heading
                groups[-1] = _Group(last.start, end, heading, last.page, last.tokens + tokens, (*last.tables, *tables))
                sizes[-1] = max(sizes[-1], tokens)
            else:
                groups.append(_Group(offset, end, section.heading, section.page, tokens, tables))
                sizes.append(tokens)
            offset = end + len(SEPARATOR)
        return groups

    def _fit(self, one: int, other: int) -> bool:
        return min(one, other) < self.tiny and one + other <= self.target

    def _cuts(self, text: str, group: _Group, room: int) -> list[tuple[int, int]]:
        if group.tokens <= room:
            return [(group.start, group.end)]
        shared = min(math.floor(room * self.overlap), room // 2)
        cuts = self._without_crumbs(text, group, room, list(self._stretches(text, group, room, shared)))
        return [
            (start, end)
            if not i or any(table.start < end and cuts[i - 1][0] < table.end for table in group.tables)
            else (self._earlier(text, cuts[i - 1][0], start, end, shared, room), end)
            for i, (start, end) in enumerate(cuts)
        ]

    def _stretches(self, text: str, group: _Group, room: int, shared: int) -> Iterator[tuple[int, int]]:
        """First cuts of a group: prose and tables one after the other, each cut in its own way."""
        place = group.start
        for table in group.tables:
            yield from self._prose(text, place, table.start, room - shared)
            yield from self._table(text, group, table, room)
            place = table.end
        yield from self._prose(text, place, group.end, room - shared)

    def _table(self, text: str, group: _Group, table: TableSpan, room: int) -> Iterator[tuple[int, int]]:
        header = self.count(text[table.start : table.body])
        if self.count(text[table.start : table.end]) <= room:
            yield table.start, table.end
            return
        left = room - (header if header <= room // _LARGEST_HEADER else 0)
        for start, end in row_cuts(text, table, left, self.count):
            if self.count(text[start:end]) <= (room if start == table.start else left):
                yield start, end
            else:
                yield from self._prose(text, start, end, left)

    def _prose(self, text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
        stretch = text[start:end]
        if not stretch.strip():
            return
        # Its cache of counted texts would keep document text in memory without bound.
        result = chunk(stretch, size, self.count, memoize=False, offsets=True)
        for first, last in cast("tuple[list[str], list[tuple[int, int]]]", result)[1]:
            yield start + first, start + last

    def _header(self, text: str, group: _Group, start: int, room: int) -> str:
        """The header of the table that is cut at `start`; none where it would leave too little for rows."""
        header = header_of(text, group.tables, start)
        return header if header and self.count(header) <= room // _LARGEST_HEADER else ""

    def _without_crumbs(
        self, text: str, group: _Group, room: int, cuts: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """The cuts with small ones (a heading before a long paragraph, a last sentence) joined to a neighbour."""
        kept: list[tuple[int, int]] = []
        for start, end in cuts:
            if kept:
                before = kept[-1][0]
                small = min(self.count(text[before : kept[-1][1]]), self.count(text[start:end])) < self.tiny
                header = self._header(text, group, before, room)
                if small and self.count(f"{header}\n{text[before:end]}") <= room:
                    kept[-1] = (before, end)
                    continue
            kept.append((start, end))
        return kept

    def _earlier(self, text: str, previous: int, start: int, end: int, shared: int, room: int) -> int:
        """The start of the longest run of whole sentences before `start` that has at most `shared` tokens and leaves
        the piece within its limit."""
        room = min(shared, room - self.count(text[start:end]))
        best = start
        starts = [previous + match.end() for match in _SENTENCE_START.finditer(text[previous:start])]
        for candidate in reversed(starts):
            if self.count(text[candidate:start]) > room:
                break
            best = candidate
        return best
