"""Markdown, read as text: sections at headings; YAML front matter counts for classification only."""

import re
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layers import add_hidden, without_emphasis
from lacuna.adapters.parsers.layout import markdown_sections, plain_title, sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_TITLE_KEY: Final = re.compile(r"^title[ \t]*:[ \t]*(.{1,300})$", re.MULTILINE)
_FIRST_HEADING: Final = re.compile(r"^ {0,3}#[ \t]+(.{1,300}?)[ \t]*#*[ \t]*$", re.MULTILINE)


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The text with its headings; `everything` is the file as it stands."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    everything.add(without_emphasis(text))
    add_hidden(text, limits, everything)
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    sections = sections_of(markdown_sections(body), limits.max_output_chars)
    return Parsed(_title(front.group(1) if front else "", body, filename), "text/markdown", sections, everything.text())


def _title(front_matter: str, body: str, filename: str) -> str:
    if declared := _TITLE_KEY.search(front_matter):
        return declared.group(1).strip().strip("\"'")
    if heading := _FIRST_HEADING.search(body):
        return plain_title(heading.group(1))
    return title_from_name(filename)
