"""Source code: a section for each function and class; the file as it stands for classification.

Python is cut by its syntax tree. Other languages are cut where a line that is not indented follows a blank line: with
the layout that people give code, that is where a function, class or statement begins.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layers import add_hidden
from lacuna.adapters.parsers.layout import sections_of
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.adapters.parsers.names import PYTHON
from lacuna.ports.parsers import Parsed, Section

_LARGE: Final = 60
"""Lines of a class above which its methods are sections of their own."""
_MAX_TREE: Final = 2_000_000
"""Characters of Python that are parsed; longer files are cut by blank lines."""
_NAME: Final = re.compile(
    r"\b(?:class|interface|struct|enum|trait|impl|func|fn|function|def|sub|module|namespace|package|object|type|record"
    r"|create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|index|trigger))\s+(?:\([^)]{0,80}\)\s*)?([\w.:$\"`]{1,100})",
    re.IGNORECASE,
)
_CALL: Final = re.compile(r"([A-Za-z_$][\w$:]{0,80})\s*\(")
_NOT_NAMES: Final = frozenset({"if", "for", "while", "switch", "catch", "return", "else", "do", "sizeof"})
_COMMENT: Final = re.compile(r"\s*(?://|#(?!include|define)|--|/?\*|;|%)")


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The file by its definitions, each under its name."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    add_hidden(text, limits, everything)
    path = PurePath(filename.replace("\\", "/"))
    parts = _python(text) if path.suffix.lower() in PYTHON and len(text) <= _MAX_TREE else None
    sections = sections_of(_blocks(text) if parts is None else parts, limits.max_output_chars)
    return Parsed(path.name, "text/x-source", sections, everything.text())


def _python(text: str) -> list[Section] | None:
    """The sections of a module; None where it does not parse."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = text.split("\n")
    sections: list[Section] = []
    done = 0
    for start, end, name in _definitions(tree.body, ""):
        # Comments right above a definition belong to it.
        while start > done and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        sections.append(Section("\n".join(lines[done:start])))
        sections.append(Section("\n".join(lines[max(start, done) : end]), name))
        done = max(done, end)
    sections.append(Section("\n".join(lines[done:])))
    return sections


def _definitions(body: list[ast.stmt], owner: str) -> Iterator[tuple[int, int, str]]:
    """First line (from 0), line after the last, and name of each definition; large classes by their methods."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        end = node.end_lineno or node.lineno
        name = f"{owner}.{node.name}" if owner else node.name
        inner = list(_definitions(node.body, name)) if isinstance(node, ast.ClassDef) and end - start > _LARGE else []
        if inner:
            yield start, inner[0][0], name
            yield from inner
            if inner[-1][1] < end:
                yield inner[-1][1], end, name
        else:
            yield start, end, name


def _blocks(text: str) -> list[Section]:
    sections: list[Section] = []
    block: list[str] = []
    blank = False
    for line in text.split("\n"):
        begins = blank and line[:1] not in ("", " ", "\t", "}", ")", "]")
        if begins and block:
            sections.append(_block(block))
            block = []
        block.append(line)
        blank = not line.strip()
    sections.append(_block(block))
    return sections


def _block(lines: list[str]) -> Section:
    """A block under the name of what it defines."""
    for line in lines:
        if line[:1] in ("", " ", "\t") or _COMMENT.match(line):
            continue
        named = _NAME.search(line) or _CALL.search(line)
        if named and named.group(1).lower() not in _NOT_NAMES:
            return Section("\n".join(lines), named.group(1).strip('"`'))
        break
    return Section("\n".join(lines))
