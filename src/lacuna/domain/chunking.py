"""How the sections of a document become one retrieval text, and what a piece of it is.

Offsets count code points of `joined(...)`. Which cuts are good is the chunker's business.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

SEPARATOR: Final = "\n\n"
"""Stands between two sections in the retrieval text."""


class Piece(NamedTuple):
    """One passage before it is stored: `text` is the retrieval text from `start` to `end` (exclusive), after the header
    of its table where `start` is among the rows of one."""

    text: str
    start: int
    end: int
    heading: str = ""
    page: int | None = None


def joined(sections: Iterable[str]) -> str:
    """The retrieval text of a document."""
    return SEPARATOR.join(sections)


def embedded_text(title: str, heading: str, text: str) -> str:
    """What is embedded for a passage. Title and heading name the subject that the passage itself often leaves out; a
    heading that opens the passage is not said twice."""
    above = [part for part in (title, heading if heading not in text[: len(heading) + 8] else "") if part]
    if len(above) == 2 and above[0] == above[1]:
        above.pop()
    return ". ".join([*above, text])
