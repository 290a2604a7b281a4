"""Picks the reader for a document. A new format is one file beside this one, a `Format` and one line here.

Readers are imported when the first document of their format comes: a child that reads notes pays for no PDF library.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Final

from lacuna.adapters.parsers.detection import Format, detect
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed

Reader = Callable[[bytes, str, Limits], Parsed]

_HALF: Final = re.compile(r"[\ud800-\udfff]")

READERS: Final[dict[Format, str]] = {
    Format.MARKDOWN: "markdown:read",
    Format.PLAIN: "plain:read",
    Format.CSV: "csv_text:read",
    Format.CODE: "code:read",
    Format.HTML: "html:read",
    Format.JSON: "json_text:read",
    Format.XML: "xml_text:read",
    Format.NOTEBOOK: "notebook:read",
    Format.RTF: "rtf:read",
    Format.PDF: "pdf:read",
    Format.DOCX: "docx:read",
    Format.XLSX: "xlsx:read",
    Format.PPTX: "pptx:read",
    Format.OPENDOCUMENT: "opendocument:read",
    Format.EPUB: "epub:read",
    Format.MAIL: "eml:read",
    Format.MAILBOX: "mbox:read",
    Format.OUTLOOK: "msg:read",
    Format.TNEF: "tnef:read",
    Format.COMPOUND: "compound:read",
    Format.IMAGE: "image:read",
    Format.ZIP: "packed:read_zip",
    Format.TAR: "packed:read_tar",
    Format.COMPRESSED: "packed:read_compressed",
}
"""The `Reader` of each format: a module of this package and a function in it."""


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The document's text, in this process. Raises UnsupportedFormat, UnreadableDocument or TooLarge; hostile bytes may
    also crash or stall the process, which is why `worker` calls this in a child."""
    module, _, function = READERS[detect(data, filename, limits.depth > 0)].partition(":")
    reader: Reader = getattr(import_module(f"lacuna.adapters.parsers.{module}"), function)
    parsed = reader(data, filename, limits)
    return parsed if limits.depth else _whole_characters(parsed)


def _whole_characters(parsed: Parsed) -> Parsed:
    """The document without halves of characters, which neither UTF-8 nor a store can hold."""
    sections = tuple(
        replace(section, text=_encodable(section.text), heading=_encodable(section.heading))
        for section in parsed.sections
    )
    return replace(parsed, title=_encodable(parsed.title), sections=sections, everything=_encodable(parsed.everything))


def _encodable(text: str) -> str:
    """The text with bytes that no character set explained (PEP 383) as Latin-1, and other halves as U+FFFD."""
    return text if text.isascii() else _HALF.sub(_explained, text)


def _explained(half: re.Match[str]) -> str:
    code = ord(half.group()) - 0xDC00
    return chr(code) if 0x80 <= code <= 0xFF else "\ufffd"
