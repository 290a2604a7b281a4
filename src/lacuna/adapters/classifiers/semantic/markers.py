"""What kind of speech a text is, from words that show it in many languages.

Guarantees: one linear pass; any Unicode text; the same categories in every language, so that what a head learns of
"speaks of the own organisation" or "asks for something" in one language holds in the others. Which weight a category
has is left to the head; the words stand in `markers.txt`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

_MARKS: Final = re.compile("[\u0300-\u036f\u064b-\u0652\u0670]")
_BETWEEN: Final = re.compile(r"[^\w'’-]+")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0002fa1f]"
)
"""Scripts written without blanks between words: Thai, Lao, Burmese, Khmer, kana, ideographs."""


def normalised(text: str) -> str:
    """Lower case, accents dropped (not the vowel signs of Indic and Thai script), one blank between words and at both
    ends. Lone surrogates are dropped."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return " " + _BETWEEN.sub(" ", text.casefold()).strip().replace("’", "'") + " "


def unspaced(text: str) -> int:
    """Characters of scripts written without blanks."""
    return 0 if text.isascii() else len(_UNSPACED.findall(text))


class Markers:
    """Counts markers by category. Safe under threads."""

    def __init__(self, lines: str) -> None:
        categories: list[str] = []
        needles: dict[str, int] = {}
        for category, word in _entries(lines):
            if category not in categories:
                categories.append(category)
            needles.setdefault(_needle(word), categories.index(category))
        self.categories = tuple(categories)
        self._of = np.fromiter(needles.values(), dtype=np.intp)
        self._automaton = ahocorasick_rs.AhoCorasick(list(needles))

    def counts(self, text: str) -> npt.NDArray[np.float32]:
        """Hits in a normalised text, one number a category."""
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not hits:
            return np.zeros(len(self.categories), dtype=np.float32)
        found = self._of[np.fromiter((hit[0] for hit in hits), dtype=np.intp, count=len(hits))]
        return np.bincount(found, minlength=len(self.categories)).astype(np.float32)


@cache
def shipped() -> Markers:
    """The markers of the package, read once."""
    return Markers(files(__package__).joinpath("markers.txt").read_text(encoding="utf-8"))


def _entries(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(":")
        for word in words.split():
            yield head.split()[0], word


def _needle(word: str) -> str:
    """A whole word stands between blanks, a stem after one; in a script without blanks both match anywhere."""
    stem = word.endswith("*")
    core = normalised(word.rstrip("*").replace("_", " ")).strip()
    if _UNSPACED.search(core):
        return core
    return f" {core}" if stem else f" {core} "
