"""WordprocessingML: the text of one paragraph as different readers see it (ECMA-376, part 1)."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

from lacuna.adapters.parsers.xml_part import Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_BREAKS: Final = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{A}br": "\n",
    f"{W}ptab": "\t",
}
_SYMBOL_FONTS: Final = 0xF0
_SURROGATES: Final = 0xD800
_NO_TEXT: Final = frozenset({f"{W}p", f"{A}p", f"{W}pPr", f"{W}rPr"})


_TEXTS: Final = frozenset({f"{W}t", f"{A}t", f"{M}t"})


class View(Enum):
    """Which tracked changes a reader sees: all accepted (FINAL), all rejected (ORIGINAL), or the insertions beside the
    deletions, as the screen shows them (MARKED)."""

    FINAL = "final"
    ORIGINAL = "original"
    MARKED = "marked"


FINAL: Final = View.FINAL
ORIGINAL: Final = View.ORIGINAL
MARKED: Final = View.MARKED
_UNSEEN: Final = {
    View.FINAL: frozenset({f"{W}del", f"{W}moveFrom"}),
    View.ORIGINAL: frozenset({f"{W}ins", f"{W}moveTo"}),
    View.MARKED: frozenset[str](),
}
CHANGES: Final = (f"{W}del", f"{W}ins", f"{W}moveFrom", f"{W}moveTo")


def inline_text(paragraph: Element, view: View, *, hidden: bool) -> str:
    """The text of one paragraph without the paragraphs nested in it (text boxes). `hidden` keeps hidden runs."""
    return "".join(_pieces(paragraph, view, hidden))


def field_codes(root: Element) -> Iterator[str]:
    """The instructions of fields, each joined from the runs that it is split over."""
    pieces: list[str] = []
    for node in root.iter(f"{W}fldChar", f"{W}instrText", f"{W}delInstrText"):
        if node.tag != f"{W}fldChar":
            pieces.append(node.text or "")
        elif pieces:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)


def _pieces(node: Element, view: View, hidden: bool) -> Iterator[str]:
    for child in node:
        tag = child.tag
        if tag in _TEXTS or (tag == f"{W}delText" and view is not FINAL):
            yield child.text or ""
        elif tag == f"{W}sym":
            yield _symbol(child.get(f"{W}char", ""))
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif (
            isinstance(tag, str)
            and tag not in _NO_TEXT
            and tag not in _UNSEEN[view]
            and (hidden or not _is_hidden(child))
        ):
            yield from _pieces(child, view, hidden)


def _symbol(code: str) -> str:
    """The character of a symbol; those of symbol fonts stand at F000 and above."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    if number >> 8 == _SYMBOL_FONTS:
        number &= 0xFF
    return chr(number) if 0 < number < _SURROGATES else ""


def _is_hidden(run: Element) -> bool:
    if run.tag != f"{W}r":
        return False
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false", "off")
