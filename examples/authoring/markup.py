"""Reads the small mark-up in which the PDF and DOCX files of the sample corpus are written.

A source begins with `title:`, `author:` and `header:` lines and a blank line. Then come headings (`#`), paragraphs,
list items (`-` or `1.`), table rows (`|`), `<!-- page -->`, footnotes (`[^1]` and `[^1]: text`) and review comments
(`[>1]` and `[>1]: author: text`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is "heading1", "heading2", "paragraph", "item", "table" or "page"; only a table has `rows`."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    properties: dict[str, str]
    blocks: tuple[Block, ...]
    footnotes: dict[str, str] = field(default_factory=dict)
    comments: dict[str, tuple[str, str]] = field(default_factory=dict)


def read_source(text: str) -> Source:
    """Raises ValueError where a property line has no colon."""
    head, _, body = text.partition("\n\n")
    properties = {key.strip(): value.strip() for key, value in (line.split(":", 1) for line in head.splitlines())}
    footnotes = dict(re.findall(r"^\[\^(\d+)]: (.+)$", body, re.MULTILINE))
    comments = {n: (who, said) for n, who, said in re.findall(r"^\[>(\d+)]: ([^:]+): (.+)$", body, re.MULTILINE)}
    body = re.sub(r"^\[[\^>]\d+]: .+\n?", "", body, flags=re.MULTILINE)
    blocks = tuple(block for part in re.split(r"\n{2,}", body.strip()) for block in _blocks(part.splitlines()))
    return Source(properties, blocks, footnotes, comments)


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    first = lines[0]
    if first == "<!-- page -->":
        yield Block("page")
    elif first.startswith("#"):
        marks, _, text = first.partition(" ")
        yield Block(f"heading{len(marks)}", text)
    elif first.startswith("|"):
        yield Block("table", rows=tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines))
    elif re.match(r"-|\d+\.", first):
        items: list[str] = []
        for line in lines:
            if re.match(r"(-|\d+\.) ", line):
                items.append(line)
            else:
                items[-1] += f" {line.strip()}"
        yield from (Block("item", item) for item in items)
    else:
        yield Block("paragraph", " ".join(lines))
