"""A text under examination and the way back from it to the original.

A view holds folded text ready for scanning. The base view is the original, folded; further views have encoded pieces
replaced by what they decode to. `locate` maps any span of a view to the smallest span of the original that it came
from.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from lacuna.adapters.classifiers.folding import fold, origins


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a view's text are to be read as `text`."""

    start: int
    end: int
    text: str


class View:
    """The original text, folded."""

    def __init__(self, original: str) -> None:
        self.text = fold(original)
        self._original = original
        self._origins: Sequence[int] | None = None

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        if self.text is self._original:
            return start, end
        if self._origins is None:
            self._origins = origins(self._original)
        return self._origins[start], self._origins[end - 1] + 1


@dataclass(frozen=True, slots=True)
class _Segment:
    """From `at` on, the derived view's text is the parent's from `source` on; or, if `width` is given, all of it
    stands for `width` characters of the parent."""

    at: int
    source: int
    width: int | None


@dataclass(frozen=True, slots=True)
class DerivedView:
    """`parent` with pieces replaced, folded again."""

    parent: "View | DerivedView"
    text: str
    _segments: Sequence[_Segment] = field(repr=False)
    _ats: Sequence[int] = field(repr=False)

    @classmethod
    def of(cls, parent: "View | DerivedView", pieces: Sequence[Piece]) -> "DerivedView":
        """`pieces` must be in order and apart from each other."""
        parts: list[str] = []
        segments: list[_Segment] = []
        length = reached = 0
        for piece in pieces:
            segments.append(_Segment(length, reached, None))
            kept, decoded = parent.text[reached : piece.start], fold(piece.text)
            segments.append(_Segment(length + len(kept), piece.start, piece.end - piece.start))
            parts += (kept, decoded)
            length += len(kept) + len(decoded)
            reached = piece.end
        segments.append(_Segment(length, reached, None))
        parts.append(parent.text[reached:])
        return cls(parent, "".join(parts), segments, [segment.at for segment in segments])

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that characters `start` to `end` (exclusive, not empty) of this view come from."""
        first = self._segments[bisect_right(self._ats, start) - 1]
        last = self._segments[bisect_right(self._ats, end - 1) - 1]
        begin = first.source if first.width is not None else first.source + start - first.at
        finish = last.source + last.width if last.width is not None else last.source + end - last.at
        return self.parent.locate(begin, finish)
