"""Sections to pieces of bounded size for retrieval.

`semchunk` chooses the cuts (paragraphs, lines, sentences, clauses, words, in this order of preference). The overlap
is ours: whole sentences of the piece before, so that pieces begin and end where sentences do. Pieces never cross
sections, except that small ones on the same page are joined. What it relies on: tidied sections (`layout.tidy`),
which keep the cost linear.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from semchunk.semchunk import chunk

from lacuna.domain.chunking import SEPARATOR, Piece, joined
from lacuna.ports.parsers import Parsed, Section

_WORD: Final = re.compile(r"[^\W_]+|[^\w\s]|_")
_DENSE_SCRIPT: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
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


@dataclass(frozen=True, slots=True)
class Chunker:
    """Pieces of at most `target` tokens as counted by `count`, each sharing up to `overlap` of that (at most half) with
    the piece before it. Sections under `tiny` tokens are joined to their neighbours while both fit, those under a third
    of it (a title, say) to the next one in any case."""

    count: Callable[[str], int] = estimate_tokens
    target: int = 220
    overlap: float = 0.15
    tiny: int = 60

    def __call__(self, parsed: Parsed) -> list[Piece]:
        """The pieces in order. Offsets are those of `joined(section.text for section in parsed.sections)`; every
        character that is not white space is in at least one piece."""
        text = joined(section.text for section in parsed.sections)
        pieces: list[Piece] = []
        for group in self._groups(parsed.sections):
            pieces.extend(
                Piece(text[start:end], start, end, group.heading, group.page) for start, end in self._cuts(text, group)
            )
        return pieces

    def _groups(self, sections: Sequence[Section]) -> list[_Group]:
        groups: list[_Group] = []
        sizes: list[int] = []
        offset = 0
        for section in sections:
            end = offset + len(section.text)
            tokens = self.count(section.text)
            last = groups[-1] if groups else None
            if (
                last is not None
                and last.page == section.page
                and (last.tokens < self.tiny // 3 or self._fit(last.tokens, tokens))
            ):
                # The heading that most of the text stands under names the piece.
                heading = section.heading if tokens >= sizes[-1] else last.heading
                groups[-1] = _Group(last.start, end, heading, last.page, last.tokens + tokens)
                sizes[-1] = max(sizes[-1], tokens)
            else:
                groups.append(_Group(offset, end, section.heading, section.page, tokens))
                sizes.append(tokens)
            offset = end + len(SEPARATOR)
        return groups

    def _fit(self, one: int, other: int) -> bool:
        return min(one, other) < self.tiny and one + other <= self.target

    def _cuts(self, text: str, group: _Group) -> list[tuple[int, int]]:
        if group.tokens <= self.target:
            return [(group.start, group.end)]
        shared = min(math.floor(self.target * self.overlap), self.target // 2)
        # Its cache of counted texts would keep document text in memory without bound.
        stretch = text[group.start : group.end]
        result = chunk(stretch, self.target - shared, self.count, memoize=False, offsets=True)
        spans = cast("tuple[list[str], list[tuple[int, int]]]", result)[1]
        cuts = self._without_crumbs(text, [(group.start + start, group.start + end) for start, end in spans])
        return [
            (self._earlier(text, cuts[i - 1][0], start, end, shared) if i else start, end)
            for i, (start, end) in enumerate(cuts)
        ]

    def _without_crumbs(self, text: str, cuts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """The cuts with small ones (a heading before a long paragraph, a last sentence) joined to a neighbour."""
        kept: list[tuple[int, int]] = []
        for start, end in cuts:
            if kept:
                before = kept[-1][0]
                small = min(self.count(text[before : kept[-1][1]]), self.count(text[start:end])) < self.tiny
                if small and self.count(text[before:end]) <= self.target:
                    kept[-1] = (before, end)
                    continue
            kept.append((start, end))
        return kept

    def _earlier(self, text: str, previous: int, start: int, end: int, shared: int) -> int:
        """The start of the longest run of whole sentences before `start` that has at most `shared` tokens and leaves
        the piece within its limit."""
        room = min(shared, self.target - self.count(text[start:end]))
        best = start
        starts = [previous + match.end() for match in _SENTENCE_START.finditer(text[previous:start])]
        for candidate in reversed(starts):
            if self.count(text[candidate:start]) > room:
                break
            best = candidate
        return best
