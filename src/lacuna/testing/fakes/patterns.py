"""Patterns of overrides with the standard library's expressions: not in linear time."""

import re
from collections.abc import Iterable, Sequence


class RegexPatterns:
    """`lacuna.domain.overriding.Patterns` for short texts; knows no disguised spellings and refuses nothing."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def matching(self, text: str) -> Iterable[int]:
        return [n for n, pattern in enumerate(self._patterns) if pattern.search(text)]

    def spans(self, number: int, text: str) -> Sequence[tuple[int, int]]:
        return [found.span() for found in self._patterns[number].finditer(text)]

    def whole(self, number: int, text: str) -> bool:
        return self._patterns[number].fullmatch(text.strip()) is not None
