"""A text under examination and the way back from it to the original.

A view holds folded text ready for scanning. The base view is the original, folded; further views have encoded pieces
replaced by what they decode to. `locate` maps any span of a view to the smallest span of the original that it came
from.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from lacuna.adapters.classifiers.folding import fold, origins, reveal

Piece = tuple[int, int, str]
"""Start, end and text: these characters of a view (end exclusive) are to be read as that text. A plain tuple, because
hostile texts have tens of thousands."""


class View(Protocol):
    """A reading of a text."""

    text: str

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""


class BaseView:
    """The original text, folded."""

    __slots__ = ("_original", "_origins", "text")

    def __init__(self, original: str) -> None:
        self.text: str = fold(original)
        self._original = original
        self._origins: Sequence[int] | None = None

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        if self.text is self._original:
            return start, end
        if self._origins is None:
            self._origins = origins(self._original)
        return self._origins[start], self._origins[end - 1] + 1


class _Segment(NamedTuple):
    """From `at` on, the derived view's text is the parent's from `source` on; or, if `width` is given, all of it stands
    for `width` characters of the parent."""

    at: int
    source: int
    width: int | None


class DerivedView:
    """`parent` with pieces replaced, folded again. `pieces` must be in order and apart from each other."""

    def __init__(self, parent: View, pieces: Sequence[Piece]) -> None:
        self._parent = parent
        self._pieces = _all_folded(pieces)
        self._segments: list[_Segment] = []
        text = parent.text
        begins = [0, *[piece[1] for piece in self._pieces]]
        ends = [*[piece[0] for piece in self._pieces], len(text)]
        parts = [""] * (2 * len(self._pieces) + 1)
        parts[::2] = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
        parts[1::2] = [piece[2] for piece in self._pieces]
        self.text: str = "".join(parts)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        if not self._segments:
            self._segments = self._aligned()
        first, last = self._segment(start), self._segment(end - 1)
        begin = first.source if first.width is not None else first.source + start - first.at
        finish = last.source + last.width if last.width is not None else last.source + end - last.at
        return self._parent.locate(begin, finish)

    def _segment(self, position: int) -> _Segment:
        return self._segments[bisect_right(self._segments, position, key=_starts_at) - 1]

    def _aligned(self) -> list[_Segment]:
        segments: list[_Segment] = []
        length = reached = 0
        for start, end, decoded in self._pieces:
            segments.append(_Segment(length, reached, None))
            length += start - reached
            segments.append(_Segment(length, start, end - start))
            length += len(decoded)
            reached = end
        segments.append(_Segment(length, reached, None))
        return segments


class RewrittenView:
    """`parent` with every character replaced by one other, in place."""

    def __init__(self, parent: View, text: str) -> None:
        self._parent = parent
        self.text = text

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        return self._parent.locate(start, end)


class BackwardsView:
    """`parent` read from its end."""

    def __init__(self, parent: View) -> None:
        self._parent = parent
        self.text = parent.text[::-1]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        return self._parent.locate(len(self.text) - end, len(self.text) - start)


def _all_folded(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """`pieces` with folded texts. Each different text is folded once: hostile ones repeat themselves."""
    folded = {text: fold(reveal(text)) for text in {piece[2] for piece in pieces}}
    if all(text == each for text, each in folded.items()):
        return pieces
    return [(start, end, folded[text]) for start, end, text in pieces]


def _starts_at(segment: _Segment) -> int:
    return segment.at
