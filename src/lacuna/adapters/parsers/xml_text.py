"""XML of any vocabulary: as it stands, and with its texts and attributes decoded. Entities are never followed."""

import base64
import binascii
import zlib
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from lxml import etree  # type: ignore[import-untyped]

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.embedded import add_base64
from lacuna.adapters.parsers.layers import add_hidden, without_tags
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.xml_part import Element, local
from lacuna.ports.parsers import Parsed, Section

_LONG_LINE: Final = 2_000
_FILES: Final = frozenset({"binaryData", "binary-data"})
"""What flat Office packages and flat OpenDocument files keep pictures and objects in."""
_DRAWING: Final = "diagram"


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The file; where its lines are too long to read, one line for each element. What is not well-formed is read as
    plain text."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    add_hidden(text, limits, everything)
    shown = text
    root = _root(data)
    if root is not None:
        for node in root.iter():
            if local(node.tag) in _FILES:
                add_base64(node.text or "", "", limits, everything)
            elif local(node.tag) == _DRAWING and node.text:
                everything.add(_diagram(node.text, limits))
            for value in (node.text, *getattr(node, "attrib", {}).values(), node.tail):
                if value and value not in text:
                    everything.add(value)
                if value and "</" in value:
                    everything.add(without_tags(value))
        everything.add(" ".join("".join(root.itertext()).split()))
        if max(map(len, text.split("\n"))) > _LONG_LINE:
            shown = "\n".join(_lines(root))
    sections = sections_of([Section(shown)], limits.max_output_chars)
    return Parsed(title_from_name(filename), "application/xml", sections, everything.text())


def words_of(data: bytes) -> Iterator[str]:
    """Every text and attribute of an XML fragment; all of it as it stands where it is none."""
    root = _root(data.strip(b"\0 \r\n\t"))
    if root is None:
        yield data.decode("utf-8", "replace").strip("\0")
        return
    for node in root.iter():
        for value in (node.text, *getattr(node, "attrib", {}).values(), node.tail):
            if value and not value.isspace():
                yield value.strip()


def _diagram(text: str, limits: Limits) -> str:
    """A drawing as diagrams.net packs it: Deflate in base64, percent-encoded inside; "" for other texts."""
    try:
        packed = zlib.decompressobj(-15).decompress(base64.b64decode(text, validate=True), limits.remaining + 1)
    except (ValueError, binascii.Error, zlib.error):
        return ""
    limits.unpack(len(packed))
    return "\n".join(words_of(unquote_to_bytes(packed)))


def _root(data: bytes) -> Element | None:
    # What a file declares for itself is part of its text; libxml2 refuses what grows too far.
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _lines(root: Element) -> list[str]:
    lines = []
    for node in root.iter("*"):
        said = [" ".join((node.text or "").split()), *(f"{local(key)}={value}" for key, value in node.attrib.items())]
        words = " ".join(part for part in said if part)
        if words:
            lines.append(f"{local(node.tag)}: {words}")
        if node.tail and not node.tail.isspace():
            lines.append(" ".join(node.tail.split()))
    return lines
