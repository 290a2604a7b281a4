"""Long lists of context words found in one pass by an Aho-Corasick automaton.

Guarantees: what `words.as_words` makes an RE2 pattern of is found at the same places, for lists of plain words and
word beginnings; linear in the text, and hardly dependent on the number of words. Made for lists that RE2's automaton
outgrows its memory with: it then falls back to an engine that is fifty times slower. Leaves patterns with digits or
repetitions to RE2 (`expanded` says which those are).
"""

from collections.abc import Iterator
from itertools import product
from unicodedata import category

from ahocorasick_rs import AhoCorasick

from lacuna.adapters.classifiers.folding import fold

_STEM = r"\w*"
_NOT_PLAIN = frozenset(r"\.{}*+^$?)]0123456789")
_MOST_SPELLINGS = 64
_TO_BLANK = {code: " " for code in (*range(128), 0xAB, 0xBB) if not chr(code).isalpha()}
"""What parts words: the scanned text keeps its length."""


class WordScanner:
    """Immutable; safe under threads. `words` are lower-case; one that ends in `\\w*` is a beginning."""

    def __init__(self, words: tuple[str, ...]) -> None:
        spelled: dict[str, None] = {}
        for word in words:
            bare = word.removesuffix(_STEM)
            anywhere = any(category(character) == "Lo" for character in bare)
            ending = "" if word.endswith(_STEM) else " "
            for spelling in (bare, bare.upper(), bare[:1].upper() + bare[1:]):
                folded = fold(spelling).lower().translate(_TO_BLANK)
                spelled[folded if anywhere else f" {folded}{ending}"] = None
        self._words = tuple(spelled)
        self._automaton = AhoCorasick(list(self._words))

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Where the words stand in a folded text, in order of their ends."""
        scanned = f" {folded.lower().translate(_TO_BLANK)} "  # so each place is one further on than in `folded`
        found = []
        for number, start, end in self._automaton.find_matches_as_indexes(scanned, overlapping=True):
            word = self._words[number]
            found.append((start if word[0] == " " else start - 1, end - 2 if word[-1] == " " else end - 1))
        return found


def expanded(alternatives: str) -> tuple[str, ...] | None:
    """The words that RE2 alternatives stand for, or None if they say more than words: no digits, no
    repetitions, no other escape than a last `\\w*`."""
    words: list[str] = []
    for alternative in _split(alternatives):
        spelled = _spelled(alternative)
        if spelled is None:
            return None
        words += spelled
    return tuple(dict.fromkeys(words))


def _spelled(alternative: str) -> list[str] | None:
    stem = alternative.endswith(_STEM)
    parts: list[list[str]] = []
    at, text = 0, alternative.removesuffix(_STEM)
    while at < len(text):
        character = text[at]
        if text.startswith("(?:", at):
            end = _closing(text, at)
            inner = expanded(text[at + 3 : end])
            choices = None if inner is None else list(inner)
        elif character == "[":
            end = text.index("]", at)
            choices = None if "-" in text[at:end] or "^" in text[at:end] else list(text[at + 1 : end])
        else:
            end = at
            choices = None if character in _NOT_PLAIN else [character]
        if choices is None or any(_STEM in choice for choice in choices):
            return None
        at = end + 1
        if text.startswith("?", at):
            choices, at = ["", *choices], at + 1
        parts.append(choices)
    spelled = ["".join(chosen) for chosen in product(*parts)]
    if len(spelled) > _MOST_SPELLINGS or not all(spelled):
        return None
    return [word + _STEM for word in spelled] if stem else spelled


def _split(alternatives: str) -> Iterator[str]:
    depth = start = 0
    for at, character in enumerate(alternatives):
        depth += (character in "([") - (character in ")]")
        if character == "|" and depth == 0:
            yield alternatives[start:at]
            start = at + 1
    yield alternatives[start:]


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)
