"""Fingerprints of documents: which hashes stand for a text, so that a fragment of it is recognised later.

A shingle is a run of four words; scripts that part no words count characters instead (eight ideographs, sixteen letters
of Thai or kana). A document is represented by some of its shingles' hashes, chosen by winnowing: the smallest hash of
every four neighbours (Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD
2003). A question is compared with all of its shingles.

Guarantees: the choice is local, so a shared run of `WINDOW` shingles (seven words) shares at least one chosen hash
whatever stands around it, and a shared run of `WINDOW * n` shingles at least n, if none repeats. Leaves to others:
folding (a text and its fragments must be folded alike), the keyed hash (without its key the hashes reveal no text), and
how many shared hashes mean something (adapters/classifiers/fingerprint.py).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from typing import Final, NamedTuple, TypeVar

T = TypeVar("T")

WORDS: Final = 4
"""Words in a shingle."""

WINDOW: Final = 4
"""Neighbouring shingles of which one is chosen: on average two of five are kept."""

SCHEME: Final = f"winnow/1/{WORDS}/{WINDOW}"
"""Names everything here that decides which hashes a text has. Hashes of different schemes share nothing."""

_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED: Final = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff"
"""Thai, Lao, Tibetan, Burmese, Khmer, kana."""
_INDIC: Final = "\u0900-\u0963\u0966-\u0dff"
"""Vowel signs here are marks that `\\w` takes for word ends."""

_WORD: Final = re.compile(r"[^\W_]+")
_TOKEN: Final = re.compile(
    f"[{_IDEOGRAPHS}]|(?![\u0e5a\u0e5b\u0f04-\u0f14])[{_UNSPACED}]|(?:[{_INDIC}]|(?![{_IDEOGRAPHS}{_UNSPACED}])[^\\W_])+"
)
_IDEOGRAPH: Final = re.compile(f"[{_IDEOGRAPHS}]")
_SPECIAL: Final = re.compile(f"[{_IDEOGRAPHS}{_UNSPACED}{_INDIC}]")

UNIT: Final = 4
"""What a word weighs: a quarter of it is the unit in which text is measured."""
SHINGLE: Final = WORDS * UNIT
_IDEOGRAPH_WEIGHT: Final = 2
_LETTER_WEIGHT: Final = 1

_LETTERS: Final = 4
"""Letters that a shingle must have to stand for a document."""


class Shingles(NamedTuple):
    """The shingles of a text in order: the keyed hash of each, its first and past-the-last character, and how much text
    stands before it, in `UNIT`s of a word."""

    hashes: Sequence[bytes]
    starts: Sequence[int]
    ends: Sequence[int]
    offsets: Sequence[int]


def shingles(text: str, keyed: Callable[[bytes], bytes]) -> Shingles:
    """All shingles of a folded text; none where it is shorter than one. `keyed` is the keyed hash."""
    lowered = text.lower()
    if _SPECIAL.search(lowered) is not None:
        return _weighted(lowered, keyed)
    spans = [match.span() for match in _WORD.finditer(lowered)]
    words = [lowered[start:end] for start, end in spans]
    hashes = [keyed(" ".join(run).encode()) for run in _runs(words)]
    starts, ends = [start for start, _ in spans[: len(hashes)]], [end for _, end in spans[WORDS - 1 :]]
    return Shingles(hashes, starts, ends, range(0, UNIT * len(hashes), UNIT))


def selected(text: str, keyed: Callable[[bytes], bytes]) -> frozenset[bytes]:
    """The hashes that stand for a folded document. Shingles of hardly anything but digits are left out: dates and
    version numbers are alike everywhere."""
    lowered = text.lower()
    if _SPECIAL.search(lowered) is not None:
        found = _weighted(lowered, keyed)
        places = zip(found.hashes, found.starts, found.ends, strict=True)
        return winnowed([shingle for shingle, start, end in places if _letters(lowered[start:end]) >= _LETTERS])
    # As above, without the places, which take longer than the hashes.
    words = _WORD.findall(lowered)
    letters = [len(word) if word.isalpha() else _letters(word) for word in words]
    telling = [sum(run) >= _LETTERS for run in _runs(letters)]
    return winnowed([keyed(" ".join(run).encode()) for run in compress(_runs(words), telling)])


def winnowed(hashes: Sequence[bytes]) -> frozenset[bytes]:
    """The smallest of every `WINDOW` neighbours; of fewer than that, the smallest of all."""
    if len(hashes) < WINDOW:
        return frozenset(sorted(hashes)[:1])
    return frozenset(map(min, *(hashes[shift : len(hashes) - WINDOW + 1 + shift] for shift in range(WINDOW))))


def _runs(each: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """Every run of `WORDS` neighbours."""
    return zip(*(each[shift:] for shift in range(WORDS)), strict=False)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _weighted(lowered: str, keyed: Callable[[bytes], bytes]) -> Shingles:
    """A shingle is the shortest run of tokens that weighs as much as four words."""
    tokens = [(*match.span(), match.group()) for match in _TOKEN.finditer(lowered)]
    weights = [_weight(token) for _, _, token in tokens]
    hashes: list[bytes] = []
    starts: list[int] = []
    ends: list[int] = []
    offsets: list[int] = []
    past = weight = offset = 0
    for first, (start, _, _) in enumerate(tokens):
        while weight < SHINGLE and past < len(tokens):
            weight += weights[past]
            past += 1
        if weight < SHINGLE:
            break
        hashes.append(keyed(" ".join(token for _, _, token in tokens[first:past]).encode()))
        starts.append(start)
        ends.append(tokens[past - 1][1])
        offsets.append(offset)
        weight -= weights[first]
        offset += weights[first]
    return Shingles(hashes, starts, ends, offsets)


def _weight(token: str) -> int:
    if len(token) > 1 or _SPECIAL.match(token) is None:
        return UNIT
    return _IDEOGRAPH_WEIGHT if _IDEOGRAPH.match(token) is not None else _LETTER_WEIGHT
