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
from lacuna.adapters.parsers.ooxml import (
    R_ID,
    S,
    add_part,
    core_title,
    gather,
    main_part,
    relationships,
    rich_text,
    unescaped,
)
from lacuna.adapters.parsers.xml_part import Element, local, parse_xml, stream_xml
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORKBOOK: Final = "xl/workbook.xml"
_CELL: Final = f"{S}c"
_KNOWN: Final = frozenset(
    {"r", "s", "t", "cm", "vm", "ph", "spans", "customFormat", "ht", "hidden", "customHeight", "outlineLevel"}
    | {"collapsed", "thickTop", "thickBot", "dyDescent", "space"}
)
"""Attributes of rows and cells, none of which says anything to a reader."""
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
    main = main_part(archive, _WORKBOOK)
    workbook = parse_xml(archive.read(main))
    parts = relationships(archive, main)
    sheets = _sheets(archive, workbook, parts)
    strings = _named(archive, parts, "sharedStrings", main)
    gather(archive, limits, everything, frozenset({strings, *(part for _, part, _ in sheets)}))
    styles = _named(archive, parts, "styles", main)
    book = _Book([], _formats(archive, workbook, styles), everything)
    book.strings.extend(_shared_strings(archive, strings, book))
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


def _named(archive: Archive, parts: dict[str, tuple[str, str]], kind: str, main: str) -> str:
    """The part of a kind that the workbook refers to, or the one that stands where it always does; "" if neither."""
    usual = f"{main.rpartition('/')[0]}/{kind}.xml"
    return next((part for each, part in (*parts.values(), (kind, usual)) if each == kind and part in archive), "")


def _sheets(archive: Archive, workbook: Element, parts: dict[str, tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Name, part and visibility of each sheet, in the order of their tabs."""
    sheets = []
    for sheet in workbook.iter(f"{S}sheet"):
        kind, part = parts.get(sheet.get(R_ID, ""), ("", ""))
        if kind == "worksheet" and part in archive:
            sheets.append((sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
    return sheets


def _shared_strings(archive: Archive, part: str, book: _Book) -> Iterator[str]:
    """The strings in their order; what else the part says goes to `everything`."""
    for node in stream_xml(archive.read(part), f"{S}si") if part else ():
        if node.tag != f"{S}si":
            add_part(node, book.found, book.seen)
            continue
        if not _is_plain(node):
            add_part(node, book.found, book.seen)
        yield rich_text(node)


def _formats(archive: Archive, workbook: Element, styles: str) -> NumberFormats:
    properties = workbook.find(f"{S}workbookPr")
    from_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true")
    return NumberFormats(parse_xml(archive.read(styles)) if styles else None, from_1904=from_1904)


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
    _aside(row, book)
    for cell in row:
        if cell.tag != _CELL:
            add_part(cell, book.found, book.seen)
            continue
        place = _column(cell.get("r", "")) or place + 1
        _aside(cell, book)
        for child in cell:
            if child.tag == f"{S}f":
                book.found.add(child.text)
            elif child.tag != f"{S}v" and not (child.tag == f"{S}is" and _is_plain(child)):
                add_part(child, book.found, book.seen)
            book.found.add(child.tail)
        yield place, " ".join(_shown(cell, book).split())


def _is_plain(string: Element) -> bool:
    """Whether a string holds nothing but its text and runs."""
    return all(child.tag in (f"{S}t", f"{S}r") for child in string)


def _aside(node: Element, book: _Book) -> None:
    """What a row or cell says beside its content: text between its parts, attributes that the format does not know."""
    book.found.add(node.text)
    book.found.add(node.tail)
    for name, value in node.attrib.items():
        if name not in _KNOWN and local(name) not in _KNOWN:
            book.found.add(value)


def _shown(cell: Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    node = cell.find(f"{S}v")
    value: str = (node.text or "").strip() if node is not None else ""
    if kind == "inlineStr" or (node is None and cell.find(f"{S}is") is not None):
        return " ".join((rich_text(cell), value)).strip()
    if kind == "s":
        number = int(value) if value.isdigit() and len(value) < 10 else -1
        if not 0 <= number < len(book.strings):
            return ""
        book.used.add(number)
        return book.strings[number]
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, value)
    if kind != "n":
        return unescaped(value)
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
