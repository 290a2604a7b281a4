"""Files inside files: attachments, embedded objects, members of archives.

Each goes to the reader of its own format, in the same process and on the same account of bytes, files and depth. What
no reader knows is searched for printable runs; what is known to hide text from that (encrypted files, archives of
foreign kinds) makes the whole document unreadable, as it could be classified in part only.
"""

from dataclasses import replace
from typing import Final

from lacuna.adapters.parsers import registry
from lacuna.adapters.parsers.detection import hides_text
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.strings import strings
from lacuna.domain.errors import UnreadableDocument, UnsupportedFormat
from lacuna.ports.parsers import Parsed, Section

_INSIDE: Final = "A file inside the document"


def add_embedded(data: bytes, name: str, limits: Limits, found: Collector) -> Parsed | None:
    """Adds the name and every text of the file in `data` to `found`. Gives what its reader made of it, None where no
    reader knows it. Raises what readers raise."""
    found.add(name)
    inside = limits.inside()
    if not data:
        return None
    try:
        parsed = registry.read(data, name, inside)
    except UnsupportedFormat:
        if what := hides_text(data):
            raise UnreadableDocument(
                f"The document holds {what}, which cannot be read.",
                cure="Remove it from the document, or unpack it and ingest its files.",
            ) from None
        for text in strings(data):
            found.add(text)
        return None
    except UnreadableDocument as error:
        if error.message.startswith(_INSIDE):
            raise
        raise UnreadableDocument(
            f"{_INSIDE} cannot be read. {error.message}", cure=f"Remove that file, or: {error.cure}"
        ) from None
    found.add(parsed.everything)
    return parsed


def as_part(parsed: Parsed, name: str) -> list[Section]:
    """The sections of a file inside another one, under its name."""
    return [
        replace(section, heading=f"{name} › {section.heading}" if section.heading else name)
        for section in parsed.sections
    ]
