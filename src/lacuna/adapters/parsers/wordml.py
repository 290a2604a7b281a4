"""WordprocessingML: the text of one paragraph as different readers see it (ECMA-376, part 1)."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

from lacuna.adapters.parsers.xml_part import Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BREAKS: Final = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{A}br": "\n",
    f"{W}ptab": "\t",
}
_NO_TEXT: Final = frozenset({f"{W}p", f"{A}p", f"{W}pPr", f"{W}rPr"})


class View(Enum):
    """Which tracked changes a reader sees: all accepted (FINAL) or all rejected (ORIGINAL)."""

    FINAL = "final"
    ORIGINAL = "original"


FINAL: Final = View.FINAL
ORIGINAL: Final = View.ORIGINAL
_UNSEEN: Final = {
    View.FINAL: frozenset({f"{W}del", f"{W}moveFrom"}),
    View.ORIGINAL: frozenset({f"{W}ins", f"{W}moveTo"}),
}
CHANGES: Final = (f"{W}del", f"{W}ins", f"{W}moveFrom", f"{W}moveTo")


def inline_text(paragraph: Element, view: View, *, hidden: bool) -> str:
    """The text of one paragraph without the paragraphs nested in it (text boxes). `hidden` keeps hidden runs."""
    return "".join(_pieces(paragraph, view, hidden))


def _pieces(node: Element, view: View, hidden: bool) -> Iterator[str]:
    for child in node:
        tag = child.tag
        if tag in (f"{W}t", f"{A}t") or (tag == f"{W}delText" and view is ORIGINAL):
            yield child.text or ""
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif (
            isinstance(tag, str)
            and tag not in _NO_TEXT
            and tag not in _UNSEEN[view]
            and (hidden or not _is_hidden(child))
        ):
            yield from _pieces(child, view, hidden)


def _is_hidden(run: Element) -> bool:
    if run.tag != f"{W}r":
        return False
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false", "off")
