"""Patterns of overrides: `lacuna.domain.overriding.Patterns`.

Guarantees: time linear in the text (RE2, and at most MAX_PLACES places of a pattern); which of all patterns match is
found in one pass where one set has room for them, only these are searched for places; a pattern that is found in every
ordinary text is refused, since it would raise or lower everything. Disguised spellings
(look-alikes, accents, invisible characters) match too, but only what stands in the text as it is has a place.

`re2.Set.Match` returns None both for "nothing" and for "out of memory" (google/re2 issue 136): a sentinel that matches
every text tells them apart, and where it is missing, or the set does not compile, each pattern is asked.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import re2

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

MAX_PLACES: Final = 250
"""Places of one pattern in one text that are looked up. A pattern whose end is optional ("x(.*y)?") reads on to the end
of the line at each of them, so that looking up all would take time quadratic in the text; what stands at further ones
is not lowered."""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_SENTINEL: Final = "(?s).?"
_SET_MEMORY: Final = 16 << 20


class OverridePatterns:
    """See the module. Raises UnusablePattern for the first that cannot be used."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._compiled: Final[list[Any]] = [_usable(pattern) for pattern in patterns]
        options = re2.Options()
        options.max_mem = _SET_MEMORY
        options.log_errors = False
        self._set: Final = re2.Set.SearchSet(options)
        for pattern in (*patterns, _SENTINEL):
            self._set.Add(pattern)
        try:
            self._set.Compile()
            self._together = True
        except re2.error:  # each is fine, and all of them are too much for one set
            self._together = False

    def matching(self, text: str) -> Iterable[int]:
        plain = _encodable(text)
        found = set(self._hits(plain))
        if (folded := fold(text)) is not text:
            found.update(self._hits(folded))
        return found

    def spans(self, number: int, text: str) -> Sequence[tuple[int, int]]:
        found = islice(self._compiled[number].finditer(_encodable(text)), MAX_PLACES)
        return [match.span() for match in found]

    def whole(self, number: int, text: str) -> bool:
        return self._compiled[number].fullmatch(_encodable(text.strip())) is not None

    def _hits(self, text: str) -> Iterable[int]:
        sentinel = len(self._compiled)
        hit = self._set.Match(text) if self._together else None
        if hit is None or sentinel not in hit:
            return [n for n, compiled in enumerate(self._compiled) if compiled.search(text) is not None]
        return [number for number in hit if number != sentinel]


def _usable(pattern: str) -> Any:
    compiled = compile_pattern(pattern)
    if all(compiled.search(text) is not None for text in _ORDINARY):
        raise UnusablePattern("is found in every ordinary text, so it would count everywhere")
    return compiled


def _encodable(text: str) -> str:
    """The text with every character in its place, half surrogate pairs as something that the engine takes."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
