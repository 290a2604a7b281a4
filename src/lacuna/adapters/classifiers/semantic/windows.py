"""Which parts of a long text are embedded.

Promise: a text of at most one window is its own window, unchanged; of a longer one, the first window and those that
speak most of an organisation's own affairs, at most MAX_WINDOWS, chosen over the whole text; and the most telling
places that a cut runs through. So a sentence about the own house is not lost in a long public text, and the work is
bounded.
What was left out earns no evidence (`whole`).
"""

from collections.abc import Sequence
from typing import Final

from lacuna.adapters.classifiers.semantic import markers

WINDOW: Final = 1_000
"""Characters; about what the packaged model sees of English (256 tokens)."""
MAX_WINDOWS: Final = 8
MAX_SEAMS: Final = 3
"""Windows over cuts, besides."""
_LONGEST_LOOK: Final = 400_000
"""Characters whose windows are compared; beyond it every n-th window is."""
_TELLING: Final = ("own", "work", "time", "mail", "secret", "act", "me")


def windows(text: str) -> list[str]:
    """At least one window: the pieces in the order of the text, then those over seams."""
    if len(text) <= WINDOW:
        return [text]
    starts = _starts(text)
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if len(pieces) > MAX_WINDOWS:
        rest = range(1, len(pieces), -(-len(pieces) // (_LONGEST_LOOK // WINDOW)))
        telling = sorted(rest, key=lambda number: -_weight(pieces[number]))[: MAX_WINDOWS - 1]
        kept = sorted([0, *telling])
    else:
        kept = list(range(len(pieces)))
    return [pieces[number] for number in kept] + _seams(text, starts, kept)


def whole(text: str) -> bool:
    """Whether the windows of `text` leave nothing of it out."""
    return len(text) <= WINDOW or len(_starts(text)) <= MAX_WINDOWS


def _seams(text: str, starts: Sequence[int], kept: Sequence[int]) -> list[str]:
    """Windows over the seams beside the pieces that are kept, the most telling ones: what a cut runs through would be
    diluted by its neighbours on both sides."""
    beside = sorted({number for piece in kept for number in (piece, piece + 1) if 0 < number < len(starts)})
    found = [text[max(starts[number] - WINDOW // 2, 0) : starts[number] + WINDOW // 2] for number in beside]
    weights = {number: _weight(window) for number, window in enumerate(found)}
    telling = sorted((n for n, weight in weights.items() if weight > 0), key=lambda n: -weights[n])[:MAX_SEAMS]
    return [found[number] for number in sorted(telling)]


def _starts(text: str) -> list[int]:
    """Windows begin after a blank or line end where there is one in the last fifth of the window before."""
    starts, start = [0], 0
    while len(text) - start > WINDOW:
        end = start + WINDOW
        cut = max(text.rfind("\n", end - WINDOW // 5, end), text.rfind(" ", end - WINDOW // 5, end))
        start = cut + 1 if cut >= 0 else end
        starts.append(start)
    return starts


def _weight(piece: str) -> float:
    found = markers.shipped()
    counts = dict(zip(found.categories, found.counts(markers.normalised(piece)).tolist(), strict=True))
    return float(sum(counts[category] for category in _TELLING))
