"""Where words begin and end in a folded text, in every script.

A place is a word end next to anything that is no letter or digit, at a camel hump, between a letter and a digit, where
the script changes, and anywhere in scripts that are written without spaces; Hangul words also end before a particle.
"""

import unicodedata
from functools import lru_cache

_UNSPACED = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "BOPOMOFO"}
)


def starts_word(text: str, index: int) -> bool:
    """Whether a word can begin at character `index`."""
    if index == 0:
        return True
    before, first = text[index - 1], text[index]
    if not before.isalnum() or not first.isalnum():
        return True
    if before.isdigit():
        return first.isupper()
    return _hump(text, index) or _scripts_part(before, first)


def ends_word(text: str, index: int) -> bool:
    """Whether a word can end before character `index`."""
    if index == len(text):
        return True
    last, after = text[index - 1], text[index]
    if not last.isalnum() or not after.isalnum():
        return True
    if after.isdigit():
        return not last.isdigit()
    if last.isdigit():
        return after.isupper()
    return _hump(text, index) or _scripts_part(last, after) or (_script(last) == "HANGUL" == _script(after))


def _hump(text: str, index: int) -> bool:
    """A camel hump: aB, or the last capital of a run that starts a word (XMLParser)."""
    if not text[index].isupper():
        return False
    return text[index - 1].islower() or (index + 1 < len(text) and text[index + 1].islower())


def _scripts_part(before: str, after: str) -> bool:
    if before.isascii() and after.isascii():
        return False
    left, right = _script(before), _script(after)
    return left != right or left in _UNSPACED


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The first word of the character's Unicode name, which names its script: LATIN, CYRILLIC, CJK, HANGUL."""
    return unicodedata.name(character, "?").split()[0]
