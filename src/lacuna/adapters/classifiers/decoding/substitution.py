"""Letters that stand for others: digits and signs for letters (leet), letters for digits, look-alikes of other scripts
in Latin words, the alphabet rotated by thirteen, text written backwards.

Guarantees: every substitution keeps the length, character by character. What is read this way is one more reading
beside the text as it stands, because `sha256` and `Müller` are no disguises.
"""

import re

from lacuna.adapters.classifiers.decoding.decoder import Decoder
from lacuna.adapters.classifiers.folding import mixed_confusables

_LETTERS = str.maketrans("0123456789@$!|€£", "oizeasgtbgasilel")
_OTHER_LETTERS = str.maketrans("0123456789@$!|€£I", "olzeasbtbq@sllell")
_DIGITS = str.maketrans("OoIlSs|!", "00115511")
_DIGIT_LIKE = frozenset("0123456789OoIlSs|!")
_HALVES = ("ABCDEFGHIJKLM", "NOPQRSTUVWXYZ")
_ROT13 = str.maketrans(
    "".join((*_HALVES, *map(str.lower, _HALVES))),
    "".join((*_HALVES[::-1], *map(str.lower, _HALVES[::-1]))),
)
_MIN_LETTERS = 2


def rot13(text: str) -> str:
    """`text` with each ASCII letter moved by thirteen places. Its own inverse."""
    return text.translate(_ROT13)


def _numeral(piece: str) -> bool:
    """Whether `piece` is a digit and more that look like digits."""
    return _DIGIT_LIKE.issuperset(piece) and any(map(str.isdigit, piece))


def _leet(piece: str) -> str | None:
    if _MIXTURE.search(piece) is None:
        return None
    if _numeral(piece):
        return piece.translate(_DIGITS)
    return piece.translate(_LETTERS) if sum(map(str.isalpha, piece)) >= _MIN_LETTERS else None


def _other_leet(piece: str) -> str | None:
    """The second reading of the ambiguous signs: 1 as l, not i; 6 as b; a capital I among small letters as l."""
    return None if _MIXTURE.search(piece) is None or _numeral(piece) else piece.translate(_OTHER_LETTERS)


_MIXED_TABLE = mixed_confusables()
_LIKE_LETTERS = "".join(character for character, target in _MIXED_TABLE.items() if target.isalpha())
_LIKE_DIGITS = "".join(character for character, target in _MIXED_TABLE.items() if target.isdigit())
_MIXED_PLACE = rf"[A-Za-z][{_LIKE_LETTERS}]|[{_LIKE_LETTERS}][A-Za-z]|[0-9][{_LIKE_DIGITS}]|[{_LIKE_DIGITS}][0-9]"
_MIXED_WORD = re.compile(_MIXED_PLACE)
_TRANSLATION = str.maketrans(_MIXED_TABLE)


def _mixed(piece: str) -> str | None:
    return piece.translate(_TRANSLATION) if _MIXED_WORD.search(piece) else None


_LEET_PROBE = (
    r"[A-Za-z][0-9@$!|][A-Za-z]|\b[0-9@$!|][A-Za-z][A-Za-z]|[A-Za-z][A-Za-z][0-9@$!|]|[a-z]I|[0-9][OolIS][0-9OolIS]"
)
_LEET = re.compile(r"([A-Za-z0-9@$!|]{2,})")
_MIXTURE = re.compile(r"[A-Za-z][0-9@$!|]|[0-9@$!|][A-Za-z]|[a-z]I")

LEET = (Decoder(_LEET_PROBE, _LEET, _leet, whole=True),)
OTHER_LEET = (Decoder(r"[A-Za-z][1|!6]|[1|!6][A-Za-z]|[a-z]I", _LEET, _other_leet, whole=True),)
MIXED = (Decoder(_MIXED_PLACE, re.compile(rf"([A-Za-z0-9{_LIKE_LETTERS}{_LIKE_DIGITS}]{{2,}})"), _mixed, whole=True),)

_TELLING = (
    "the and for with from that this your please what which where when have about password secret username email "
    "confidential address account number phone name token der die und das ist nicht mit von bitte wie passwort "
    "kennwort para una por los contrasena correo nombre les des est avec pour votre mot"
).split()
"""Words that hardly any sentence lacks, or that a secret stands beside."""


def _alternatives(words: list[str]) -> str:
    return rf"(?i)\b(?:{'|'.join(sorted(set(words)))})\b"


ROTATED = _alternatives([rot13(word) for word in _TELLING])
BACKWARDS = _alternatives([word[::-1] for word in _TELLING if len(word) > 3 or word == "the"])
