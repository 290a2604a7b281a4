"""Jupyter notebooks (nbformat 3 and 4): cells and their printed results for retrieval; the whole file besides."""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any, Final

from lacuna.adapters.parsers import plain
from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.embedded import add_embedded
from lacuna.adapters.parsers.html import add_page
from lacuna.adapters.parsers.layers import add_hidden
from lacuna.adapters.parsers.layout import markdown_sections, sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed, Section

MEDIA_TYPE: Final = "application/x-ipynb+json"
_BINARY: Final = ("image/", "audio/", "video/", "application/pdf", "application/zip", "application/octet-stream")
_TEXT_IMAGE: Final = "image/svg+xml"


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """Markdown by headings, code and printed results under the heading before them; `everything` also holds all
    metadata, every form of every result, and attachments."""
    text = decode(data)
    try:
        notebook = json.loads(text, object_pairs_hook=_members)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        cells = [cell for cell in cells if isinstance(cell, dict)]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return plain.read(data, filename, limits)
    everything = Collector(limits.max_output_chars)
    _gather(notebook, limits, everything)
    sections: list[Section] = []
    heading = ""
    for cell in cells:
        source = _text(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") in ("markdown", "heading", "raw"):
            parts = markdown_sections(source)
            sections += [Section(part.text, part.heading or heading) for part in parts]
            heading = next((part.heading for part in reversed(parts) if part.heading), heading)
        else:
            sections += [Section(shown, heading) for shown in (source, *_printed(cell))]
    title = next((s.heading for s in sections if s.heading), "") or title_from_name(filename)
    return Parsed(title, MEDIA_TYPE, sections_of(sections, limits.max_output_chars), everything.text())


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a name that comes again is kept under another one, as the file says both."""
    members: dict[str, Any] = {}
    for name, value in pairs:
        members[name if name not in members else f"{name} ({len(members)})"] = value
    return members


def _text(value: Any) -> str:
    """A multi-line string, which notebooks store as a list of lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _printed(cell: dict[str, Any]) -> Iterator[str]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            bundle = output.get("data")
            shown = bundle.get("text/plain") if isinstance(bundle, dict) else output.get("text")
            yield _text(shown)


def _gather(notebook: Any, limits: Limits, found: Collector) -> None:
    """Everything in the file: lists of lines joined, pages read as pages, binary results by their own readers."""
    waiting: list[Any] = [notebook]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for name, value in one.items():
                found.add(name)
                if name.startswith(_BINARY) and name != _TEXT_IMAGE and (content := _base64(_text(value))):
                    add_embedded(content, "", limits, found)
                elif name in ("text/html", _TEXT_IMAGE):
                    add_page(_text(value), limits, found)
                else:
                    waiting.append(value)
        elif isinstance(one, list):
            _add(_text(one), limits, found)
            waiting.extend(part for part in one if not isinstance(part, str))
        elif isinstance(one, str):
            _add(one, limits, found)
        elif isinstance(one, int | float):
            found.add(str(one))


def _add(text: str, limits: Limits, found: Collector) -> None:
    found.add(text)
    add_hidden(text, limits, found)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""
