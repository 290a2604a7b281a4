"""Texts to index terms, for matching a question with sentences in any script.

Words are folded (case, diacritics, compatibility forms) and lightly stemmed; scripts that write without spaces, and
Hangul, whose words carry their particles, become overlapping pairs of characters. The same text always gives the same
terms.
"""

import re
import unicodedata
from typing import Final

from lacuna.domain.function_words import STOPWORDS

_WORD: Final = re.compile(r"[^\W_]+(?:[.,](?=\d)[^\W_]+)*")

_UNSPACED: Final = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+)"
)
"""Thai, Lao, Burmese, Khmer, Kana, Han, Hangul."""

_VOICING: Final = "\u3099\u309a"
"""Marks that make another letter, unlike an accent."""

_SUFFIXES: Final = ("ings", "ing", "edly", "ed", "ern", "es", "en", "em", "er", "s", "e", "n")
_SHORTEST_STEM: Final = 4


def words(text: str) -> list[str]:
    """The folded words of `text`, in order, not stemmed."""
    return _WORD.findall(folded(text))


def terms(text: str) -> list[str]:
    """The content terms of `text`, in order: function words are left out."""
    return [stem for word in words(text) for stem in _stems(word)]


def folded(text: str) -> str:
    """Lower case, without diacritics and compatibility variants."""
    if text.isascii():
        return text.lower()
    bare = "".join(
        c
        for c in unicodedata.normalize("NFKD", text.casefold())
        if c in _VOICING or not unicodedata.category(c).startswith("M")
    )
    return unicodedata.normalize("NFC", bare)


def _stems(word: str) -> list[str]:
    if word in STOPWORDS:
        return []
    if word.isascii():
        return [_stem(word)]
    found: list[str] = []
    for part in _UNSPACED.split(word):
        if not part:
            continue
        if _UNSPACED.fullmatch(part):
            found += _pairs(part)
        elif part not in STOPWORDS:
            found.append(_stem(part))
    return found


def _pairs(run: str) -> list[str]:
    pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return [pair for pair in pairs if pair not in STOPWORDS]


def _stem(word: str) -> str:
    """A light, language-blind stem: over-stemming costs little, for both sides are treated alike."""
    if not word.isalpha() or len(word) < _SHORTEST_STEM:
        return word
    if len(word) == _SHORTEST_STEM:  # "logs" and "rule", for "log" and "rules"; not "this", "glas"
        return word[:-1] if word.endswith("e") or (word.endswith("s") and word[-2] not in "aeious") else word
    if not unicodedata.name(word[0], "").startswith("LATIN"):
        # Inflected alphabets (Cyrillic, Greek, Arabic, ...): the ending goes.
        return word[:-2] if len(word) > _SHORTEST_STEM + 1 else word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM - 1:
            word = word.removesuffix(suffix)
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word
