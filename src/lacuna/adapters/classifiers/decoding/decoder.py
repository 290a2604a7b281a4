"""What a decoder is: where a text may hide something, and what stands there.

Guarantees: `pieces` are in order and apart from each other; each different piece is decoded once in a call, up to a
number that hostile texts cannot exceed. Leaves what counts as encoded to the decoders.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from lacuna.adapters.classifiers.views import Piece

_KNOWN = 10_000
"""Different pieces of one decoder whose decoding is remembered within one call: hostile texts repeat themselves."""


class PieceFinder(Protocol):
    """What hides in a text. `probe` (RE2 syntax) is what a text must contain for `pieces` to be worth asking."""

    @property
    def probe(self) -> str: ...

    def pieces(self, text: str) -> Iterator[Piece]:
        """What decodes in `text`, in order and apart from each other."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """A `PieceFinder` of one pattern; `decode` gives None where a
    piece is not encoded. If `pattern` has groups, the first one is the piece. Patterns whose alternatives exclude each
    other use the standard library's engine, which is faster for each match; the others use RE2."""

    probe: str
    pattern: Any
    decode: Callable[[str], str | None]

    def pieces(self, text: str) -> Iterator[Piece]:
        """What decodes in `text`, in order and apart from each other."""
        known: dict[str, str | None] = {}
        group = self.pattern.groups and 1
        for match in self.pattern.finditer(text):
            encoded = match[group]
            try:
                decoded = known[encoded]
            except KeyError:
                decoded = self.decode(encoded)
                decoded = None if decoded == encoded else decoded
                if len(known) < _KNOWN:
                    known[encoded] = decoded
            if decoded is not None:
                start, end = match.span(group)
                yield Piece(start, end, decoded)


def apart(pieces: Iterable[Piece]) -> list[Piece]:
    """`pieces` in order, not overlapping: the first, then the longest, where two claim a place."""
    kept: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, -piece.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept
