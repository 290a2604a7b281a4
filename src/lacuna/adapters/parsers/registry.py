"""Picks the reader for a document. A new format is one file beside this one, a `Format` and one line here.

Readers are imported when the first document of their format comes: a child that reads notes pays for no PDF library.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from lacuna.adapters.parsers.detection import Format, detect
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed

Reader = Callable[[bytes, str, Limits], Parsed]

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
    return reader(data, filename, limits)
