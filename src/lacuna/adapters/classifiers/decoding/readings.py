"""All readings of one text: as it stands, and with what it may hide undone, step by step.

Guarantees: up to `MAX_DEPTH` disguises inside each other are undone, in any order; no reading is given twice. The work
is linear in every text: readings that are certain shrink, and guessed ones stop where all together hold `GROWTH` times
the characters of the text and `SPARE` more. A derived reading holds only what changed and its surroundings, cut where
words part. Leaves scanning to the caller, who says which triggers each reading holds.

What a disguise means is sometimes open (`1` is i, l or itself; a line break parts words or not), so each such choice is
a reading of its own. What is certain (encodings, references, layout) is undone together.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from operator import sub
from typing import NamedTuple

from lacuna.adapters.classifiers.decoding import byte_encodings, character_references, layout, spelling, substitution
from lacuna.adapters.classifiers.decoding.decoder import PieceFinder, apart
from lacuna.adapters.classifiers.folding import fold, reveal
from lacuna.adapters.classifiers.views import BackwardsView, BaseView, DerivedView, Piece, RewrittenView, View

MAX_DEPTH = 6
MAX_READINGS = 32
GROWTH = 3
SPARE = 8_192
_ALWAYS = 3
"""Depth to which certain readings are given whatever they cost: each is shorter than the one before."""

_STEPS: tuple[tuple[PieceFinder, ...], ...] = (
    (*byte_encodings.DECODERS, *character_references.DECODERS, *spelling.DECODERS, *layout.DECODERS),
    byte_encodings.CODES,
    layout.LINES,
    substitution.MIXED,
    substitution.LEET,
    substitution.OTHER_LEET,
)
"""Decoders that apply together; each group gives one reading."""

DECODERS: tuple[PieceFinder, ...] = tuple(decoder for group in _STEPS for decoder in group)
TRIGGERS: tuple[str, ...] = tuple(
    map(fold, (*(decoder.probe for decoder in DECODERS), substitution.ROTATED, substitution.BACKWARDS))
)
"""Patterns for folded text that tell what a reading may hide; numbers into this tuple go to `Readings.expand`."""

_ROTATED, _BACKWARDS = len(TRIGGERS) - 2, len(TRIGGERS) - 1
_GROUPS: tuple[range, ...] = tuple(
    range(sum(map(len, _STEPS[:number])), sum(map(len, _STEPS[: number + 1]))) for number in range(len(_STEPS))
)
_OVERRIDES = re.compile("[\u202d\u202e\u2067]")
_UNUSUAL = re.compile("[\u202d-\U0010ffff]")
"""From the first override on: also all characters that draw nothing but spell something."""
_REACH = 160
"""Characters around a change that a recogniser may look at."""
_CUT = re.compile(r"(?<=[^\W\d_])\s(?=[^\W\d_])")
_GAP = "\n" * 64


class Reading(NamedTuple):
    """One view of the text and the number of disguises undone to reach it; `guessed` if one of them may be none."""

    view: View
    depth: int
    guessed: bool


class Readings:
    """Iterate over it; call `expand` on each reading before asking for the next. `characters` is the sum of the
    lengths given so far."""

    def __init__(self, original: str) -> None:
        base = BaseView(original)
        self.base = base
        self.characters = len(base.text)
        self._seen = {base.text}
        self._readings = [Reading(base, 0, False)]
        if not original.isascii() and _UNUSUAL.search(original) is not None:
            revealed = reveal(original)
            if revealed != original:
                self._add(BaseView(revealed), 1, False)
            if _OVERRIDES.search(original):
                self._add(BackwardsView(base), 1, True)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self._readings)  # also over those that are added meanwhile

    def expand(self, reading: Reading, triggered: Collection[int]) -> None:
        """Add what `reading` hides; among `triggered` are the numbers of the triggers that occur in it."""
        if reading.depth == MAX_DEPTH:
            return
        view, depth = reading.view, reading.depth + 1
        for number, group in enumerate(_GROUPS):
            guessed = reading.guessed or number > 0
            if not self._takes(0, depth, guessed):
                continue
            pieces = apart([DECODERS[each].pieces(view.text) for each in group if each in triggered])
            if pieces:
                self._add(DerivedView(view, _excerpt(view.text, pieces)), depth, guessed)
        if _ROTATED in triggered:
            self._add(RewrittenView(view, substitution.rot13(view.text)), depth, reading.guessed)
        if _BACKWARDS in triggered:
            self._add(BackwardsView(view), depth, True)

    def _add(self, view: View, depth: int, guessed: bool) -> None:
        if not self._takes(len(view.text), depth, guessed) or view.text in self._seen:
            return
        self._seen.add(view.text)
        self.characters += len(view.text)
        self._readings.append(Reading(view, depth, guessed))

    def _takes(self, length: int, depth: int, guessed: bool) -> bool:
        """Whether there is room for one more reading of so many characters."""
        within = self.characters + length <= GROWTH * len(self.base.text) + SPARE
        return len(self._seen) < MAX_READINGS and (within or (depth <= _ALWAYS and not guessed))


def _excerpt(text: str, pieces: Sequence[Piece]) -> Sequence[Piece]:
    """`pieces`, and between them the stretches that none of them reaches, as gaps."""
    starts, ends = [piece[0] for piece in pieces], [piece[1] for piece in pieces]
    if max(map(sub, starts, [0, *ends])) <= _REACH and len(text) - ends[-1] <= 2 * _REACH:
        return pieces
    return list(_with_gaps(text, pieces))


def _with_gaps(text: str, pieces: Sequence[Piece]) -> Iterator[Piece]:
    reached = 0
    for piece in pieces:
        start, end, _ = piece
        if start - reached > _REACH:
            yield from _gap(text, reached + _REACH if reached else 0, start - _REACH)
        yield piece
        reached = end
    yield from _gap(text, reached + _REACH, len(text))


def _gap(text: str, first: int, last: int) -> Iterator[Piece]:
    gap = _between_words(text, first, last) if last - first > _REACH else None
    if gap is not None:
        yield gap


def _between_words(text: str, first: int, last: int) -> Piece | None:
    """The longest gap inside `first` to `last` that begins and ends between two words (or at the text's ends)."""
    start = first
    if first:
        begin = _CUT.search(text, first, last)
        if begin is None:
            return None
        start = begin.start()
    if last == len(text):
        return start, last, _GAP
    end = start
    for cut in _CUT.finditer(text, max(start, last - _REACH), last):
        end = cut.end()
    return (start, end, _GAP) if end > start + len(_GAP) else None
