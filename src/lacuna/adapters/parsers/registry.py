"""Picks the reader for a document. A new format is one file beside this one, a `Format` and one line here."""

from collections.abc import Callable

from lacuna.adapters.parsers import docx, html, markdown, pdf, plain
from lacuna.adapters.parsers.detection import Format, detect
from lacuna.adapters.parsers.limits import Limits
from lacuna.ports.parsers import Parsed

Reader = Callable[[bytes, str, Limits], Parsed]

READERS: dict[Format, Reader] = {
    Format.MARKDOWN: markdown.read,
    Format.PLAIN: plain.read,
    Format.HTML: html.read,
    Format.PDF: pdf.read,
    Format.DOCX: docx.read,
}


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The document's text, in this process. Raises UnsupportedFormat, UnreadableDocument or TooLarge; hostile bytes may
    also crash or stall the process, which is why `worker` calls this in a child."""
    return READERS[detect(data, filename)](data, filename, limits)
