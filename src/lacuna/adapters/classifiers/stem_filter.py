"""Where terms can stand in a text, told by the few characters they begin with.

Guarantees: no term is missed, as it stands or rotated by thirteen; the cost for a text without terms hardly depends on
their number. How: a text is read in windows of a few characters, each one number of 64 bits, and the windows' hashes
are looked up among those of the stems that terms begin with. That is one pass over a small table, where looking words
up in a dictionary waits for memory once or twice a word. It leaves a few places, which are looked at one by one. Leaves
word ends and conditions to `terms`.
"""

import re
import string
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from itertools import product

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.compiled import STEM
from lacuna.adapters.classifiers.decoding import rot13

_Windows = npt.NDArray[np.int64]

_WIDTH = 8
"""Bytes of a window."""
_MOST_BITS = 23
_SPARSE = 48
"""Bits for each member, up to 2 to the power of `_MOST_BITS` in all."""
_FACTOR = 0x9E3779B97F4A7C15
"""Knuth's multiplicative hash: the golden ratio."""

_ASCII = bytes(range(128))
_LOWER_WORDS = bytes(code if chr(code).isalnum() else 32 for code in _ASCII).lower() + bytes(128)
"""Letters to lower case, everything that is no letter or digit to a blank."""
_ROTATION = rot13("".join(map(chr, _ASCII))).encode("ascii") + bytes(128)
_BLANK = 32
_LETTERS = (5, 4)
"""Of a word that are looked at: as many as words that are shorter, each with all that can follow it, allow."""
_FOLLOWING = " " + string.ascii_lowercase + string.digits
"""What a character can be where words are in lower case and all others blanks."""

_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_ANY_BEYOND = "\ufffe"


class _Hashes:
    """A set of windows, of which the first `size` bytes count, as bits; a few others seem to be in it."""

    def __init__(self, size: int, members: Sequence[_Windows]) -> None:
        width = min(_MOST_BITS, (_SPARSE * len(members[0])).bit_length())
        self._factor = np.array(_FACTOR << 8 * (_WIDTH - size) & 0xFFFF_FFFF_FFFF_FFFF, np.uint64).view(np.int64)[()]
        """Shifted, which takes the other bytes of a window out of the product."""
        self._shift = np.int64(64 - width)
        self._bits = np.zeros(1 << width, np.bool_)
        for windows in members:
            self._bits[windows * self._factor >> self._shift] = True

    def places(self, windows: _Windows) -> list[int]:
        """The numbers of the windows that seem to be in the set. A negative hash counts from the end of the bits."""
        hashes = windows * self._factor
        hashes >>= self._shift
        found: list[int] = self._bits[hashes].nonzero()[0].tolist()
        return found


class HeadFilter:
    """`heads` are the words that terms begin with, in lower case: looked for where the words of an ASCII text begin."""

    def __init__(self, heads: Set[str]) -> None:
        self._heads = heads
        raw = f" {' '.join(heads)}".encode("ascii", "replace")
        sizes = np.diff((np.frombuffer(raw, np.uint8) == _BLANK).nonzero()[0], append=len(raw)) - 1
        letters = next(n for n in _LETTERS if n == _LETTERS[-1] or _endings(sizes, n) <= len(heads))
        members = [_begun(text, sizes, letters) for text in (raw, raw.translate(_ROTATION))]
        self._hashes = _Hashes(1 + letters, members)

    def is_silent(self, raw: bytes) -> bool:
        """Whether no word of a text is one of them, as it stands or rotated by thirteen."""
        words = b" %b " % raw.translate(_LOWER_WORDS)
        places = self._hashes.places(_windows(words, 1))
        begun = [words[at + 1 : words.find(b" ", at + 1)] for at in places if words[at] == _BLANK]
        if not begun:
            return True
        whole = b" ".join(begun)
        return self._heads.isdisjoint(whole.decode("ascii").split()) and self._heads.isdisjoint(
            whole.translate(_ROTATION).decode("ascii").split()
        )


