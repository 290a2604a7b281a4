"""JSON: as it stands for retrieval; for classification also with every escape undone."""

import json
from collections.abc import Iterator
from typing import Any, Final

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layers import add_hidden
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed, Section

_LONG_LINE: Final = 2_000


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The text; minified files are laid out with one value a line. What is no JSON is read as plain text."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    add_hidden(text, limits, everything)
    shown = text
    values = list(_values(text))
    if "\\" in text:
        for value in values:
            for words in strings_in(value):
                everything.add(words)
    if len(values) == 1 and ("\\u" in text or max(map(len, text.split("\n"))) > _LONG_LINE):
        shown = json.dumps(values[0], ensure_ascii=False, indent=1)
    sections = sections_of([Section(shown)], limits.max_output_chars)
    return Parsed(title_from_name(filename), "application/json", sections, everything.text())


def strings_in(value: Any) -> Iterator[str]:
    """Every string in a JSON value, names of members included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))
            yield from one
        elif isinstance(one, list):
            waiting.extend(reversed(one))


def _values(text: str) -> Iterator[Any]:
    """The value in the text, or one for each line; nothing where it is no JSON."""
    try:
        yield json.loads(text)
        return
    except (ValueError, RecursionError):
        pass
    for line in text.split("\n"):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue
