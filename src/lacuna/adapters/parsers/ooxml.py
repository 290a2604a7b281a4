"""Every text in an Office package (ECMA-376), whatever part it stands in.

Paragraphs are read whole, so that a word split over runs stays a word, and where changes are tracked both with all of
them accepted and with all rejected. All other text nodes and every attribute that may hold words follow. Embedded files
of any kind go to their own readers.
"""

import posixpath
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.wordml import CHANGES, FINAL, ORIGINAL, A, W, inline_text
from lacuna.adapters.parsers.xml_part import Element, is_wordy, local, parse_xml

S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_WITHOUT_WORDS: Final = ("[content_types].xml",)
_LOOKS: Final = ("styles.xml", "styleswitheffects.xml", "fonttable.xml", "websettings.xml")
"""Parts about looks: of these, only the styles that somebody made and named are read."""
_THEMES: Final = "/theme/"
_IGNORED: Final = (".odttf", ".fntdata", ".ttf", ".otf", ".wdp")
_PARAGRAPHS: Final = (f"{W}p", f"{A}p")
_RICH_TEXTS: Final = (f"{S}si", f"{S}is", f"{S}text")
_READ_IN_PARAGRAPHS: Final = frozenset({f"{W}t", f"{W}delText", f"{A}t", f"{S}t"})
_WORDS: Final = frozenset(
    {"descr", "title", "alt", "author", "initials", "tooltip", "string", "name", "displayText", "displayName", "value"}
    | {"href", "userId", "userName", "display", "prompt", "promptTitle", "error", "errorTitle", "caption", "text"}
    | {"comment", "command", "connection", "lastEdited"}
)
"""Attributes whose values are words even where they look like numbers."""
_WORDY_VALUES: Final = frozenset(
    {"alias", "tag", "docVar", "default", "listEntry", "helpText", "statusText", "lvlText", "placeholder"}
    | {"filter", "customFilter"}
)
_PIVOT_VALUES: Final = frozenset({"s", "n", "d"})
_NO_WORDS: Final = frozenset(
    {"style", "path", "coordsize", "gfxdata", "hashValue", "saltValue", "hash", "salt", "fmla", "Ignorable", "Requires"}
    | {"uri", "typeface", "panose", "spans", "sqref", "cryptAlgorithmSid", "rsid", "editId", "formatCode"}
)
_RELATIONSHIP: Final = "Relationship"


def gather(archive: Archive, limits: Limits, found: Collector, own: frozenset[str] = frozenset()) -> None:
    """Adds every text in the package to `found`, but for the parts named in `own`, which the caller reads."""
    seen = set[str]()
    for comment in archive.comments:
        found.add(comment)
    for name in archive.names:
        lowered = name.lower()
        base = posixpath.basename(lowered)
        if name in own or not base or lowered in _WITHOUT_WORDS or _THEMES in lowered or lowered.endswith(_IGNORED):
            continue
        data = archive.read(name)
        if not lowered.endswith((".xml", ".rels", ".vml")):
            add_embedded(data, posixpath.basename(name), limits, found)
        elif base in _LOOKS:
            _own_styles(parse_xml(data), found)
        elif data:
            add_part(parse_xml(data), found, seen)


def add_part(root: Element, found: Collector, seen: set[str]) -> None:
    """Adds every text of one part. `seen` are attribute values that were added before, for this file."""
    for paragraph in root.iter(*_PARAGRAPHS):
        found.add(inline_text(paragraph, FINAL, hidden=True))
        if next(paragraph.iter(*CHANGES), None) is not None:
            found.add(inline_text(paragraph, ORIGINAL, hidden=True))
    for rich in root.iter(*_RICH_TEXTS):
        found.add(rich_text(rich))
    for node in root.iter():
        if node.tag not in _READ_IN_PARAGRAPHS:
            found.add(node.text)
        found.add(node.tail)
        if isinstance(node.tag, str):
            _attributes(node, found, seen)


def rich_text(node: Element) -> str:
    """The text of a spreadsheet's string with its runs joined."""
    return "".join(part.text or "" for part in node.iter(f"{S}t"))


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relationship ids of a part with the last word of the type and the name of the part they lead to."""
    folder, _, base = part.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels"
    if rels not in archive:
        return {}
    return {
        node.get("Id", ""): (
            node.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/" + folder, node.get("Target", ""))).lstrip("/"),
        )
        for node in parse_xml(archive.read(rels)).iter("{*}" + _RELATIONSHIP)
        if node.get("TargetMode") != "External"
    }


def core_title(archive: Archive) -> str:
    """The title in the document's properties, "" where there is none."""
    if "docProps/core.xml" not in archive:
        return ""
    found = parse_xml(archive.read("docProps/core.xml")).find(_TITLE)
    return " ".join("".join(found.itertext()).split())[:300] if found is not None else ""


def _attributes(node: Element, found: Collector, seen: set[str]) -> None:
    tag = local(node.tag)
    for key, value in node.attrib.items():
        name = local(key)
        if value in seen or name in _NO_WORDS:
            continue
        if tag == _RELATIONSHIP and not (name == "Target" and node.get("TargetMode") == "External"):
            continue
        words = name in _WORDS or (name == "val" and tag in _WORDY_VALUES) or (name == "v" and tag in _PIVOT_VALUES)
        if words or is_wordy(value):
            seen.add(value)
            found.add(value)


def _own_styles(root: Element, found: Collector) -> None:
    for style in root.iter(f"{W}style"):
        label = style.find(f"{W}name")
        if style.get(f"{W}customStyle") is not None and label is not None:
            found.add(label.get(f"{W}val"))
    for style in root.iter(f"{S}cellStyle"):
        found.add(style.get("name"))
