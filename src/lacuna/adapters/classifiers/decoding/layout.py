"""Characters and groups set apart by layout: letters with a blank or mark between them, numbers in odd groups, values
broken over lines.

Guarantees: letters count as set apart only where at least four single ones follow each other with the same separator;
digits of a number keep their groups, so that check digits and ranges still decide. Lines are rejoined in a reading of
their own, because most line breaks part words.
"""

import re

import re2

from lacuna.adapters.classifiers.decoding.decoder import Decoder

_MIN_LETTERS = 4


def _spaced(piece: str) -> str | None:
    """Letters set apart by one blank (or two); a wider gap is a blank that was there before."""
    gap = 2 if piece[1:3] == "  " else 1
    wide = re.compile(rf"\s{{{gap + 1},}}")
    return " ".join(part.replace(" ", "") for part in wide.split(piece))


def _lined(piece: str) -> str | None:
    """Letters each on a line of its own; an empty line is a blank."""
    return " ".join("".join(word.split()) for word in _EMPTY_LINE.split(piece))


_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_MARK = re.compile(r" ?([^\w\s]{1,2}|_{1,2}) ?")


def _marked(piece: str) -> str | None:
    """Characters each followed by the same mark; where the mark stands alone between blanks, so do they."""
    mark = _MARK.match(piece, 1)
    if mark is None:
        return None
    kept = piece.replace(mark.group(), "")
    return kept if sum(map(str.isalnum, kept)) >= _MIN_LETTERS else None


def _regrouped(piece: str) -> str | None:
    """Groups of digits and capitals parted by marks that no number is written with."""
    return "-".join(part for part in _ODD_SEPARATOR.split(piece) if part)


_ODD_SEPARATOR = re.compile(r"(?: ?[|~_*;\\:+=()\[\]{}<>/-] ?)+")


def _rejoined(piece: str) -> str | None:
    """A line break inside a word goes, with the hyphen that announced it; one after a blank becomes a blank."""
    return " " if piece.startswith((" ", "\t")) else ""


DECODERS = (
    Decoder(
        r"(?:^|[\s(\"'\[:=])\S  ?\S  ?\S  ?\S",
        re2.compile(r"(?:^|[\s(\"'\[:=])((?:\S(?: |   )){3,}\S|(?:\S(?:  | {4,6})){3,}\S)(?:[\s.,;:!?)\"'\]]|$)"),
        _spaced,
    ),
    Decoder(
        r"(?:^|\n)\S\r?\n\S\r?\n\S",
        re.compile(r"(?:^|(?<=\n))((?:\S[ \t]*(?:\r?\n[ \t]*)+){3,}\S)(?!\S)"),
        _lined,
    ),
    Decoder(
        r"[\pL\pN@][^\pL\pN\s][\pL\pN@.][^\pL\pN\s][\pL\pN@.][^\pL\pN\s]|\pL [^\pL\pN\s] \pL [^\pL\pN\s] \pL|"
        r"\pN [^\pL\pN\s] \pN [^\pL\pN\s] \pN",
        re.compile(r"([\w@+()]( ?(?:[^\w\s@]{1,2}|_{1,2}) ?)(?:[\w@ +().:/%_-]\2){2,}[\w@]?)"),
        _marked,
    ),
    Decoder(
        r"[0-9] ?[|~_*;\\:+=(\[{<][ )\]}>(\[{<]*[0-9]|[0-9] [-/] [0-9]",
        re2.compile(r"\b[A-Z0-9]{1,6}(?:(?: ?[|~_*;\\:+=()\[\]{}<>/-] ?){1,3}[A-Z0-9]{1,6}){2,}\b"),
        _regrouped,
    ),
)

LINES = (
    Decoder(
        r"[\pL\pN@.-][ \t]?\r?\n(?:> ?)*[\pL\pN]",
        re2.compile(r"[\pL\pN@.-](-?[ \t]?\r?\n(?:> ?)*)[\pL\pN]"),
        _rejoined,
    ),
)
