"""Which parts of a long text are embedded.

Promise: a text of at most one window is its own window, unchanged; of a longer one, the first window and those that
speak most of an organisation's own affairs, at most MAX_WINDOWS, chosen over the whole text. So a sentence about the
own house is not lost in a long public text, and the work is bounded. What was left out earns no evidence (`whole`).
"""

from collections.abc import Sequence
from typing import Final

from lacuna.adapters.classifiers.semantic import markers

WINDOW: Final = 1_000
"""Characters; about what the packaged model sees of English (256 tokens)."""
MAX_WINDOWS: Final = 8
_LONGEST_LOOK: Final = 400_000
"""Characters whose windows are compared; beyond it every n-th window is."""
_TELLING: Final = ("own", "work", "time", "mail", "secret", "act", "me")


def windows(text: str) -> list[str]:
    """At least one window, in the order of the text."""
    if len(text) <= WINDOW:
        return [text]
    starts = _starts(text)
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if len(pieces) <= MAX_WINDOWS:
        return pieces
    rest = range(1, len(pieces), -(-len(pieces) // (_LONGEST_LOOK // WINDOW)))
    telling = sorted(rest, key=lambda number: -_weight(pieces[number]))[: MAX_WINDOWS - 1]
    return [pieces[number] for number in sorted([0, *telling])]


def whole(text: str, chosen: Sequence[str]) -> bool:
    """Whether the windows `chosen` of `text` leave nothing of it out."""
    return sum(map(len, chosen)) == len(text)


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
