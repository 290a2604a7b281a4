"""Word documents: the body for retrieval, every text in the package for classification.

The XML parts are read directly: python-docx leaves out deletions, text boxes, notes, comments' authors and custom
properties, each of which a reader of the file can find.
"""

from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.ooxml import core_title, gather, main_part
from lacuna.adapters.parsers.wordml import FINAL, MC, W, inline_text
from lacuna.adapters.parsers.xml_part import Element, parse_xml
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONTAINERS: Final = frozenset(
    {
        f"{W}sdt",
        f"{W}sdtContent",
        f"{W}customXml",
        f"{W}smartTag",
        f"{W}ins",
        f"{W}moveTo",
        f"{MC}AlternateContent",
        f"{MC}Choice",
    }
)
_NOTES: Final = (("word/footnotes.xml", "Footnotes"), ("word/endnotes.xml", "Endnotes"))


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Body, tables, text boxes and notes by heading; `everything` also holds headers, footers, comments, tracked
    changes, hidden text, alternative texts, properties, link targets and embedded Office files."""
    archive = Archive(data, limits)
    everything = Collector(limits.max_output_chars)
    gather(archive, limits, everything)
    document = parse_xml(archive.read(main_part(archive, "word/document.xml")))
    levels = _heading_styles(archive)
    sections: list[Section] = []
    heading, lines = "", list[str]()
    for block, is_heading in _blocks(document, levels):
        if is_heading:
            sections.append(Section("\n\n".join(lines), heading))
            heading, lines = block, []
        lines.append(block)
    sections.append(Section("\n\n".join(lines), heading))
    for part, name in _NOTES:
        if part in archive:
            notes = "\n".join(text for text, _ in _blocks(parse_xml(archive.read(part)), {}))
            sections.append(Section(notes, name))
    title = core_title(archive) or next((s.heading for s in sections if s.heading), "") or title_from_name(filename)
    return Parsed(title, MEDIA_TYPE, sections_of(sections, limits.max_output_chars), everything.text())


def _blocks(root: Element, levels: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Paragraphs and tables in reading order, as seen with all changes accepted and hidden text hidden; True marks a
    heading."""
    for node in root:
        if node.tag == f"{W}p":
            text = inline_text(node, FINAL, hidden=False).strip()
            if text:
                yield text, _is_heading(node, levels)
            for box in node.iter(f"{W}txbxContent"):
                # The same box comes twice, for newer and older readers; the fallback is the copy.
                if not any(above.tag == f"{MC}Fallback" for above in box.iterancestors()):
                    yield from _blocks(box, levels)
        elif node.tag == f"{W}tbl":
            rows = [row for row in (_row(tr) for tr in node.iter(f"{W}tr")) if row]
            if rows:
                yield "\n".join(rows), False
        elif node.tag in _CONTAINERS or node.tag in (f"{W}body", f"{W}footnote", f"{W}endnote"):
            yield from _blocks(node, levels)


def _row(row: Element) -> str:
    cells = []
    for cell in row.iter(f"{W}tc"):
        paragraphs = (inline_text(p, FINAL, hidden=False).strip() for p in cell.iterchildren(f"{W}p"))
        cells.append(" ".join(text for text in paragraphs if text))
    return " | ".join(cells) if any(cells) else ""


def _is_heading(paragraph: Element, levels: dict[str, str]) -> bool:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        return False
    outline = properties.find(f"{W}outlineLvl")
    if outline is not None and outline.get(f"{W}val", "9") < "9":
        return True
    style = properties.find(f"{W}pStyle")
    return style is not None and style.get(f"{W}val", "") in levels


def _heading_styles(archive: Archive) -> dict[str, str]:
    """Style ids of headings and titles with their names. Ids are translated by Word, names are not."""
    if "word/styles.xml" not in archive:
        return {}
    styles = {}
    for style in parse_xml(archive.read("word/styles.xml")).iter(f"{W}style"):
        name = style.find(f"{W}name")
        label = (name.get(f"{W}val", "") if name is not None else "").lower()
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        if (
            label.startswith("heading ")
            or label == "title"
            or (outline is not None and outline.get(f"{W}val", "9") < "9")
        ):
            styles[style.get(f"{W}styleId", "")] = label
    return styles
