"""What a decoder is: where a text may hide something, and what stands there.

Guarantees: `pieces` are in order and apart from each other; each different piece is decoded once in a call. Leaves what
counts as encoded to the decoders.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, Protocol

from lacuna.adapters.classifiers.views import Piece


class PieceFinder(Protocol):
    """What hides in a text. `probe` (RE2 syntax) is what a text must contain for `pieces` to be worth asking."""

    @property
    def probe(self) -> str: ...

    def pieces(self, text: str) -> Sequence[Piece]:
        """What decodes in `text`, in order and apart from each other."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """A `PieceFinder` of one pattern; `decode` gives None where a piece is not encoded. If `pattern` has groups, the
    first one is the piece; `whole` says that it is the only one and all that is matched, which is faster. Patterns
    whose alternatives exclude each other use the standard library's engine, which is faster for each match; the others
    use RE2."""

    probe: str
    pattern: Any
    decode: Callable[[str], str | None]
    whole: bool = False

    def pieces(self, text: str) -> Sequence[Piece]:
        """What decodes in `text`, in order and apart from each other."""
        if self.whole:
            parts = self.pattern.split(text)
            encoded, places = parts[1::2], list(accumulate(map(len, parts)))
            starts, ends = places[:-1:2], places[1::2]
        else:
            matches = list(self.pattern.finditer(text))
            group = self.pattern.groups and 1
            encoded = [match[group] for match in matches]
            starts, ends = [match.start(group) for match in matches], [match.end(group) for match in matches]
        decoded = {piece: self._decoded(piece) for piece in dict.fromkeys(encoded)}
        found = map(decoded.__getitem__, encoded)
        return [(start, end, each) for start, end, each in zip(starts, ends, found, strict=True) if each is not None]

    def _decoded(self, piece: str) -> str | None:
        decoded = self.decode(piece)
        return None if decoded == piece else decoded


def apart(found: Sequence[Sequence[Piece]]) -> Sequence[Piece]:
    """What several decoders found, in order, not overlapping: the first, then the longest, where two claim a place."""
    found = [pieces for pieces in found if pieces]
    if len(found) < 2:
        return found[0] if found else ()
    kept: list[Piece] = []
    reached = -1
    for piece in sorted(chain.from_iterable(found), key=_first_then_longest):
        if piece[0] >= reached:
            kept.append(piece)
            reached = piece[1]
    return kept


def _first_then_longest(piece: Piece) -> tuple[int, int]:
    return piece[0], -piece[1]
