"""Texts and questions as weighted terms: what every store's lexical search compares.

A term is a number below 2**31. There are two kinds: stems of words, and character 4-grams within words, which find
compounds, typing errors and inflections that no stemmer knows (McNamee and Mayfield 2004, "Character n-gram
tokenization for European language text retrieval"). Scripts written without spaces give sequences of characters: pairs
for stems and single ones for grams where a character is a syllable or a word, threes and pairs where it is a letter.

A store ranks by the sum, over the terms that a passage shares with the question, of

    weight in the question * rarity(permitted passages with the term, permitted passages) * weight in the passage

which is BM25 (Robertson and Zaragoza 2009) with a fixed average length: a passage's weights say nothing about other
passages, and rarity counts only what the asker may read, so scores tell nothing about the rest.

`ANALYSIS` names the form; a store records it with what it wrote and analyses again where it differs.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.languages import STEMMERS, is_function_word, language_of, stems

ANALYSIS: Final = f"2, {STEMMERS}"

GRAMS: Final = 1 << 16
"""Terms below this are 4-grams, those from it on are stems."""
MAX_WORDS: Final = 64
"""Distinct words of a question that are looked up: the first ones."""
STEP: Final = 1 / 96
"""Weights of passages are multiples of this, at most LARGEST."""
LARGEST: Final = 255 * STEP

_LONGEST_QUESTION: Final = 8_192
_LONGEST_WORD: Final = 64
_TITLE: Final = 2
_HEADING: Final = 1.5
_GRAM_SHARE: Final = 0.2
"""What a 4-gram of the question counts, beside 1 for a word: a word has about five."""
_SATURATION: Final = 1.6
_LENGTH: Final = 0.7
"""BM25's k1 and b."""
_REPEATED: Final = 8
"""BM25's k3: however often a question says a word, it counts less than nine times."""
_AVERAGE_WORDS: Final = 130
_AVERAGE_GRAMS: Final = 400

_ASCII_WORD: Final = re.compile("[a-z0-9]+")
_SIGNS: Final = (
    "\u0900-\u0dff"  # Indic scripts
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece"  # Thai, Lao
    "\u102b-\u103e\u1056-\u109d\u17b4-\u17d3"  # Burmese, Khmer
)
"""Signs of vowels and tones, which Unicode counts among the marks, belong to the word."""
_WORD: Final = re.compile(f"(?:[^\\W_]+|[{_SIGNS}]+)+")
_LETTERS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Of scripts without spaces whose characters are letters: Thai, Lao, Burmese, Khmer."""
_SYLLABLES: Final = (
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Japanese syllables and repetition marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f\U00030000-\U000323af"  # ideographs
)
_RUN: Final = re.compile(f"[{_LETTERS}]+|[{_SYLLABLES}]+")
_LETTER: Final = re.compile(f"[{_LETTERS}]")
_WORDS_PER_THREE: Final = 0.25
"""What three letters count in the length of a passage: a word of Thai has about four."""
_MARKS: Final = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0640\u064b-\u0655]")
"""Accents, points and the stretching of Arabic, which people leave out when they ask."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Equally long `keys`, each once and ascending, and `weights`."""

    keys: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float32]


def passage_terms(title: str, heading: str, text: str) -> Terms:
    """The terms of a passage, weighted by how often they occur, title and heading more than text, and by its length."""
    body = words(text)
    above = [(title, words(title), _TITLE), (heading, words(heading), _HEADING)]
    language = language_of(chain(body, *(some for _, some, _ in above)))
    found = _counted(body, language)
    for _, some, weight in above:
        for key, count in _counted(some, language).items():
            found[key] = found.get(key, 0) + weight * count
    length = _length(text, body) + sum(weight * _length(over, some) for over, some, weight in above)
    return _terms(found, length)


def question_terms(text: str) -> Terms:
    """The terms of a question: 1 for the stem of a word, less for a 4-gram, more where it repeats the word: long
    questions repeat what they are about. Function words gain nothing by it."""
    counts = Counter(words(text[:_LONGEST_QUESTION]))
    distinct = list(counts)[:MAX_WORDS]
    language = language_of(distinct)
    weights: dict[int, float] = {}
    for word in distinct:
        often = 1 if is_function_word(word, language) else counts[word]
        weight = (_REPEATED + 1) * often / (_REPEATED + often)
        for key in _keys(word[:_LONGEST_WORD], language):
            weights[key] = max(weight, weights.get(key, 0.0))
    keys = np.array(sorted(weights), dtype=np.uint32)
    repeated = np.array([weights[key] for key in keys.tolist()], dtype=np.float32)
    return Terms(keys, np.where(keys < GRAMS, np.float32(_GRAM_SHARE), np.float32(1)) * repeated)


def rarity(holding: int, of: int) -> float:
    """What a term counts that `holding` among `of` passages have: BM25's inverse document frequency, above 0."""
    return math.log1p((of - holding + 0.5) / (holding + 0.5))


def words(text: str) -> list[str]:
    """The words in order, folded (case, accents, compatibility forms); unspaced runs as overlapping pairs of
    characters, or threes of letters."""
    ascii_only = text.isascii()
    found: list[str] = _ASCII_WORD.findall(text.lower()) if ascii_only else _WORD.findall(_folded(text))
    return found


def _folded(text: str) -> str:
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _RUN.sub(lambda run: f" {' '.join(_cut(run[0]))} ", unicodedata.normalize("NFKC", bare))


def _cut(run: str) -> list[str]:
    return _sequences(run, 3 if _LETTER.match(run) else 2) or [run]


def _sequences(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(len(text) - size + 1)]


def _length(text: str, found: Sequence[str]) -> float:
    """Of a text, in words."""
    threes = sum(1 for word in found if _LETTER.match(word)) if _LETTER.search(text) else 0
    return len(found) - (1 - _WORDS_PER_THREE) * threes


def _counted(some: Iterable[str], language: str | None) -> dict[int, float]:
    return dict(Counter(chain.from_iterable(_keys(word[:_LONGEST_WORD], language) for word in some)))


@lru_cache(maxsize=32_768)
def _keys(word: str, language: str | None) -> tuple[int, ...]:
    """The terms of one word."""
    whole = [GRAMS + _hashed(stem) % ((1 << 31) - GRAMS) for stem in stems(word, language)]
    if _LETTER.match(word):
        return (*whole, *(_hashed(pair) % GRAMS for pair in _sequences(word, 2) or [word]))
    if _RUN.match(word):
        return (*whole, *(_hashed(character) % GRAMS for character in word))
    if not word.isalpha() or len(word) < 3 or is_function_word(word, language):
        return tuple(whole)
    return (*whole, *(_hashed(gram) % GRAMS for gram in _sequences(f"_{word}_", 4)))


def _hashed(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def _terms(found: dict[int, float], length: float) -> Terms:
    keys = np.fromiter(found, dtype=np.uint32, count=len(found))
    counts = np.fromiter(found.values(), dtype=np.float64, count=len(found))
    order = np.argsort(keys)
    keys, counts = keys[order], counts[order]
    are_grams = keys < GRAMS
    share = np.where(are_grams, counts[are_grams].sum() / _AVERAGE_GRAMS, length / _AVERAGE_WORDS)
    weights = counts * (_SATURATION + 1) / (counts + _SATURATION * (1 - _LENGTH + _LENGTH * share))
    steps = np.clip(np.rint(weights / STEP), 1, 255)
    return Terms(keys, (steps * STEP).astype(np.float32))
