"""The usual form of a long list of terms, read fifty times faster than by the YAML parser.

Promises the same tree as `yaml_tree` for every text it accepts, and accepts only what it is sure of: lists under keys,
one entry a line, entries plain or in quotes without escapes, or blocks of `name:`, `match:` and `aliases: [...]`.
Everything else, faults among it, is left to the parser, which reports them with their place.
"""

import re
from itertools import repeat
from typing import Final

from lacuna.config.yaml_tree import MAX_VALUES, Mapping, Scalar, Sequence, Tree

_PLAIN: Final = r"[^\W_](?:[\w .,'&()/+-]*[\w.,'&()/+-])?"
"""A scalar that means itself in block style: begins with a letter or digit, and has no colon or number sign."""
_FLOW_PLAIN: Final = r"[^\W_](?:[\w .'&()/+-]*[\w.'&()/+-])?"
_QUOTED: Final = r"\"[^\"\\\t]*\"|'[^'\t]*'"
_KEY: Final = re.compile(r"([a-z_]+): *")
_EMPTY: Final = re.compile(r" *(?:#.*)?")
_ENTRY: Final = re.compile(rf"( *)- (?:(name): )?({_PLAIN}|{_QUOTED}) *")
_ITEM: Final = rf"{_FLOW_PLAIN}|{_QUOTED}"
_FIELD: Final = re.compile(
    rf"( *)([a-z_]+): (?:({_PLAIN}|{_QUOTED})|\[ *((?:{_ITEM})(?: *, *(?:{_ITEM}))*) *\]) *",
)
_FLOW_ITEM: Final = re.compile(_ITEM)
_LONGEST: Final = 2_000
"""Characters of a line; longer ones are the parser's."""

_Entries = list[tuple[str, int, Tree]]


def read(text: str) -> Mapping | None:
    """The tree of `text`, or None where the parser has to read it."""
    if "\t" in text or not text.replace("\n", "").isprintable():
        return None
    reader = _Reader()
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST:
        return None
    at = 0
    while at < len(lines):
        run = reader.take_run(at, lines)
        if not run and not reader.take(at + 1, lines[at]):
            return None
        at += run or 1
    return reader.done()


class _Reader:
    def __init__(self) -> None:
        self._lists: list[tuple[str, int, int, list[Tree]]] = []
        self._indent = -1
        self._block: tuple[int, _Entries] | None = None
        self._values = 0

    def take_run(self, at: int, lines: list[str]) -> int:
        """How many lines from `at` on were taken as plain entries like those before: at a small part of the cost."""
        if not self._lists or not self._lists[-1][3]:
            return 0
        before = " " * self._indent + "- "
        matches = re.compile(rf"{before}{_PLAIN} *").fullmatch
        end = next((n for n in range(at, len(lines)) if matches(lines[n]) is None), len(lines))
        if end > at:
            self._close()
            texts = [line[len(before) :].rstrip(" ") for line in lines[at:end]]
            self._lists[-1][3].extend(map(Scalar, range(at + 1, end + 1), texts, repeat(True)))
            self._values += end - at
        return end - at

    def take(self, number: int, line: str) -> bool:
        """False where the line is of no form known here."""
        if match := _ENTRY.fullmatch(line):
            return self._entry(number, *match.groups())
        if match := _KEY.fullmatch(line):
            return self._key(number, match[1])
        if match := _FIELD.fullmatch(line):
            return self._field(number, *match.groups())
        return _EMPTY.fullmatch(line) is not None

    def done(self) -> Mapping | None:
        """The tree, unless there is none or it is over a limit."""
        self._close()
        if not self._lists or self._values > MAX_VALUES or not all(items for *_, items in self._lists):
            return None
        entries = tuple((key, line, Sequence(first, tuple(items))) for key, line, first, items in self._lists)
        return Mapping(self._lists[0][1], entries)

    def _key(self, number: int, key: str) -> bool:
        self._close()
        known = any(key == each for each, *_ in self._lists)
        if known or (self._lists and not self._lists[-1][3]):
            return False
        self._values += 1
        self._indent = -1
        self._lists.append((key, number, 0, []))
        return True

    def _entry(self, number: int, indent: str, name: str | None, value: str) -> bool:
        self._close()
        if not self._lists:
            return False
        key, line, _, items = self._lists[-1]
        if not items:
            self._indent = len(indent)
            self._lists[-1] = (key, line, number, items)
        elif len(indent) != self._indent:
            return False
        self._values += 1
        scalar = _scalar(number, value)
        if name is None:
            items.append(scalar)
        else:
            self._values += 1
            self._block = (number, [(name, number, scalar)])
        return True

    def _field(self, number: int, indent: str, key: str, value: str | None, flow: str | None) -> bool:
        if self._block is None or len(indent) != self._indent + 2:
            return False
        entries = self._block[1]
        if any(key == each for each, *_ in entries):
            return False
        if value is not None:
            self._values += 2
            entries.append((key, number, _scalar(number, value)))
        else:
            items = tuple(_scalar(number, item) for item in _FLOW_ITEM.findall(flow or ""))
            self._values += 1 + len(items)
            entries.append((key, number, Sequence(number, items)))
        return True

    def _close(self) -> None:
        """Ends the entry that consists of several lines."""
        if self._block is not None:
            line, entries = self._block
            self._lists[-1][3].append(Mapping(line, tuple(entries)))
            self._block = None


def _scalar(line: int, written: str) -> Scalar:
    quoted = written[0] in "\"'"
    return Scalar(line, written[1:-1] if quoted else written, plain=not quoted)
