"""Context words of any script as one RE2 pattern.

Guarantees: a word of a script with cases (Latin, Cyrillic, Greek) is found only where it stands alone, whatever its
case; one of a script that parts no words (Chinese, Thai) or glues prefixes on (Arabic, Hebrew) is found anywhere. RE2's
`\\b` knows ASCII letters only, so other words get edges of their own, which may take one character on either side.
"""

from collections.abc import Iterator
from unicodedata import category

from lacuna.adapters.classifiers.folding import fold

_BEFORE = r"(?:^|[\x00-/:-@\[-`{-\x7f\x{ab}\x{bb}])"
_AFTER = r"(?:$|[\x00-@\[-`{-\x7f\x{ab}\x{bb}])"


def as_words(alternatives: str) -> str:
    """A pattern for folded text that finds any of the `alternatives` (RE2, parted by `|`) as a word."""
    plain: list[str] = []
    cased: list[str] = []
    caseless: list[str] = []
    for word in _top_level(alternatives):
        folded = fold(word)
        if folded.isascii() and not _cased_otherwise(word):
            plain.append(folded)
        elif any(category(character) == "Lo" for character in word):
            caseless.append(folded)
        else:
            cased.extend(_spellings(word))
    parts = []
    if plain:
        parts.append(rf"(?:\b|_)(?:{'|'.join(plain)})(?:\b|_|[0-9])")
    if cased:
        parts.append(rf"{_BEFORE}(?:{'|'.join(cased)}){_AFTER}")
    parts += caseless
    return f"(?i)(?:{'|'.join(parts)})"


def _top_level(alternatives: str) -> Iterator[str]:
    depth = start = 0
    escaped = in_class = False
    for at, character in enumerate(alternatives):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            yield alternatives[start:at]
            start = at + 1
    yield alternatives[start:]


def _cased_otherwise(word: str) -> bool:
    """Whether the word comes from Cyrillic or Greek, whose capitals may fold to other letters than the small ones."""
    return any("\u0370" <= character <= "\u052f" for character in word)


def _spellings(word: str) -> list[str]:
    """The folded word, and as it folds in capitals and with a capital first, where that is something else."""
    spelled = [word] if "\\" in word else [word, word.upper(), word[:1].upper() + word[1:]]
    return list({fold(spelling).lower(): fold(spelling) for spelling in spelled}.values())
