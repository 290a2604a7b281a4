"""Context words of any script as one RE2 pattern.

Guarantees: a word of a script with cases (Latin, Cyrillic, Greek) is found only where it stands alone, whatever its
case; one of a script that parts no words (Chinese, Thai) or glues prefixes on (Arabic, Hebrew) is found anywhere. RE2's
`\\b` knows ASCII letters only, so other words get edges of their own, which may take one character on either side.
"""

from collections.abc import Iterator
from unicodedata import category

from lacuna.adapters.classifiers.folding import fold

_BEFORE = r"(?:^|[\x00-/:-@\[-`{-\x7f\x{ab}\x{bb}])"
_CASED_LETTER = r"[a-z\x{370}-\x{52f}]"
_AFTER = r"(?:$|[\x00-@\[-`{-\x7f\x{ab}\x{bb}])"


def as_words(alternatives: str, *, open_end: bool = False) -> str:
    """A pattern for folded text that finds any of the `alternatives` (RE2, parted by `|`) as a word.

    `\\pL` in a word stands for a letter of its own script: folded Latin is ASCII, and RE2 expands `\\pL` to hundreds of
    byte ranges wherever it stands. With `open_end` the words may go on: for patterns that say themselves what follows.
    """
    plain: list[str] = []
    cased: list[str] = []
    caseless: list[str] = []
    for word in _top_level(alternatives):
        folded = fold(word)
        if folded.isascii() and not _cased_otherwise(word):
            plain.append(folded.replace(r"\pL", "[a-z]"))
        elif any(category(character) == "Lo" for character in word):
            caseless.append(folded)
        else:
            cased.extend(_spellings(word))
    parts = []
    if plain:
        parts.append(rf"(?:\b|_)(?:{'|'.join(plain)})" + ("" if open_end else r"(?:\b|_|[0-9])"))
    if cased:
        parts.append(rf"{_BEFORE}(?:{'|'.join(cased)})" + ("" if open_end else _AFTER))
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
    """The word folded as it stands, in capitals and with a capital first, where that folds to something else."""
    capitals = "".join(character.upper() if character > "\x7f" else character for character in word)
    spelled = (fold(spelling) for spelling in (word, capitals, word[:1].upper() + word[1:]))
    return [spelling.replace(r"\pL", _CASED_LETTER) for spelling in {s.lower(): s for s in spelled}.values()]
