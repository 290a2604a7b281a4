"""PowerPoint presentations: slides and their notes for retrieval, every text in the package for classification."""

from collections.abc import Iterator
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.ooxml import R_ID, core_title, gather, main_part, relationships
from lacuna.adapters.parsers.wordml import FINAL, MC, A, inline_text
from lacuna.adapters.parsers.xml_part import Element, parse_xml
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_PRESENTATION: Final = "ppt/presentation.xml"
_TITLES: Final = frozenset({"title", "ctrTitle"})
_FURNITURE: Final = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
"""Placeholders that repeat on every slide."""


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The slides that are shown, each a page under its title, with tables, diagrams and notes; `everything` also holds
    hidden slides, comments, masters, charts, alternative texts, properties, link targets and embedded files."""
    archive = Archive(data, limits)
    everything = Collector(limits.max_output_chars)
    gather(archive, limits, everything)
    sections: list[Section] = []
    for number, part in enumerate(_slides(archive), start=1):
        slide = parse_xml(archive.read(part))
        if slide.get("show", "1") not in ("0", "false"):
            sections.extend(_sections(archive, part, slide, number))
    first = next((section.heading for section in sections if section.heading), "")
    title = core_title(archive)
    if not title or title == "PowerPoint Presentation":
        title = first or title_from_name(filename)
    return Parsed(title, MEDIA_TYPE, sections_of(sections, limits.max_output_chars), everything.text())


def _slides(archive: Archive) -> Iterator[str]:
    """The slides' parts in the order of the show."""
    main = main_part(archive, _PRESENTATION)
    parts = relationships(archive, main)
    for slide in parse_xml(archive.read(main)).iter(f"{P}sldId"):
        _, part = parts.get(slide.get(R_ID, ""), ("", ""))
        if part in archive:
            yield part


def _sections(archive: Archive, part: str, slide: Element, number: int) -> Iterator[Section]:
    title, texts, tables = "", list[str](), list[str]()
    for node in slide.iter(f"{P}sp", f"{A}tbl"):
        if any(above.tag == f"{MC}Fallback" for above in node.iterancestors()):
            continue
        if node.tag == f"{A}tbl":
            tables.append(_table(node))
            continue
        text = _paragraphs(node)
        kind = _placeholder(node)
        if kind in _TITLES and not title:
            title = " ".join(text.split())
            texts.insert(0, text)
        elif kind not in _FURNITURE:
            texts.append(text)
    related = relationships(archive, part).values()
    texts.extend(_part_text(archive, name) for kind, name in related if kind == "diagramData")
    yield Section("\n\n".join(text for text in texts if text), title, number)
    for table in tables:
        yield Section(table, title, number, table=True)
    for kind, name in related:
        if kind == "notesSlide" and name in archive:
            for node in parse_xml(archive.read(name)).iter(f"{P}sp"):
                if _placeholder(node) not in _FURNITURE:
                    yield Section(_paragraphs(node), title, number)


def _part_text(archive: Archive, name: str) -> str:
    return _paragraphs(parse_xml(archive.read(name))) if name in archive else ""


def _paragraphs(node: Element) -> str:
    lines = (inline_text(paragraph, FINAL, hidden=True).strip() for paragraph in node.iter(f"{A}p"))
    return "\n".join(line for line in lines if line)


def _table(table: Element) -> str:
    rows = []
    for row in table.iter(f"{A}tr"):
        cells = [" ".join(_paragraphs(cell).split()) for cell in row.iter(f"{A}tc")]
        if any(cells):
            rows.append(" | ".join(cells))
    return "\n".join(rows)


def _placeholder(shape: Element) -> str:
    """What the shape stands in for on the slide's layout; "" for a shape of its own."""
    found = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    return found.get("type", "body") if found is not None else ""
