"""Derives a general question by leaving out: no model, no network, the same question always gives the same.

Promise: of the last question in the text, from its question word on, only those words are kept that everybody uses in
public and that lie in no finding, no quotation, no name and no number; then the words that held the others together.
English only: of another language hardly a word is known, and nothing is derived.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lacuna.domain.splitting import FUNCTION_WORDS, MAX_WORDS, Original, Vocabulary, Word, parted, within, words

_SENTENCE: Final = re.compile(r"[^.?!\n]+(?:[.](?=\w)[^.?!\n]*)*[.?!\n]*")
_OPENERS: Final = frozenset({"what", "which", "how", "when", "where", "who", "why"})
_LEAST: Final = 2
"""Words that say something; fewer are no question."""


class ExtractiveDeriver:
    """A `Deriver`. `general` are the words that may be kept."""

    name = "extractive"

    def __init__(self, general: Vocabulary) -> None:
        self._general = general

    async def derive(self, original: Original) -> str:
        """Raises nothing."""
        for start, end in reversed(list(_questions(original.text))):
            kept = self._kept([w for w in words(original.text) if start <= w.start < end], original)
            if sum(word.folded not in FUNCTION_WORDS for word in kept) >= _LEAST:
                return " ".join(word.written for word in kept) + "?"
        return ""

    async def close(self) -> None:
        """Holds nothing."""

    def _kept(self, sentence: Sequence[Word], original: Original) -> list[Word]:
        closed = original.closed
        hidden = {part for w in words(original.text) if within(w, closed) for part in parted(w.folded)}
        keep = [
            word.folded in FUNCTION_WORDS
            or (
                not within(word, closed)
                and self._general.holds(word)
                and not hidden.intersection(parted(word.folded))
                and not any(map(str.isdigit, word.written))
            )
            for word in sentence
        ]
        kept = [word for n, word in enumerate(sentence) if keep[n] and not _dangling(sentence, keep, n)]
        kept = _from_the_opener(kept)
        while kept and kept[0].folded in FUNCTION_WORDS - _OPENERS:
            kept.pop(0)
        del kept[MAX_WORDS:]
        while kept and kept[-1].folded in FUNCTION_WORDS:
            kept.pop()
        return kept


def _questions(text: str) -> Iterator[tuple[int, int]]:
    """The places of the sentences that ask; of all where none does."""
    places = [match.span() for match in _SENTENCE.finditer(text)]
    asking = [
        (start, end)
        for start, end in places
        if text[start:end].rstrip().endswith("?") or {w.folded for w in words(text[start:end])[:1]} & _OPENERS
    ]
    yield from asking or places


def _from_the_opener(kept: list[Word]) -> list[Word]:
    """The words from the last question word on: what stands before it tells why somebody asks. All of them where too
    little follows."""
    for at in reversed([n for n, word in enumerate(kept) if word.folded in _OPENERS]):
        if sum(word.folded not in FUNCTION_WORDS for word in kept[at:]) >= _LEAST:
            return kept[at:]
    return kept


def _dangling(sentence: Sequence[Word], keep: Sequence[bool], at: int) -> bool:
    """Whether a word that says nothing held on to one that is left out."""
    if sentence[at].folded not in FUNCTION_WORDS:
        return False
    following = next((n for n in range(at + 1, len(sentence)) if sentence[n].folded not in FUNCTION_WORDS), None)
    return following is None or not keep[following]
