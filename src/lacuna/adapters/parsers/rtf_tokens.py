"""RTF's syntax (specification 1.9.1): groups, control words, and bytes in many code pages."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)", re.DOTALL
)
CODE_PAGES: Final = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
"""Character sets of fonts (`\\fcharset`) with the encoding of their bytes."""


class Token(NamedTuple):
    """One piece of the file: a control `word` with its number, a control `symbol`, a `brace`, or `data`: bytes of text
    in the code page that stands, or what `\\bin` encloses (`word` is then "bin")."""

    word: str = ""
    number: int | None = None
    symbol: str = ""
    brace: str = ""
    data: bytes = b""


def tokens(source: bytes) -> Iterator[Token]:
    """The tokens in order. What matches none (a lone backslash at the end) is left out."""
    place = 0
    while found := _TOKEN.search(source, place):
        place = found.end()
        word, number, hexadecimal, symbol, brace, text = found.groups()
        if word:
            value = int(number) if number else None
            if word == b"bin" and value and value > 0:
                yield Token("bin", data=source[place : place + value])
                place += value
            else:
                yield Token(word.decode("ascii"), value)
        elif hexadecimal:
            yield Token(data=bytes((int(hexadecimal, 16),)))
        elif brace:
            yield Token(brace=brace.decode("ascii"))
        elif symbol:
            yield Token(symbol=symbol.decode("latin-1"))
        else:
            yield Token(data=text)
