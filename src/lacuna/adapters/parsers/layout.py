"""Retrieval text: tidied, and cut into sections at its headings.

Tidied text has no control characters, at most one blank line in a row and no run of more than sixteen other white space
characters, so that chunking it costs time linear in its length.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from lacuna.adapters.parsers.limits import Collector
from lacuna.ports.parsers import Section

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff]")
_ANSI: Final = re.compile(r"\x1b\[[0-?]{0,40}[ -/]{0,8}[@-~]")
_LINE_SPACE: Final = re.compile(r"[^\S\n]+\n")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LONG_SPACE: Final = re.compile(r"[^\S\n]{17,}")
_ATX: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.{0,1000}?)[ \t]*#*[ \t]*$")
_SETEXT: Final = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_EMPHASIS: Final = re.compile(r"[*_`]+")
_LINK: Final = re.compile(r"!?\[([^\]\[]{0,500})\]\([^()\s]{0,2000}\)")


def tidy(text: str) -> str:
    """`text` as retrieval wants it; see the module."""
    text = _CONTROL.sub(
        "", _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").replace("\v", "\n")
    )
    text = _LINE_SPACE.sub("\n", text)
    return _LONG_SPACE.sub(" " * 16, _BLANK_LINES.sub("\n\n", text)).strip()


def sections_of(parts: Iterable[Section], limit: int, *, tidied: bool = False) -> tuple[Section, ...]:
    """`parts` tidied, those without text left out; `tidied` says that they are. Raises TooLarge beyond `limit`
    characters in all."""
    total = Collector(limit)
    kept = []
    for part in parts:
        text = part.text if tidied else tidy(part.text)
        if text:
            total.add(text)
            kept.append(replace(part, text=text, heading=" ".join(part.heading.split())[:300]))
    return tuple(kept)


def markdown_sections(text: str) -> list[Section]:
    """One section for each heading (CommonMark ATX and setext), which keeps its heading line. Lines in fenced code are
    never headings."""
    sections: list[Section] = []
    heading, lines, fence = "", list[str](), ""
    for line in text.split("\n"):
        title = None
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opened := _FENCE.match(line):
            fence = opened.group(1)
        elif atx := _ATX.match(line):
            title = atx.group(2)
        elif _SETEXT.match(line) and lines and _can_be_title(lines[-1]) and (len(lines) < 2 or not lines[-2].strip()):
            title = lines.pop()
            sections.append(Section("\n".join(lines), heading))
            heading, lines = plain_title(title), [title, line]
            continue
        if title is not None:
            sections.append(Section("\n".join(lines), heading))
            heading, lines = plain_title(title), []
        lines.append(line)
    sections.append(Section("\n".join(lines), heading))
    return [section for section in sections if section.text.strip()]


def plain_title(title: str) -> str:
    """A heading without Markdown's marks."""
    return _EMPHASIS.sub("", _LINK.sub(r"\1", title)).strip()


def title_from_name(filename: str) -> str:
    """A title where the document names none: the file's name without folder and extension."""
    return PurePath(filename.replace("\\", "/")).stem.replace("_", " ").strip()


def _can_be_title(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("    ", "\t", ">", "- ", "* ", "|", "#")) and len(line) < 300
