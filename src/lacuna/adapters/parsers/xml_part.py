"""XML inside documents, read so that it can do no harm, and its words where they are not element text."""

import io
import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from lacuna.adapters.parsers.limits import Collector, damaged

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_STRICT: Final = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+/(?:\w+/)*\w+)")
_TRANSITIONAL: Final = {
    b"wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"presentationml/main": b"http://schemas.openxmlformats.org/presentationml/2006/main",
    b"drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"drawingml/chart": b"http://schemas.openxmlformats.org/drawingml/2006/chart",
    b"drawingml/diagram": b"http://schemas.openxmlformats.org/drawingml/2006/diagram",
    b"officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
"""Namespaces of ISO 29500 Strict and what every program writes instead."""

_DOCTYPE: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_MACHINE: Final = re.compile(
    r"[-+]?[\d.,:; ]+(?:pt|in|cm|mm|px|em|pc|%)?|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"
    r"|#?[0-9A-Fa-f]+|true|false|rId\d+|\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?|https?://schemas\.[\w./-]+"
)
"""Attribute values that are measures, identifiers or references and no words."""
_LONG: Final = re.compile(
    r"(?![01]{12}$)(?=(?:\D*\d){9})\+?(?:\d{5,}|\d{1,4}(?:[ -]\d{2,7})+|\d{1,4}(?:\.\d{2,7}){2,})|[0-9A-Fa-f]{16,}"
)
"""Of these the ones as long as the numbers that people have (cards, accounts, telephones) and as keys."""
_SERIAL: Final = re.compile(r"0?\d{9,10}")
"""What programs count their parts with, and people tax and telephone numbers: only the name of the attribute tells."""
_COUNTED: Final = frozenset({"id", "val", "idx", "spid", "rid", "uid"})


def parse_xml(data: bytes) -> Element:
    """The root of an XML part: no entities, no network, no document type. Raises UnreadableDocument."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=False
    )
    try:
        root = etree.fromstring(_transitional(data), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _malformed() from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(declared.iterentities(), None) is not None:
        raise _entities()
    return root


def stream_xml(data: bytes, tag: str) -> Iterator[Element]:
    """The elements `tag` of a part that may be too large for a tree, each emptied once the caller goes on; then the
    other children of the root, as trees. Raises UnreadableDocument."""
    if any(mark in data for mark in _DOCTYPE):
        raise _entities()
    events = etree.iterparse(
        io.BytesIO(_transitional(data)), events=("end",), tag=tag, resolve_entities=False, no_network=True
    )
    try:
        for _, node in events:
            yield node
            node.clear(keep_tail=True)
            # What came before hangs on to its parent as empty shells.
            while (before := node.getprevious()) is not None and before.tag == tag:
                node.getparent().remove(before)
        yield from (node for node in events.root if node.tag != tag)
    except (etree.XMLSyntaxError, ValueError):
        raise _malformed() from None


def local(name: object) -> str:
    """A tag or attribute name without its namespace; "" for comments and processing instructions."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def is_wordy(value: str, name: str = "") -> bool:
    """Whether the value of an attribute called `name` may say something to a reader."""
    if len(value) < 2 or value.isspace():
        return False
    if _MACHINE.fullmatch(value) is None:
        return True
    return _LONG.fullmatch(value) is not None and not (name.lower() in _COUNTED and _SERIAL.fullmatch(value))


def beside(root: Element) -> Iterator[str]:
    """The comments and processing instructions before and after the root, which no walk below it meets."""
    for preceding in (True, False):
        for node in root.itersiblings(preceding=preceding):
            yield node.text or ""


def add_texts(root: Element, found: Collector) -> None:
    """Every text node and attribute of the part, for vocabularies that have no paragraphs."""
    for text in beside(root):
        found.add(text)
    for node in root.iter():
        found.add(node.text)
        found.add(node.tail)
        for key, value in getattr(node, "attrib", {}).items():
            if is_wordy(value, local(key)):
                found.add(value)


def _transitional(data: bytes) -> bytes:
    if b"purl.oclc.org" not in data:
        return data
    return _STRICT.sub(lambda match: _TRANSITIONAL.get(match.group(1), match.group(0)), data)


def _malformed() -> Exception:
    return damaged("document", "a part is not well-formed XML")


def _entities() -> Exception:
    return damaged("document", "a part declares XML entities, which Office files never do")
