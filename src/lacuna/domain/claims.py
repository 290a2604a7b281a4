"""What an answer claims, sentence by sentence, and whether the passages it cites for that hold it.

Promise: a claim is `SUPPORTED` only where it cites passages that have its numbers, its names and most of its words;
spans are code points of the answer. This compares words, not meaning: a sentence that turns its passage's statement
round keeps its words and counts as supported, and a free paraphrase may not. So it marks, and removes nothing.
Where a claim and its passages are in different languages, only numbers and names are compared.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lacuna.domain.citations import MARK, numbers_of
from lacuna.domain.function_words import STOPWORDS, language
from lacuna.domain.lexis import folded, terms, words

ENOUGH: Final = 0.5
"""The share of a claim's content words that its passages must have."""

MAX_CLAIMS: Final = 500
"""Sentences of one answer that are looked at."""

_SHORTEST_CLAIM: Final = 2
"""Content words of the shortest claim: "Yes." claims nothing that words could show."""

_PREFIX: Final = 5
_SCRIPT_FROM: Final = 2_000
_MARKS: Final = rf"(?:[^\S\n]*{MARK.pattern.replace('(', '(?:', 1)})*"
_END: Final = re.compile(rf"(?:[.!?…]+[\"'”’»)\]]*(?=\s|\Z|[\[【［])|[。！？．]+[”’」』）]*){_MARKS}|\n+")
_ABBREVIATION: Final = re.compile(
    r"\b(?:[^\W\d_]|bzw|ca|cf|dr|etc|evtl|fig|ggf|max|min|mr|mrs|ms|no|nr|prof|sog|st|vgl|vs|z\.b|e\.g|i\.e|d\.h|p\.ex)"
    r"\.\Z",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,'\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")
_SEPARATORS: Final = re.compile(r"[.,'\u00a0\u202f ]")
_ITEM: Final = re.compile(r"\s*(?:[-*•]\s+)?\d{1,3}\.")
_LIST_NUMBER: Final = re.compile(r"\s*(?:[-*•]\s+)?\d{1,3}[.)](?=\s)")


class Standing(StrEnum):
    """How a claim stands."""

    SUPPORTED = "supported"
    UNCITED = "uncited"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer, from `start` to `end` (exclusive). `citations` are the passages it cites, `reasons`
    what they lack: "number", "name", "words", or "citation" where one of several has nothing of the claim."""

    start: int
    end: int
    citations: tuple[int, ...]
    standing: Standing
    reasons: tuple[str, ...] = ()


def claims_of(
    answer: str, passages: Mapping[int, str], given: str = "", plain: Iterable[str] = ()
) -> tuple[Claim, ...]:
    """The claims of an answer from numbered `passages`. What stands in `given`, the question, needs no passage for its
    numbers and names. Questions, headings and the sentences of `plain` claim nothing."""
    known = {n: _Source.of(text) for n, text in passages.items()}
    asked = _Source.of(given)
    said_plainly = {sentence.strip() for sentence in plain}
    found: list[Claim] = []
    for start, end in sentences(answer):
        if len(found) == MAX_CLAIMS:
            break
        sentence = answer[start:end]
        if sentence in said_plainly or (claim := _claim(sentence, start, known, asked)) is None:
            continue
        found.append(claim)
    return tuple(found)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences of `text`, without white space around them; marks after the closing sign belong to the
    sentence before."""
    start = 0
    for end in _END.finditer(text):
        if end.group() == "." and _goes_on(text[start : end.end()]):
            continue
        yield from _trimmed(text, start, end.end())
        start = end.end()
    yield from _trimmed(text, start, len(text))


def _goes_on(piece: str) -> bool:
    """Whether the full stop at the end ends no sentence: it stands after an abbreviation or an item's number."""
    return _ITEM.fullmatch(piece) is not None or _ABBREVIATION.search(piece[-12:]) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if stripped := piece.strip():
        first = start + piece.index(stripped)
        yield first, first + len(stripped)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a text has of what claims are made of."""

    terms: frozenset[str]
    words: frozenset[str]
    numbers: frozenset[str]
    language: str | None
    script: str

    @classmethod
    def of(cls, text: str) -> "_Source":
        found = words(text)
        return cls(frozenset(terms(text)), frozenset(found), frozenset(_numbers(text)), language(found), _script(text))


def _claim(sentence: str, start: int, known: Mapping[int, _Source], asked: _Source) -> Claim | None:
    numbers = tuple(dict.fromkeys(n for mark in MARK.finditer(sentence) for n in numbers_of(mark)))
    bare = MARK.sub("", _LIST_NUMBER.sub("", sentence))
    content = terms(bare)
    said = _numbers(bare)
    if bare.rstrip().endswith(("?", "？", "؟", ":", "：")) or (len(content) < _SHORTEST_CLAIM and not said):
        return None
    if _is_heading(bare):
        return None
    span = (start, start + len(sentence))
    cited = [known[n] for n in numbers if n in known]
    if not cited:
        return Claim(*span, (), Standing.UNCITED)
    reasons = tuple(_lacking(bare, content, said, cited, asked))
    return Claim(*span, numbers, Standing.UNSUPPORTED if reasons else Standing.SUPPORTED, reasons)


def _lacking(
    bare: str, content: Sequence[str], said: Sequence[str], cited: Sequence[_Source], asked: _Source
) -> Iterator[str]:
    if not all(any(number in source.numbers for source in (*cited, asked)) for number in said):
        yield "number"
    if not all(any(name in source.words for source in (*cited, asked)) for name in _names(bare)):
        yield "name"
    mine, script = language(words(bare)), _script(bare)
    if all(source.script != script or (mine and source.language not in (None, mine)) for source in cited):
        return
    if len(cited) > 1 and not all(any(_held(term, source.terms) for term in content) for source in cited):
        yield "citation"
    held: frozenset[str] = frozenset().union(*(source.terms for source in cited))
    alike = sum(_held(term, held) for term in content)
    if content and alike < ENOUGH * len(content):
        yield "words"


def _held(term: str, held: frozenset[str]) -> bool:
    if term in held:
        return True
    if len(term) < _PREFIX or not term.isalpha():
        return False
    beginning = term[: max(_PREFIX, len(term) - 2)]
    return any(other.startswith(beginning) or (len(other) >= _PREFIX and term.startswith(other)) for other in held)


def _numbers(text: str) -> list[str]:
    """The numbers of a text as digits alone: "2,900" and "2.900" are one."""
    return [_SEPARATORS.sub("", found.group()) for found in _NUMBER.finditer(folded(text))]


def _names(bare: str) -> Iterator[str]:
    """Words written like names: capitals after the first word, or several capitals. Where most words have capitals
    (German nouns, titles) a capital marks nothing. Words with digits are numbers."""
    found = re.findall(r"[^\W_]+", bare)
    capitals = [word for word in found[1:] if word[0].isupper() and not word.isupper()]
    content = [word for word in found[1:] if folded(word) not in STOPWORDS]
    marking = not len(capitals) * 5 > len(content) * 3 > 3
    for word in found:
        if (len(word) > 1 and word.isupper() and word.isalpha()) or (marking and word in capitals):
            yield from words(word)


def _script(text: str) -> str:
    """The script of most letters at the beginning of a text, as Unicode's names begin with it."""
    letters = Counter(unicodedata.name(c, "").partition(" ")[0] for c in text[:_SCRIPT_FROM] if c.isalpha())
    return max(letters, key=lambda name: letters[name], default="")


def _is_heading(bare: str) -> bool:
    stripped = bare.strip()
    return stripped.startswith("#") or (stripped.startswith("**") and stripped.endswith("**"))
