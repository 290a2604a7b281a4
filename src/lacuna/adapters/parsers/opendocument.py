"""OpenDocument (ISO/IEC 26300): text, spreadsheets and presentations; every text in the package for classification."""

from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.embedded import add_base64, add_embedded
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits, encrypted
from lacuna.adapters.parsers.xml_part import Element, beside, is_wordy, local, parse_xml
from lacuna.ports.parsers import Parsed, Section

_NS: Final = "{urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = _NS + "text:1.0}"
TABLE: Final = _NS + "table:1.0}"
DRAW: Final = _NS + "drawing:1.0}"
OFFICE: Final = _NS + "office:1.0}"
STYLE: Final = _NS + "style:1.0}"
PRESENTATION: Final = _NS + "presentation:1.0}"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_PARAGRAPHS: Final = (f"{TEXT}p", f"{TEXT}h")
_ASIDE: Final = frozenset({f"{OFFICE}annotation", f"{TEXT}note", f"{DRAW}frame", f"{DRAW}text-box"})
_UNSEEN: Final = frozenset(
    {f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"}
    | {f"{TABLE}table-source", f"{OFFICE}forms", f"{TABLE}named-expressions", f"{TABLE}database-ranges"}
)
_BREAKS: Final = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
_VALUES: Final = frozenset({"value", "string-value", "date-value", "time-value", "formula", "href", "name", "author"})
_NO_WORDS: Final = frozenset({"style-name", "font-name", "font-family", "viewBox", "d", "points", "enhanced-path"})
_MOST_REPEATED: Final = 16


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Text by headings, visible sheets as tables, shown slides as pages; `everything` also holds headers, footers,
    comments, tracked changes, hidden parts, formulas, properties, alternative texts, links and embedded files."""
    archive = Archive(data, limits)
    everything = Collector(limits.max_output_chars)
    if b"encryption-data" in (archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""):
        raise encrypted("document")
    _gather(archive, limits, everything)
    content = parse_xml(archive.read("content.xml"))
    walk = _Walk(_hidden_styles(content))
    for body in content.iter(f"{OFFICE}body"):
        for kind in body:
            walk.blocks(kind)
    walk.end("")
    title = _title(archive) or next((s.heading for s in walk.sections if s.heading), "") or title_from_name(filename)
    media_type = archive.read("mimetype").decode("ascii", "replace")[:100] if "mimetype" in archive else ""
    sections = sections_of(walk.sections, limits.max_output_chars)
    return Parsed(title, media_type.strip() or "application/vnd.oasis.opendocument", sections, everything.text())


class _Walk:
    """Gathers the sections a reader sees, in their order."""

    def __init__(self, hidden: frozenset[str]) -> None:
        self.sections: list[Section] = []
        self._hidden = hidden
        self._heading = ""
        self._lines: list[str] = []
        self._page: int | None = None

    def end(self, heading: str) -> None:
        self.sections.append(Section("\n\n".join(self._lines), self._heading, self._page))
        self._heading, self._lines = heading, []

    def blocks(self, root: Element) -> None:
        for node in root:
            if node.tag in _UNSEEN or not isinstance(node.tag, str) or node.get(f"{TEXT}display") == "none":
                continue
            if node.tag in _PARAGRAPHS:
                self._paragraph(node)
            elif node.tag == f"{TABLE}table":
                self._table(node)
            elif node.tag == f"{DRAW}page":
                self._slide(node)
            else:
                self.blocks(node)

    def _paragraph(self, node: Element) -> None:
        text = inline(node).strip()
        if node.tag == f"{TEXT}h":
            self.end(text)
        if text:
            self._lines.append(text)
        for aside in node.iter(f"{DRAW}text-box", f"{TEXT}note-body"):
            self.blocks(aside)

    def _slide(self, node: Element) -> None:
        self._page = (self._page or 0) + 1
        if node.get(f"{DRAW}style-name", "") in self._hidden:
            return
        self.end(_slide_title(node))
        self.blocks(node)
        self.end("")

    def _table(self, node: Element) -> None:
        if node.get(f"{TABLE}style-name", "") in self._hidden:
            return
        rows = [row for row in (_row(each) for each in node.iter(f"{TABLE}table-row")) if row]
        if rows:
            heading, name = self._heading, node.get(f"{TABLE}name", "")
            self.end(heading)
            sheet = local(getattr(node.getparent(), "tag", "")) == "spreadsheet"
            self.sections.append(Section("\n".join(rows), name if sheet else heading, self._page, table=True))


def inline(paragraph: Element) -> str:
    """The text of a paragraph without comments, notes and boxes in it."""
    return "".join(_pieces(paragraph))


def _pieces(node: Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        if child.tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            yield " " * (min(int(count), 100) if count.isdigit() else 1)
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif isinstance(child.tag, str) and child.tag not in _ASIDE and child.tag not in _UNSEEN:
            yield from _pieces(child)
        yield child.tail or ""


def _row(row: Element) -> str:
    if row.get(f"{TABLE}visibility", "visible") != "visible":
        return ""
    cells: list[str] = []
    for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        repeated = cell.get(f"{TABLE}number-columns-repeated", "1")
        text = " ".join(" ".join(inline(p) for p in cell.iterchildren(*_PARAGRAPHS)).split())
        cells.extend([text] * (min(int(repeated), _MOST_REPEATED) if repeated.isdigit() else 1))
    while cells and not cells[-1]:
        cells.pop()
    return " | ".join(cells)


def _slide_title(page: Element) -> str:
    for frame in page.iter(f"{DRAW}frame"):
        if frame.get(f"{PRESENTATION}class") == "title":
            return " ".join(" ".join(inline(p) for p in frame.iter(*_PARAGRAPHS)).split())
    return ""


def _hidden_styles(content: Element) -> frozenset[str]:
    """Styles of sheets and slides that are not shown."""
    return frozenset(
        style.get(f"{STYLE}name", "")
        for style in content.iter(f"{STYLE}style")
        for properties in style
        if properties.get(f"{TABLE}display") == "false" or properties.get(f"{PRESENTATION}visibility") == "hidden"
    )


def _gather(archive: Archive, limits: Limits, found: Collector) -> None:
    seen = set[str]()
    for comment in archive.comments:
        found.add(comment)
    for content in archive.unlisted:
        add_embedded(content, "", limits, found)
    for name in archive.names:
        if name.endswith("/") or name == "mimetype":
            continue
        if not name.lower().endswith((".xml", ".rdf")):
            add_embedded(archive.read(name), name.rpartition("/")[2], limits, found)
            continue
        data = archive.read(name)
        if not data:
            continue
        root = parse_xml(data)
        for text in beside(root):
            found.add(text)
        for paragraph in root.iter(*_PARAGRAPHS):
            found.add(inline(paragraph))
        for packed in root.iter(f"{OFFICE}binary-data"):
            add_base64(packed.text or "", "", limits, found)
        for node in root.iter():
            _node(node, found, seen)


def _node(node: Element, found: Collector, seen: set[str]) -> None:
    if not _in_paragraph(node):
        found.add(node.text)
    if not _in_paragraph(node.getparent()):
        found.add(node.tail)
    for key, value in getattr(node, "attrib", {}).items():
        name = local(key)
        if value not in seen and name not in _NO_WORDS and (name in _VALUES or is_wordy(value, name)):
            seen.add(value)
            found.add(value)


def _in_paragraph(node: Element) -> bool:
    """Whether the text in `node` was read with its paragraph."""
    while node is not None and node.tag not in _PARAGRAPHS:
        if node.tag in _ASIDE or node.tag in _UNSEEN:
            return False
        node = node.getparent()
    return node is not None


def _title(archive: Archive) -> str:
    if "meta.xml" not in archive:
        return ""
    found = next(parse_xml(archive.read("meta.xml")).iter(_TITLE), None)
    return " ".join((found.text or "").split())[:300] if found is not None else ""
