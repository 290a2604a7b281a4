"""Excel workbooks: the visible cells for retrieval, every cell and every other text in the package for classification.

Sheets are streamed cell by cell, so neither a claimed size (`A1:XFD1048576`) nor a large sheet costs memory. What is
not a sheet is left to `ooxml`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lacuna.adapters.parsers.archive import Archive
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.number_formats import NumberFormats
from lacuna.adapters.parsers.ooxml import R_ID, S, add_part, core_title, gather, relationships, rich_text
from lacuna.adapters.parsers.xml_part import Element, parse_xml, stream_xml
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORKBOOK: Final = "xl/workbook.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_WIDEST_GAP: Final = 16
"""Empty cells in a row that are kept as columns; more of them say nothing."""


@dataclass(slots=True)
class _Book:
    """What the cells of all sheets refer to. `used` are the shared strings that a cell shows."""

    strings: list[str]
    formats: NumberFormats
    found: Collector
    used: set[int] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """One section for each visible sheet, as a table; `everything` also holds hidden sheets, rows and columns,
    formulas, comments, defined names, properties, charts, pivot caches, link targets and embedded files."""
    archive = Archive(data, limits)
    everything = Collector(limits.max_output_chars)
    workbook = parse_xml(archive.read(_WORKBOOK))
    sheets = _sheets(archive, workbook)
    gather(archive, limits, everything, frozenset({_STRINGS, *(part for _, part, _ in sheets)}))
    book = _Book(_shared_strings(archive), _formats(archive, workbook), everything)
    sections = []
    for name, part, visible in sheets:
        everything.add(name)
        lines = list(_visible_lines(archive.read(part), book))
        if visible and lines:
            sections.append(Section("\n".join(lines), name, table=True))
    for number, text in enumerate(book.strings):
        if number not in book.used:
            everything.add(text)
    title = core_title(archive) or title_from_name(filename)
    return Parsed(title, MEDIA_TYPE, sections_of(sections, limits.max_output_chars), everything.text())


def _sheets(archive: Archive, workbook: Element) -> list[tuple[str, str, bool]]:
    """Name, part and visibility of each sheet, in the order of their tabs."""
    parts = relationships(archive, _WORKBOOK)
    sheets = []
    for sheet in workbook.iter(f"{S}sheet"):
        kind, part = parts.get(sheet.get(R_ID, ""), ("", ""))
        if kind == "worksheet" and part in archive:
            sheets.append((sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
    return sheets


def _shared_strings(archive: Archive) -> list[str]:
    if _STRINGS not in archive:
        return []
    return [rich_text(node) for node in stream_xml(archive.read(_STRINGS), f"{S}si") if node.tag == f"{S}si"]


def _formats(archive: Archive, workbook: Element) -> NumberFormats:
    properties = workbook.find(f"{S}workbookPr")
    from_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true")
    return NumberFormats(parse_xml(archive.read(_STYLES)) if _STYLES in archive else None, from_1904=from_1904)


def _visible_lines(sheet: bytes, book: _Book) -> Iterator[str]:
    """The rows that a reader sees; all of them, and what else the sheet says, go to `everything`."""
    hidden: list[tuple[int, int]] | None = None
    for node in stream_xml(sheet, f"{S}row"):
        if node.tag != f"{S}row":
            add_part(node, book.found, book.seen)
            continue
        if hidden is None:
            columns = node.getroottree().getroot().iterfind(f"{S}cols/{S}col")
            hidden = [_span(column) for column in columns if column.get("hidden") in ("1", "true")]
        cells = [(place, text) for place, text in _cells(node, book) if text]
        book.found.add(" | ".join(text for _, text in cells))
        if node.get("hidden") not in ("1", "true"):
            shown = [(at, text) for at, text in cells if not any(first <= at <= last for first, last in hidden)]
            if shown:
                yield _line(shown)


def _cells(row: Element, book: _Book) -> Iterator[tuple[int, str]]:
    place = 0
    for cell in row.iterchildren(f"{S}c"):
        place = _column(cell.get("r", "")) or place + 1
        for formula in cell.iterchildren(f"{S}f"):
            book.found.add(formula.text)
        yield place, " ".join(_shown(cell, book).split())


def _shown(cell: Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return rich_text(cell)
    node = cell.find(f"{S}v")
    value: str = (node.text or "").strip() if node is not None else ""
    if kind == "s":
        number = int(value) if value.isdigit() and len(value) < 10 else -1
        if not 0 <= number < len(book.strings):
            return ""
        book.used.add(number)
        return book.strings[number]
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, value)
    if kind != "n":
        return value
    shown = book.formats.shown(value, cell.get("s"))
    if "-" in shown and shown != value:
        book.found.add(value)
    return shown


def _line(cells: list[tuple[int, str]]) -> str:
    parts: list[str] = []
    before = min(cells[0][0], 2) - 1
    for place, text in cells:
        parts.extend([""] * min(place - before - 1, _WIDEST_GAP))
        parts.append(text)
        before = place
    return " | ".join(parts)


def _span(column: Element) -> tuple[int, int]:
    first, last = column.get("min", "0"), column.get("max", "0")
    return (int(first), int(last)) if first.isdigit() and last.isdigit() else (0, 0)


def _column(reference: str) -> int:
    """The number of the column in a reference such as AB12, from 1; 0 where it names none."""
    number = 0
    for letter in reference[:3]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number
