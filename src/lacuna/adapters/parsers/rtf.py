"""Rich Text Format (specification 1.9.1): the document's text for retrieval, every destination's text besides.

No library is used: those that exist leave out headers, notes, comments, properties, fields and objects.
"""

import binascii
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from lacuna.adapters.parsers.compound import add_package
from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.rtf_tokens import CODE_PAGES, Token, tokens
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/rtf"
_MARKS: Final = {
    "tab": "\t",
    "line": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "emspace": " ",
    "enspace": " ",
}
_SYMBOLS: Final = {"~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
_ENDS: Final = frozenset({"par", "sect", "page", "column"})
_NOTES: Final = frozenset({"footnote"})
_SIDE: Final = frozenset(
    {"info", "title", "subject", "author", "manager", "company", "operator", "category", "keywords", "comment"}
    | {"doccomm", "hlinkbase", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"}
    | {"annotation", "stylesheet", "object", "fldinst", "listname", "xe", "tc", "bkmkstart", "private", "template"}
    | {"fonttbl", "colortbl", "pict", "objdata", "nonshppict", "footnote", "revtbl", "filetbl", "sn", "sv"}
)
"""Destinations that are no part of the text; so is every group that begins with the symbol for optional ones."""
_SILENT: Final = frozenset(
    {"fonttbl", "colortbl", "themedata", "colorschememapping", "blipuid", "panose", "rsidtbl", "latentstyles"}
    | {"generator", "listtable", "listoverridetable", "xmlnstbl", "mmathPr", "wgrffmtfilter", "nonshppict"}
)
_HEXADECIMAL: Final = frozenset({"pict", "objdata", "datastore"})


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits from the one around it. `place` is the destination, "" in the text itself."""

    place: str = ""
    encoding: str = "cp1252"
    skip: int = 1
    unseen: bool = False


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The text by headings, with tables and foot notes; `everything` also holds headers, footers, comments and their
    authors, hidden and deleted text, fields, properties, style names and embedded objects."""
    reading = _Reading(limits)
    for token in tokens(data):
        reading.take(token)
    reading.finish()
    title = reading.title or next((s.heading for s in reading.sections if s.heading), "") or title_from_name(filename)
    return Parsed(title, MEDIA_TYPE, sections_of(reading.sections, limits.max_output_chars), reading.everything.text())


@dataclass(slots=True)
class _Side:
    """What a destination has said so far, and at which depth of groups it began."""

    depth: int
    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        return _joined(self.pieces)


class _Reading:
    """One walk over the tokens."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.everything = Collector(limits.max_output_chars)
        self.sections: list[Section] = []
        self.title = ""
        self._states = [_State()]
        self._side: list[_Side] = []
        self._opening = False
        self._optional = False
        self._bytes = bytearray()
        self._to_skip = 0
        self._encodings: dict[int, str] = {}
        self._font = 0
        self._whole: list[str] = []
        self._visible: list[str] = []
        self._lines: list[str] = []
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._notes: list[str] = []
        self._heading = ""
        self._headings = set[int]()
        self._style = 0
        self._is_heading = False
        self._in_table = False

    def take(self, token: Token) -> None:
        if token.data and not token.word:
            self._text(token.data)
            return
        self._flush()
        if token.brace == "{":
            self._states.append(self._states[-1])
            self._opening, self._optional, self._to_skip = True, False, 0
            return
        if token.brace == "}":
            self._to_skip = 0
            self._close()
        elif token.symbol == "*":
            self._optional = True
            return
        elif token.symbol:
            self._say(_SYMBOLS.get(token.symbol, ""))
        elif token.word == "bin":
            self._say(token.data.hex())
        elif self._to_skip and token.word not in ("u", "uc"):
            self._to_skip -= 1
        else:
            self._word(token.word, token.number)
        self._opening = self._optional = False

    def finish(self) -> None:
        """Closes what a damaged file left open."""
        self._flush()
        while len(self._states) > 1:
            self._close()
        self._end_paragraph()
        self._end_section("")
        if self._notes:
            self.sections.append(Section("\n".join(self._notes), "Footnotes"))

    def _word(self, word: str, number: int | None) -> None:
        if self._opening and (self._optional or word in _SIDE):
            self._set(place=word)
            self._side.append(_Side(len(self._states)))
        if word in _MARKS:
            self._say(_MARKS[word])
        elif word in _ENDS:
            self._end_paragraph()
        elif action := _ACTIONS.get(word):
            action(self, number)

    def _text(self, data: bytes) -> None:
        self._opening = self._optional = False
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        self._bytes += data

    def _flush(self) -> None:
        if self._bytes:
            text = self._bytes.decode(self._states[-1].encoding, "replace")
            self._bytes.clear()
            self._say(text)

    def _say(self, text: str) -> None:
        state = self._states[-1]
        if state.place:
            if self._side:
                self._side[-1].pieces.append(text)
            return
        self._whole.append(text)
        if not state.unseen:
            self._visible.append(text)

    def _unicode(self, number: int | None) -> None:
        if number is not None:
            self._say(chr(number & 0xFFFF))
            self._to_skip = self._states[-1].skip

    def _set(self, **changes: object) -> None:
        self._states[-1] = replace(self._states[-1], **changes)  # type: ignore[arg-type]

    def _close(self) -> None:
        if len(self._states) < 2:
            return
        state = self._states.pop()
        if self._side and self._side[-1].depth == len(self._states) + 1:
            self._end_side(state.place, self._side.pop().text())
        elif state.place == "stylesheet":
            # Each style is a group of its own within the table.
            self._end_style()

    def _end_style(self) -> None:
        name = self._side[-1].text().strip().strip(";").lower()
        if name.startswith("heading ") or name == "title":
            self._headings.add(self._style)
        self.everything.add(name)
        self._side[-1].pieces.clear()

    def _end_side(self, place: str, text: str) -> None:
        if place in _SILENT:
            return
        if place in _HEXADECIMAL:
            self._object(place, text)
            return
        self.everything.add(text.strip())
        if place == "title" and not self.title:
            self.title = " ".join(text.split())[:300]
        elif place in _NOTES and text.strip():
            self._notes.append(text.strip())

    def _object(self, place: str, text: str) -> None:
        digits = "".join(text.split())
        try:
            data = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        except (ValueError, binascii.Error):
            self.everything.add(text)
            return
        if place == "objdata":
            name, data = _native_data(data)
            self.everything.add(name)
            if name == "Package":
                add_package(bytes(4) + data, self._limits, self.everything)
                return
        add_embedded(data, "", self._limits, self.everything)

    def _end_paragraph(self) -> None:
        self._flush()
        if self._states[-1].place:
            self._say("\n")
            return
        whole, visible = _joined(self._whole), _joined(self._visible).strip()
        self._whole.clear()
        self._visible.clear()
        self.everything.add(whole)
        if visible != whole.strip():
            self.everything.add(visible)
        if not visible:
            return
        if self._in_table:
            self._cells.append(visible)
            return
        self._end_table()
        if self._is_heading or self._style in self._headings:
            self._end_section(visible)
        self._lines.append(visible)

    def _end_section(self, heading: str) -> None:
        self._end_table()
        self.sections.append(Section("\n\n".join(self._lines), self._heading))
        self._lines = []
        self._heading = heading or self._heading

    def _end_cell(self, _: int | None) -> None:
        if self._states[-1].place:
            self._say(" ")
        else:
            self._in_table = True
            self._end_paragraph()
            self._cells.append("\0")

    def _end_row(self, _: int | None) -> None:
        cells = " ".join(self._cells).split("\0")
        self._cells = []
        row = " | ".join(" ".join(cell.split()) for cell in cells[:-1])
        if row.strip(" |"):
            self._rows.append(row)
        self._in_table = False

    def _end_table(self) -> None:
        if self._cells:
            self._end_row(None)
        if self._rows:
            self.sections.append(Section("\n\n".join(self._lines), self._heading))
            self.sections.append(Section("\n".join(self._rows), self._heading, table=True))
            self._lines, self._rows = [], []

    def _plain_paragraph(self, _: int | None) -> None:
        self._style, self._is_heading, self._in_table = 0, False, False

    def _choose_style(self, number: int | None) -> None:
        self._style = number or 0

    def _outline(self, number: int | None) -> None:
        self._is_heading = number is not None and 0 <= number < 9

    def _choose_font(self, number: int | None) -> None:
        self._font = number or 0
        if self._states[-1].place != "fonttbl" and self._font in self._encodings:
            self._set(encoding=self._encodings[self._font])

    def _font_charset(self, number: int | None) -> None:
        default = self._states[0].encoding
        self._encodings[self._font] = CODE_PAGES.get(number or 0, default)

    def _code_page(self, number: int | None) -> None:
        encoding = {65001: "utf-8", 10000: "mac_roman", 936: "gbk"}.get(number or 0, f"cp{number}")
        try:
            "".encode(encoding)
        except LookupError:
            return
        self._states = [replace(state, encoding=encoding) for state in self._states]

    def _hide(self, number: int | None) -> None:
        self._set(unseen=number != 0)

    def _show(self, _: int | None) -> None:
        self._set(unseen=False)

    def _table_paragraph(self, _: int | None) -> None:
        self._in_table = True

    def _skip_after_unicode(self, number: int | None) -> None:
        self._set(skip=max(0, min(number if number is not None else 1, 8)))


_ACTIONS: Final[dict[str, Callable[[_Reading, int | None], None]]] = {
    "u": _Reading._unicode,
    "uc": _Reading._skip_after_unicode,
    "pard": _Reading._plain_paragraph,
    "s": _Reading._choose_style,
    "outlinelevel": _Reading._outline,
    "f": _Reading._choose_font,
    "fcharset": _Reading._font_charset,
    "ansicpg": _Reading._code_page,
    "v": _Reading._hide,
    "deleted": _Reading._hide,
    "plain": _Reading._show,
    "intbl": _Reading._table_paragraph,
    "cell": _Reading._end_cell,
    "nestcell": _Reading._end_cell,
    "row": _Reading._end_row,
    "nestrow": _Reading._end_row,
}


def _joined(pieces: list[str]) -> str:
    """The text with its surrogate pairs, which RTF writes as two characters, made one."""
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _native_data(data: bytes) -> tuple[str, bytes]:
    """Class and content of an embedded object ([MS-OLEDS] 2.2.5); all of it where it is laid out otherwise."""
    place, names = 8, []
    for _ in range(3):
        size = int.from_bytes(data[place : place + 4], "little")
        if size > 1_024:
            return "", data
        names.append(data[place + 4 : place + 4 + size].rstrip(b"\0").decode("latin-1"))
        place += 4 + size
    size = int.from_bytes(data[place : place + 4], "little")
    return (names[0], data[place + 4 : place + 4 + size]) if size else ("", data)