def _begun(raw: bytes, sizes: npt.NDArray[np.intp], letters: int) -> _Windows:
    """The windows of a blank and so many `letters` that stand where one of the words in `raw`, of these `sizes`,
    begins. A word that does not fill a window has one with each text that can follow it."""
    starts = (np.frombuffer(raw, np.uint8) == _BLANK).nonzero()[0]
    ended: list[str] = []
    for at in ((sizes > 0) & (sizes < letters - 1)).nonzero()[0].tolist():
        word = raw[starts[at] : starts[at] + 1 + sizes[at]].decode("ascii")
        rest = product(_FOLLOWING, repeat=letters - 1 - int(sizes[at]))
        ended += (f"{word} {''.join(following)}".ljust(_WIDTH) for following in rest)
    return np.concatenate([_windows(raw, 1)[starts], np.frombuffer("".join(ended).encode("ascii"), np.int64)])


def _endings(sizes: npt.NDArray[np.intp], letters: int) -> int:
    """How many windows there are for the words that do not fill one."""
    return sum(int((sizes == size).sum()) * len(_FOLLOWING) ** (letters - 1 - size) for size in range(1, letters - 1))


class StemFilter:
    """`stems` are the first `STEM` characters of `keys`, or all of them, with the lengths of the keys that begin so:
    looked for everywhere in texts that do not say where their words begin (camel case, Chinese, mixed scripts)."""

    def __init__(self, keys: Container[str], stems: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._stems = stems
        by_size: dict[int, list[str]] = {}
        for stem in stems:
            by_size.setdefault(len(stem), []).append(stem)
        self._hashes = [(size, _Hashes(2 * size, _spelled(alike))) for size, alike in by_size.items()]

    def is_silent(self, joined: str) -> bool:
        """Whether no key stands in a text, in lower case without separators, nor in the same rotated by thirteen."""
        places = list(self.places(joined))
        begun = [joined[place : place + size] for place, size in places]
        rotated = rot13("\n".join(begun)).split("\n")
        if self._has_key(joined, places, begun):
            return False
        return self._stems.keys().isdisjoint(rotated) or not self._has_key(rot13(joined), places, rotated)

    def _has_key(self, joined: str, places: Sequence[tuple[int, int]], begun: Sequence[str]) -> bool:
        """Whether a key stands at one of `places`, where there are the texts `begun`. Each different text is looked at
        once: hostile ones repeat themselves."""
        stems, keys = self._stems, self._keys
        longest = {stem: max(stems[stem]) for stem in stems.keys() & begun}
        if not longest:
            return False
        different = {
            (stem, joined[place : place + longest[stem]])
            for (place, _), stem in zip(places, begun, strict=True)
            if stem in longest
        }
        return any(text[:length] in keys for stem, text in different for length in stems[stem])

    def places(self, joined: str) -> Iterator[tuple[int, int]]:
        """Where a stem may stand in a text, in lower case without separators, and its size: all such places and a few
        more."""
        windows = _windows(_units(joined), 2)
        for size, hashes in self._hashes:
            for place in hashes.places(windows):
                yield place, size


def _spelled(stems: Sequence[str]) -> list[_Windows]:
    """The windows of `stems`, as they stand and rotated by thirteen."""
    padded = "".join(stem.ljust(STEM, "\0") for stem in stems)
    return [np.frombuffer(_units(text), np.int64) for text in (padded, rot13(padded))]


def _units(text: str) -> bytes:
    """UTF-16 of `text`, with one unit for each character: those beyond the basic plane count as one and the same."""
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) == 2 * len(text):
        return raw
    return _BEYOND.sub(_ANY_BEYOND, text).encode("utf-16-le", "surrogatepass")


def _windows(raw: bytes, step: int) -> _Windows:
    """The windows over `raw`, one for each character of `step` bytes; blanks follow its end."""
    return np.ndarray(len(raw) // step, np.int64, raw + b" " * _WIDTH, 0, (step,))
