"""Every text in an Office package (ECMA-376), whatever part it stands in.

Paragraphs are read whole, so that a word split over runs stays a word, and where changes are tracked both with all of
them accepted and with all rejected. All other text nodes and every attribute that may hold words follow. Embedded files
of any kind go to their own readers.
"""

import base64
import binascii
import posixpath
import re
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.embedded import add_base64, add_embedded
from lacuna.adapters.parsers.html import add_page
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.wordml import CHANGES, FINAL, MARKED, ORIGINAL, A, M, W, field_codes, inline_text
from lacuna.adapters.parsers.xml_part import Element, beside, is_wordy, local, parse_xml
from lacuna.domain.errors import UnreadableDocument

S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_WITHOUT_WORDS: Final = ("[content_types].xml",)
_LOOKS: Final = ("styles.xml", "styleswitheffects.xml", "fonttable.xml")
"""Parts about looks: of these, only what somebody made and named is read, and comments."""
_THEMES: Final = "/theme/theme"
_USUAL_NAME: Final = re.compile(r"(?:[A-Za-z_]+/)*(?:[A-Za-z_]+\d{0,4}|\[Content_Types\])?(?:\.[a-z]+){1,2}", re.ASCII)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DELETED_END: Final = f"{W}pPr/{W}rPr/{W}del"
_ENCODED: Final = (f"{W}fldData", f"{W}binData")
_MASHUP: Final = "DataMashup"
_IGNORED: Final = (".odttf", ".fntdata", ".ttf", ".otf", ".wdp")
_PARAGRAPHS: Final = (f"{W}p", f"{A}p")
_PHONETIC: Final = f"{S}rPh"
_RICH_TEXTS: Final = (f"{S}si", f"{S}is", f"{S}text")
_READ_IN_PARAGRAPHS: Final = frozenset(
    {f"{W}t", f"{W}delText", f"{A}t", f"{M}t", f"{S}t", f"{W}instrText", f"{W}delInstrText"}
)
_READERS: Final = (*_PARAGRAPHS, *_RICH_TEXTS)
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
    | {"uri", "typeface", "panose", "spans", "sqref", "cryptAlgorithmSid", "rsid", "editId", "adj"}
)
_LITERAL: Final = re.compile(r'"[^"]{3,}"')
_RELATIONSHIP: Final = "Relationship"


def gather(archive: Archive, limits: Limits, found: Collector, own: frozenset[str] = frozenset()) -> None:
    """Adds every text in the package to `found`, but for the parts named in `own`, which the caller reads."""
    seen = set[str]()
    for comment in archive.comments:
        found.add(comment)
    for content in archive.unlisted:
        add_embedded(content, "", limits, found)
    for name in archive.names:
        lowered = name.lower()
        base = posixpath.basename(lowered)
        if _USUAL_NAME.fullmatch(name) is None:
            found.add(name)
        if name in own or not base or lowered.endswith(_IGNORED):
            continue
        data = archive.read(name)
        if not lowered.endswith((".xml", ".rels", ".vml")):
            add_embedded(data, posixpath.basename(name), limits, found)
        elif lowered.endswith(".vml"):
            _drawing(data, limits, found, seen)
        elif base in _LOOKS or lowered in _WITHOUT_WORDS or _THEMES in lowered:
            _own_looks(parse_xml(data), found)
        elif data:
            _part(parse_xml(data), limits, found, seen)


def add_part(root: Element, found: Collector, seen: set[str]) -> None:
    """Adds every text of one part. `seen` are attribute values that were added before, for this file."""
    _paragraphs(root, found)
    for rich in root.iter(*_RICH_TEXTS):
        found.add(rich_text(rich))
    for node in root.iter():
        if node.tag not in _READ_IN_PARAGRAPHS or not _was_read(node):
            found.add(node.text)
        found.add(node.tail)
        if isinstance(node.tag, str):
            _attributes(node, found, seen)
        if node.text and "_x" in node.text:
            found.add(unescaped(node.text))


def _was_read(node: Element) -> bool:
    """Whether a text came with the paragraph or string that it stands in."""
    return node.getparent().tag != _PHONETIC and next(node.iterancestors(*_READERS), None) is not None


