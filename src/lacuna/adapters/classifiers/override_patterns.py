"""Patterns of overrides: `lacuna.ports.overrides.PatternCompiler`.

Guarantees: linear time (RE2); a pattern that is found in every ordinary text is refused, since it would raise or lower
everything. For raising, disguised spellings count too (look-alikes, accents, invisible characters); for lowering, only
the text as it stands.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_syntax import UnusablePattern, compile_pattern

_ORDINARY: Final = (
    "What is the tallest mountain in Europe?",
    "Please book two rooms for Friday night",
    "My brother plays the violin badly.",
    "How do I bake bread without yeast",
    "Summarise this chapter in fifty words: it rains.",
)
"""Texts without anything in common but being texts."""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class OverridePattern:
    """A `lacuna.domain.overriding.Pattern`. Raises UnusablePattern."""

    def __init__(self, pattern: str) -> None:
        self._compiled: Any = compile_pattern(pattern)
        if all(self._compiled.search(text) is not None for text in _ORDINARY):
            raise UnusablePattern("is found in every ordinary text, so it would count everywhere")

    def spans(self, text: str) -> Sequence[tuple[int, int]]:
        return [match.span() for match in self._compiled.finditer(_encodable(text))]

    def whole(self, text: str) -> bool:
        return self._compiled.fullmatch(_encodable(text.strip())) is not None

    def found(self, text: str) -> bool:
        if self._compiled.search(_encodable(text)) is not None:
            return True
        folded = fold(text)
        return folded is not text and self._compiled.search(folded) is not None


def _encodable(text: str) -> str:
    """The text with every character in its place, half surrogate pairs as something that the engine takes."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
