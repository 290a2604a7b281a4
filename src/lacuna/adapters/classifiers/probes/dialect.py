"""Probes as Hyperscan reads them: RE2 syntax rewritten so that whatever RE2 finds, Hyperscan finds too.

Guarantees: a rewritten probe matches every folded text that the original matches under RE2, and where it holds no
`\\p` class the two match the same texts. In the ASCII dialect that holds for ASCII texts only. The differences undone
here: `\\s` has a vertical tab in Hyperscan; `$` also stands before a last line break; `\\p` classes and the case of
letters are those of an older Unicode. A `\\p` class matches more than it says (every character beyond ASCII; where it
is negated, every one that is not surely a letter), which also keeps the automata small. Raises Untranslatable for what
no shipped probe holds; leaves compiling to `databases`.
"""

import re
from enum import Enum
from typing import Final


class Dialect(Enum):
    """What texts a database is made for."""

    ASCII = "ascii"
    UNICODE = "unicode"


class Untranslatable(ValueError):
    """The probe holds syntax that this module does not know."""


_NOWHERE: Final = r"\xff"
"""A byte that no ASCII text has."""

_PROPERTY: Final = re.compile(r"\\p(?:\{(\w+)\}|([A-Z]))")
_CODE: Final = re.compile(r"\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))")
_ASCII_PART: Final = {"L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "N": "0-9", "Nd": "0-9"}
_NO_ASCII: Final = frozenset(
    {"Lo", "Lt", "Arabic", "Cyrillic", "Devanagari", "Greek", "Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Thai"}
)
_BEYOND_ASCII: Final = r"\x{80}-\x{10ffff}"
_SURE: Final = (
    r"\x{401}-\x{40c}\x{40e}-\x{44f}\x{451}-\x{45c}\x{45e}-\x{481}\x{490}-\x{4c4}"
    r"\x{391}-\x{3a1}\x{3a3}-\x{3ce}\x{5d0}-\x{5ea}\x{621}-\x{63a}\x{641}-\x{64a}"
    r"\x{905}-\x{939}\x{e01}-\x{e30}\x{3041}-\x{3094}\x{30a1}-\x{30fa}\x{4e00}-\x{9fa5}\x{ac00}-\x{d7a3}"
)
"""Letters since the first versions of Unicode."""

_LAST_KNOWN: Final = "\u052f"
"""The end of Cyrillic: up to here the case of letters was settled long ago, unlike that of Georgian and Cherokee."""

_SPACE: Final = r"\t\n\f\r "
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z-]+)[:)]")


def translated(probe: str, dialect: Dialect) -> str:
    """`probe`, folded RE2 syntax, for Hyperscan. Raises Untranslatable."""
    return _Rewriting(probe, dialect).done()


def _cased(character: str) -> str:
    """A character beyond ASCII outside a class."""
    variants = _variants(character)
    return character if variants == character else f"[{variants}]"


def _variants(written: str) -> str:
    """A member of a class, with its capital and small form where Hyperscan may not know them."""
    if len(written) > 1 or written <= _LAST_KNOWN:
        return written
    return "".join(sorted({each for each in (written, written.lower(), written.upper()) if len(each) == 1}))


class _Rewriting:
    def __init__(self, probe: str, dialect: Dialect) -> None:
        self._probe = probe
        self._ascii = dialect is Dialect.ASCII
        self._at = 0
        self._lines = any("m" in flags.group(1) for flags in _FLAGS.finditer(probe))

    def done(self) -> str:
        parts: list[str] = []
        while self._at < len(self._probe):
            parts.append(self._class() if self._probe[self._at] == "[" else self._outside())
        return "".join(parts)

    def _outside(self) -> str:
        character = self._probe[self._at]
        if character == "\\":
            return self._escape()
        self._at += 1
        if character == "$" and not self._lines:
            return r"\z"
        if character.isascii():
            return character
        return _NOWHERE if self._ascii else _cased(character)

    def _escape(self) -> str:
        """An escape outside a class."""
        if prop := _PROPERTY.match(self._probe, self._at):
            self._at = prop.end()
            return f"[{self._property(prop, negated=False) or _NOWHERE}]"
        if code := _CODE.match(self._probe, self._at):
            self._at = code.end()
            return self._character(code)
        escaped = self._taken(2)
        if escaped in (r"\s", r"\S"):
            return f"[{_SPACE}]" if escaped == r"\s" else f"[^{_SPACE}]"
        self._refuse(escaped, r"\A\z\b\d\D\w\W\n\r\t\f")
        return escaped

    def _class(self) -> str:
        self._at += 1
        negated = self._probe.startswith("^", self._at)
        self._at += negated
        members: list[str] = []
        while members == [] or not self._probe.startswith("]", self._at):
            if self._at >= len(self._probe):
                raise Untranslatable("a class is not closed")
            members.append(self._member(negated))
        self._at += 1
        inside = "".join(members)
        if not inside:
            return r"[\x00-\x7f]" if negated else _NOWHERE
        return f"[{'^' if negated else ''}{inside}]"

    def _member(self, negated: bool) -> str:
        """A character, class or range inside a class."""
        if prop := _PROPERTY.match(self._probe, self._at):
            self._at = prop.end()
            return self._property(prop, negated)
        if self._probe.startswith(r"\s", self._at):
            self._at += 2
            return _SPACE
        first = self._one()
        if self._probe.startswith("-", self._at) and not self._probe.startswith("-]", self._at):
            self._at += 1
            return self._range(first, self._one())
        return "" if first == _NOWHERE else _variants(first)

    def _one(self) -> str:
        """One character inside a class, as Hyperscan writes it."""
        if code := _CODE.match(self._probe, self._at):
            self._at = code.end()
            return self._character(code)
        if self._probe[self._at] == "\\":
            escaped = self._taken(2)
            self._refuse(escaped, r"\d\w\n\r\t\f")
            return escaped
        character = self._taken(1)
        if character == "[":
            if self._probe.startswith(":", self._at):
                raise Untranslatable("a POSIX class")
            return r"\["
        if character == "]":
            return r"\]"
        return character if character.isascii() or not self._ascii else _NOWHERE

    def _range(self, first: str, last: str) -> str:
        if first == _NOWHERE:
            return ""
        return f"{first}-{last}" if last != _NOWHERE else rf"{first}-\x7f"

    def _character(self, code: re.Match[str]) -> str:
        number = int(code[1] or code[2], 16)
        if number < 128:
            return rf"\x{number:02x}"
        return _NOWHERE if self._ascii else rf"\x{{{number:x}}}"

    def _property(self, prop: re.Match[str], negated: bool) -> str:
        name = prop[1] or prop[2]
        if name not in _ASCII_PART and name not in _NO_ASCII:
            raise Untranslatable(f"the class {name}")
        plain = _ASCII_PART.get(name, "")
        if self._ascii:
            return plain
        if not negated:
            return plain + _BEYOND_ASCII
        return plain + (_SURE if name == "L" else "")

    def _taken(self, characters: int) -> str:
        self._at += characters
        return self._probe[self._at - characters : self._at]

    def _refuse(self, escaped: str, known: str) -> None:
        if escaped[1:].isalnum() and escaped not in known:
            raise Untranslatable(f"the escape {escaped}")
