"""Characters and groups set apart by layout: letters with a blank or mark between them, numbers in odd groups, values
broken over lines.

Guarantees: letters count as set apart only where at least four single ones follow each other with the same separator;
digits of a number keep their groups, so that check digits and ranges still decide. Lines are rejoined in a reading of
their own, because most line breaks part words.
"""

import re

from lacuna.adapters.classifiers.decoding.decoder import Decoder

_MIN_LETTERS = 4


def _spaced(piece: str) -> str | None:
    """Letters set apart by the same number of blanks; a wider gap is a blank that was there before."""
    gap = len(piece) - len(piece[1:].lstrip()) - 1
    wide = re.compile(rf" {{{gap + 1},}}")
    return " ".join(part.replace(" ", "") for part in wide.split(piece))


def _lined(piece: str) -> str | None:
    """Letters each on a line of its own; where more line breaks follow than after the first, there was a blank."""
    gap = _BREAK.search(piece)[0].count("\n")  # type: ignore[index]  # the piece has breaks
    if gap == 1 and all(map(str.strip, piece.split("\n"))):
        return "".join(piece.split())
    wide = re.compile(rf"(?<=\S)[ \t]*+(?:\r?\n[ \t]*+){{{gap + 1},}}")
    return " ".join("".join(part.split()) for part in wide.split(piece))


_BREAK = re.compile(r"[ \t]*(?:\r?\n[ \t]*)+")
_MARK = re.compile(r"\S( ?(?:[^\w\s@]{1,2}|_{1,2}) ?)(?:[\s\S]\1)+\S?")
"""The same structure as the decoder's pattern looks for: a character, a mark, and so on."""


def _marked(piece: str) -> str | None:
    """Characters each followed by the same mark."""
    match = _MARK.fullmatch(piece)
    if match is None:
        return None
    kept = piece[:: 1 + len(match.group(1))]
    return kept if sum(map(str.isalnum, kept)) >= _MIN_LETTERS else None


def _regrouped(piece: str) -> str | None:
    """Groups of digits and capitals parted by a mark that no number is written with."""
    mark = _ODD_SEPARATOR.search(piece)
    if mark is not None and mark[0] == "-":  # nothing would change
        return None
    groups = _ODD_SEPARATOR.split(piece)
    return "-".join(groups) if sum(map(len, groups)) >= _MIN_NUMBER else None


_ODD_SEPARATOR = re.compile(r"[^A-Z0-9]+")
_MIN_NUMBER = 8


def _rejoined(piece: str) -> str | None:
    """A line break inside a word goes, with the hyphen that announced it; one after a blank becomes a blank."""
    return " " if piece.startswith((" ", "\t")) else ""


def _indented(_: str) -> str | None:
    return " "


DECODERS = (
    Decoder(
        r"(?:^|[\s(\"'\[:=])\S +\S +\S +\S",
        re.compile(r"(?:^|(?<=[\s(\"'\[:=]))(\S( {1,6})\S(?:\2 *\S){2,})(?=[\s.,;:!?)\"'\]]|$)"),
        _spaced,
    ),
    Decoder(
        r"(?:^|\s)\S\s*\n\s*\S\s*\n\s*\S",
        re.compile(r"(?:^|(?<=\s))((?:\S[ \t]*+(?:\r?\n[ \t]*+)++){3,}\S)(?!\S)"),
        _lined,
    ),
    Decoder(
        r"[\pL\pN@][^\pL\pN\s]+[\pL\pN@. ][^\pL\pN\s]+[\pL\pN@. ][^\pL\pN\s]|"
        r"[\pL\pN] [^\pL\pN\s] \S [^\pL\pN\s] \S",
        re.compile(r"(\S( ?(?:[^\w\s@]{1,2}|_{1,2}) ?)(?:[\s\S]\2){2,}[^\s.,;:!?)]?)"),
        _marked,
    ),
    Decoder(
        r"[0-9]\)? ?[|~_*;\\:+=(/<-]+ ?[0-9]",
        re.compile(
            r"(?<![A-Za-z0-9])([A-Z0-9]{1,6}( ?[|~_*;\\:+=/<>()-]{1,3} ?)[A-Z0-9]{1,6}(?:\2[A-Z0-9]{1,6})+)"
            r"(?![A-Za-z0-9])"
        ),
        _regrouped,
    ),
)

LINES = (
    Decoder(
        r"[\pL\pN@.-][ \t]?\r?\n(?:> ?)*[\pL\pN@]",
        re.compile(
            r"(?=[-\t\n\r ])(?<=[\w@.-])(?<!_)(-?[ \t]?\r?\n(?:> ?)*)"
            r"(?=[^\W_]|@[\w.-]{1,80}\.(?:com|org|net|edu|gov|info|[a-z][a-z])(?:$|[^\w.(]))"
        ),
        _rejoined,
        whole=True,
    ),
    Decoder(
        r"[0-9-][ \t]?\r?\n(?:> ?)* [0-9]",
        re.compile(r"(?<=[0-9-])(-?[ \t]?\r?\n(?:> ?)* )(?=[0-9])"),
        _indented,
        whole=True,
    ),
)
