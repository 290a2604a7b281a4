"""Reads Markdown for the tests: fenced blocks with the mark above them, inline code, links.

A mark is an HTML comment alone on the last line before a block:

- `<!-- runs -->`: a `bash`, `console` or `python` block that is executed. The marked blocks of one page run in order,
  in one temporary folder that holds a copy of `examples/` and `config/`, with `lacuna` on the path and no LACUNA_*
  variable set. In a `console` block only the lines after `$ ` run; the others show output and are not compared.
- `<!-- config -->`: a `yaml` block that is a whole `config.yaml`; `<!-- terms -->`: a whole `proprietary_terms.yaml`.
  Each must pass `lacuna config validate`.

Blocks without a mark are not executed; what they say of `lacuna` must exist all the same, and `json` must parse.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MARKS: Final = frozenset({"config", "runs", "terms"})

_FENCE: Final = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,}) *(?P<language>[\w+-]*)[^`]*$")
_MARK: Final = re.compile(r"^\s*<!-- *(?P<mark>[\w-]+) *-->\s*$")
_INLINE: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK: Final = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING: Final = re.compile(r"^#{1,6} +(.*?) *#*$")


@dataclass(frozen=True)
class Block:
    """One fenced block. `line` is that of its fence, from 1; `mark` is empty where there is none."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """One Markdown file, taken apart. `prose` holds its lines outside blocks, with their numbers."""

    name: str
    blocks: tuple[Block, ...]
    prose: tuple[tuple[int, str], ...]

    def inline_code(self) -> Iterator[tuple[str, str]]:
        """Each piece of inline code with its place."""
        for number, line in self.prose:
            for found in _INLINE.finditer(line):
                yield f"{self.name}:{number}", found[1]

    def links(self) -> Iterator[tuple[str, str]]:
        """Each link's target with its place."""
        for number, line in self.prose:
            for found in _LINK.finditer(_INLINE.sub("code", line)):
                yield f"{self.name}:{number}", found[1]

    def anchors(self) -> set[str]:
        """The fragments under which the page's headings can be reached, as code hosts make them."""
        found: set[str] = set()
        for _, line in self.prose:
            if heading := _HEADING.match(line):
                text = re.sub(r"[^\w\- ]", "", heading[1].lower()).replace(" ", "-")
                found.add(text if text not in found else f"{text}-1")
        return found


def read_page(path: Path, root: Path) -> Page:
    """Takes a file apart. An unclosed block reaches to the end."""
    name = path.relative_to(root).as_posix()
    blocks: list[Block] = []
    prose: list[tuple[int, str]] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening is None:
            prose.append((number + 1, lines[number]))
            number += 1
            continue
        end = _closing(lines, number + 1, opening["fence"])
        indent = len(opening["indent"])
        body = "".join(line[min(indent, len(line) - len(line.lstrip())) :] + "\n" for line in lines[number + 1 : end])
        mark = _MARK.match(lines[number - 1]) if number else None
        blocks.append(Block(name, number + 1, opening["language"], body, mark["mark"] if mark else ""))
        number = end + 1
    return Page(name, tuple(blocks), tuple(prose))


def pages(root: Path) -> list[Page]:
    """The README, the changelog and everything under docs/."""
    paths = [root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").rglob("*.md"))]
    return [read_page(path, root) for path in paths]


def shell_lines(block: Block) -> list[str]:
    """The commands of a shell block: continuation lines joined, prompts and shown output dropped."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        return [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _closing(lines: list[str], start: int, fence: str) -> int:
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return number
    return len(lines)
