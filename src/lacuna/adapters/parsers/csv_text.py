"""Comma-separated values (RFC 4180 and its relatives): one table."""

import csv
import io
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layers import add_hidden
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed, Section

_SAMPLE: Final = 8_192
_DELIMITERS: Final = ",;\t|"


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The rows as a table; `everything` is the file as it stands, and the rows with their quotes undone where the file
    has any."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    add_hidden(text, limits, everything)
    shown = _table(text)
    if '"' in text:
        everything.add(shown)
    section = Section(shown or text, table=bool(shown))
    return Parsed(
        title_from_name(filename), "text/csv", sections_of([section], limits.max_output_chars), everything.text()
    )


def _table(text: str) -> str:
    """A line for each row; "" where the text is no table."""
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:_SAMPLE].rpartition("\n")[0] or text, _DELIMITERS)
    except csv.Error:
        dialect = "excel"
    try:
        rows = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error:
        return ""
    if max(map(len, rows), default=0) < 2:
        return ""
    return "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in rows if any(row))
