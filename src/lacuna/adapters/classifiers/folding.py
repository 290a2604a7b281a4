"""Text as a reader sees it, for scanning: look-alike, styled, accented and invisible characters become plain ones.

Guarantees: each character folds on its own, so folding is closed under concatenation and every folded character has one
origin; `fold` keeps case; lower-casing a folded text keeps its length; an ASCII text without control characters is
returned as it is. Leaves finding anything to the scanners.
Sources: NFKD (Unicode Annex 15), confusables (Unicode Technical Standard 39, data in `confusables*.txt`).
"""

import re
import unicodedata
from array import array
from functools import cache
from importlib import resources

import numpy as np

_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5")
"""Letters by category that draw nothing (fillers and inherent vowels)."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTER_SYMBOLS = ((0x1F150, 0x1F169), (0x1F170, 0x1F189), (0x1F1E6, 0x1F1FF))
"""Letters on discs, on squares and regional indicators: no decomposition, yet read as A to Z."""

_CACHED_CHARACTERS = 50_000
_SHORT = 64
"""Characters below which the table is faster than the array."""
_NOTHING = "\ufffe"
_LONGER = "\uffff"
"""Entries of `_PLANE` that are no characters of any text: folds to no character, and to what is no single one of the
basic plane (or not known yet)."""


def fold(text: str) -> str:
    """`text` with look-alikes replaced and invisible characters removed; case is kept."""
    if text.isascii() and (text.isprintable() or _CONTROLS.search(text) is None):
        return text
    if len(text) < _SHORT:
        return text.translate(_TABLE)
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    folded = _PLANE.take(units).tobytes().decode("utf-16-le")
    if _LONGER in folded:
        return _learned(text)
    return folded.replace(_NOTHING, "") if _NOTHING in folded else folded


def _learned(text: str) -> str:
    """`text` folded by the table; its characters go into the array for the next time."""
    folded = text.translate(_TABLE)
    new = set(text) - _CONSIDERED
    for character in new:
        target = _TABLE[ord(character)]
        if len(target) < 2 and _is_unit(character) and (not target or _is_unit(target)):
            _PLANE[ord(character)] = ord(target or _NOTHING)
    if len(_CONSIDERED) < _CACHED_CHARACTERS:
        _CONSIDERED.update(new)
    return folded


def _is_unit(character: str) -> bool:
    """Whether it is one unit of UTF-16, no half of a pair, and no entry of another meaning."""
    return character < _NOTHING and not "\ud800" <= character <= "\udfff"


def origins(text: str) -> "array[int]":
    """For each character of `fold(text)` the index in `text` that it came from; one more entry, the length, at the
    end."""
    table = _TABLE
    found = array("l")
    for index, character in enumerate(text):
        folded = table[ord(character)]
        if len(folded) == 1:
            found.append(index)
        else:
            found.extend([index] * len(folded))
    found.append(len(text))
    return found


def reveal(text: str) -> str:
    """`text` with runs of characters that draw nothing but spell something (tags for ASCII, variation selectors for
    bytes) as what they spell; every character keeps its place. A few of them among other characters are decoration and
    stay."""
    if text.isascii() or _MAY_SPELL.search(text) is None:
        return text
    return _HIDDEN.sub(_spelled, text)


_MAY_SPELL = re.compile("[\ufe00-\U000e01ef]")
_HIDDEN = re.compile("[\U000e0020-\U000e007e]{4,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


def _spelled(run: re.Match[str]) -> str:
    return "".join(map(_hidden_character, run.group()))


def _hidden_character(character: str) -> str:
    code = ord(character)
    if code < 0xFE10:
        return chr(code - 0xFE00)
    return chr(code - 0xE0100 + 16 if code >= 0xE0100 else code - 0xE0000)


def mixed_confusables() -> dict[str, str]:
    """Characters of other scripts and symbols that read as a letter or digit where Latin ones stand around them."""
    return _read("confusables_mixed.txt")


@cache
def _confusables() -> dict[str, str]:
    return _read("confusables.txt")


def _read(name: str) -> dict[str, str]:
    lines = (resources.files(__package__) / name).read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {chr(int(code, 16)): target for target, *codes in pairs for code in codes}


def _fold_character(character: str) -> str:
    code = ord(character)
    for first, last in _LETTER_SYMBOLS:
        if first <= code <= last:
            return chr(ord("A") + code - first)
    return "".join(map(_fold_part, unicodedata.normalize("NFKD", character)))


def _fold_part(character: str) -> str:
    if character in "\t\n\r":
        return character
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or character in _INVISIBLE:
        return ""
    if category in ("Zs", "Zl", "Zp") or character in "\x0b\x0c\x85\u2800":
        return " "
    if category == "Cc":
        return ""
    if category == "Cs":  # a lone surrogate cannot be encoded for the scanners
        return "\ufffd"
    if category == "Pd" or character in "\u2212\u02d7":
        return "-"
    if character in "\u2018\u2019\u201b\u02bc\u02b9\u2032":
        return "'"
    if character in "\u201c\u201d\u201f\u2033":
        return '"'
    if character in "\u00b7\u2022\u2219\u22c5\u30fb\u3002\u0589\u06d4":
        return "."
    if character in "\u2044\u2215\u29f8":
        return "/"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _confusables().get(character, character)


class _FoldTable(dict[int, str]):
    """Folds by code point, remembered up to a limit so that a text of rare characters cannot fill the memory."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _CACHED_CHARACTERS:
            self[code] = folded
        return folded


_TABLE = _FoldTable()
_PLANE = np.full(0x10000, ord(_LONGER), np.uint16)
"""What a character of the basic plane folds to, once a text has had it: two to three times as fast as the table."""
_CONSIDERED: set[str] = set()
"""Characters that are in `_PLANE`, or cannot be."""
