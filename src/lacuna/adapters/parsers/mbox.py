"""Mailbox files: one message after another, each as `eml` reads it."""

import re
from typing import Final

from lacuna.adapters.parsers import eml
from lacuna.adapters.parsers.embedded import as_part
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed, Section

_BETWEEN: Final = re.compile(rb"(?:\A|(?<=\n))From [^\n]{1,200}\d{4}[^\n]{0,20}\n(?=[!-9;-~]{1,76}:)")


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The sections of all messages, each under its subject."""
    everything = Collector(limits.max_output_chars)
    sections: list[Section] = []
    for part in _BETWEEN.split(data):
        if part.strip():
            parsed = eml.read(part, "message", limits.inside())
            everything.add(parsed.everything)
            sections.extend(as_part(parsed, parsed.title))
    for line in _BETWEEN.findall(data):
        everything.add(line.decode("latin-1").strip())
    sections_kept = sections_of(sections, limits.max_output_chars, tidied=True)
    return Parsed(title_from_name(filename), "application/mbox", sections_kept, everything.text())
