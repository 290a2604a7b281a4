"""Texts as the index of words sees them, and questions as queries to it.

A question is data: whatever it holds, the query is a disjunction of quoted words. Scripts that are written without
spaces (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) are indexed as overlapping pairs of characters, so any
part of a sentence can be found. Stemming (Porter 1980) and the folding of accents happen in SQLite's tokenizer.

`indexed` is part of the file format: deleting an entry needs exactly the form that was inserted, so a change here needs
a new schema version and a rebuild.
"""

import re
import unicodedata
from typing import Final

MAX_WORDS: Final = 64
"""Distinct words of a question that are looked up: the first ones."""
_LONGEST_QUESTION: Final = 8_192

_UNSPACED: Final = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Japanese syllables and repetition marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f\U00030000-\U000323af"  # ideographs
)
_RUN: Final = re.compile(f"[{_UNSPACED}]+")


def indexed(text: str) -> str:
    """The form that goes into the index: compatibility forms folded (NFKC), unspaced runs as character pairs."""
    if text.isascii():
        return text
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", unicodedata.normalize("NFKC", text))


def queried(text: str) -> list[str]:
    """One FTS5 query for each distinct word of a question, at most MAX_WORDS, in order."""
    words = "".join(c if _in_word(c) else " " for c in indexed(text[:_LONGEST_QUESTION])).split()
    found = dict.fromkeys(word.casefold() for word in words)
    return [_quoted(word) for word in list(found)[:MAX_WORDS]]


def _in_word(char: str) -> bool:
    """What the index's tokenizer counts as part of a word: letters, numbers, and the marks that many scripts need."""
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def _quoted(word: str) -> str:
    # A lone character of an unspaced script is the beginning of a pair.
    return f'"{word}"*' if len(word) == 1 and _RUN.match(word) else f'"{word}"'
