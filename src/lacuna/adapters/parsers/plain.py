"""Plain text of any kind (csv, json, xml, logs, source code): one section, nothing interpreted."""

from lacuna.adapters.parsers.decoding import decode
from lacuna.adapters.parsers.layers import add_hidden, unfolded
from lacuna.adapters.parsers.layout import sections_of, title_from_name
from lacuna.adapters.parsers.limits import Collector, Limits
from lacuna.ports.parsers import Parsed, Section


def read(data: bytes, filename: str, limits: Limits) -> Parsed:
    """The whole text, for retrieval and for classification."""
    text = decode(data)
    everything = Collector(limits.max_output_chars)
    everything.add(text)
    add_hidden(text, limits, everything)
    shown = unfolded(text)
    if shown != text:
        everything.add(shown)
    sections = sections_of([Section(shown)], limits.max_output_chars)
    return Parsed(title_from_name(filename), "text/plain", sections, everything.text())