def rich_text(node: Element) -> str:
    """The text of a spreadsheet's string with its runs joined; hints of pronunciation are left out."""
    return unescaped("".join(part.text or "" for part in node.iter(f"{S}t") if part.getparent().tag != _PHONETIC))


def unescaped(text: str) -> str:
    """The text with the characters that XML has no way to write (ST_Xstring, ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    characters = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    return characters.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def main_part(archive: Archive, usual: str) -> str:
    """The part that the document begins with: `usual`, or what the package says."""
    if usual in archive or "_rels/.rels" not in archive:
        return usual
    starts = (name for kind, name in relationships(archive, "").values() if kind == "officeDocument")
    return next((name for name in starts if name in archive), usual)


def _part(root: Element, limits: Limits, found: Collector, seen: set[str]) -> None:
    """A part of its own, with what stands beside its root and the files that are packed into its texts."""
    for text in beside(root):
        found.add(text)
    if local(root.tag) == _MASHUP:
        _mashup(root.text or "", limits, found)
        return
    add_part(root, found, seen)
    for code in field_codes(root):
        found.add(code)
    for node in root.iter(*_ENCODED):
        add_base64(node.text or "", "", limits, found)


def _paragraphs(root: Element, found: Collector) -> None:
    joined = list[str]()
    for paragraph in root.iter(*_PARAGRAPHS):
        text = inline_text(paragraph, FINAL, hidden=True)
        found.add(text)
        if next(paragraph.iter(*CHANGES), None) is not None:
            for view in (ORIGINAL, MARKED):
                found.add(inline_text(paragraph, view, hidden=True))
        # Where the end of a paragraph is deleted, it is one with the next.
        joined.append(text)
        if paragraph.find(_DELETED_END) is None:
            if len(joined) > 1:
                found.add("".join(joined))
            joined.clear()


def _drawing(data: bytes, limits: Limits, found: Collector, seen: set[str]) -> None:
    """A drawing in VML, which Excel does not always write well-formed."""
    try:
        root = parse_xml(data)
    except UnreadableDocument:
        add_page(decode(data), limits, found)
        return
    _part(root, limits, found, seen)
    for box in root.iter("{*}textbox"):
        found.add("".join(box.itertext()))


def _mashup(text: str, limits: Limits, found: Collector) -> None:
    """The queries of a workbook ([MS-QDEFF]): a version, then four pieces behind their lengths, the first a package."""
    try:
        data = base64.b64decode("".join(text.split()))
    except (ValueError, binascii.Error):
        found.add(text)
        return
    place = 4
    while place + 4 <= len(data):
        size = int.from_bytes(data[place : place + 4], "little")
        add_embedded(data[place + 4 : place + 4 + size], "", limits, found)
        place += 4 + size


def relationships(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relationship ids of a part with the last word of the type and the name of the part they lead to."""
    folder, _, base = part.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels".lstrip("/")
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
        if name == "formatCode" and _LITERAL.search(value) is None:
            continue
        if tag == _RELATIONSHIP and not (name == "Target" and node.get("TargetMode") == "External"):
            continue
        words = name in _WORDS or (name == "val" and tag in _WORDY_VALUES) or (name == "v" and tag in _PIVOT_VALUES)
        if words or is_wordy(value, name):
            seen.add(value)
            found.add(unescaped(value))


def _own_looks(root: Element, found: Collector) -> None:
    """What somebody named or wrote in a part about looks: styles, number formats, themes and their default shapes."""
    for text in beside(root):
        found.add(text)
    for node in root.iter():
        if not isinstance(node.tag, str):
            found.add(node.text)
            found.add(node.tail)
    for style in root.iter(f"{W}style"):
        label = style.find(f"{W}name")
        if style.get(f"{W}customStyle") is not None and label is not None:
            found.add(label.get(f"{W}val"))
        for alias in style.iterchildren(f"{W}aliases"):
            found.add(alias.get(f"{W}val"))
    for named in root.iter(f"{S}cellStyle", f"{S}tableStyle", f"{A}theme", f"{A}clrScheme", f"{A}fontScheme"):
        found.add(named.get("name"))
    for numbers in root.iter(f"{S}numFmt"):
        code = numbers.get("formatCode", "")
        if _LITERAL.search(code):
            found.add(code)
    _paragraphs(root, found)
