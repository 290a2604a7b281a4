"""How well each unit of the passages answers a question, from words alone.

Promise: deterministic, and work linear in the passages, of which at most MAX_CHARS and MAX_UNITS are read. The
question's terms are weighed by their rarity among the units (inverse document frequency, Spärck Jones 1972) and looked
for in the unit, in the question and headings it stands under, and in the rest of its paragraph. Which units make the
answer is left to `extractive.py`.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lacuna.adapters.llm.question_shape import shape_of
from lacuna.adapters.llm.sentences import Kind, Unit, units
from lacuna.domain.classification import Turn
from lacuna.domain.function_words import STOPWORDS, language
from lacuna.domain.lexis import folded, terms, words
from lacuna.ports.llm import Passage

MAX_CHARS: Final = 100_000
MAX_UNITS: Final = 4_000
MAX_QUESTION_TERMS: Final = 64

_SHARES: Final = (1.0, 0.9, 0.6, 0.3)
"""What a term of the question counts for in the statement, in the question that it follows, in the headings and the
title that it stands under, and in the rest of its paragraph."""
_PREFIX_SHARE: Final = 0.6
_PREFIX_CHARS: Final = 5
_ABSENT_SHARE: Final = 0.8
_ADJACENT_BONUS: Final = 0.15
_EARLIER_TURN_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Statement:
    """A unit with its passage's number (`n`) and position, how much of the question it covers, in [0, 1], and how well
    it suits in all."""

    n: int
    unit: Unit
    passage: int
    coverage: float
    score: float


def ranked_statements(question: str, passages: Sequence[Passage], conversation: Sequence[Turn] = ()) -> list[Statement]:
    """Every unit of the passages, best first; empty where the question has no content word."""
    candidates: list[_Candidate] = []
    room = MAX_CHARS
    for index, passage in enumerate(passages):
        candidates += _candidates(index, passage, room)
        room -= len(passage.text)
        if room <= 0 or len(candidates) >= MAX_UNITS:
            break
    asked = _Asked(question, conversation, candidates)
    if not asked.weights:
        return []
    return sorted(map(asked.statement, candidates), key=lambda s: (-s.score, s.passage, min(s.unit.members)))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A unit with its terms in order, and four fields to find the question's in (see _SHARES)."""

    index: int
    passage: Passage
    unit: Unit
    sequence: tuple[str, ...]
    fields: tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]


def _candidates(index: int, passage: Passage, room: int) -> list[_Candidate]:
    citation = passage.citation
    title = frozenset(terms(citation.title))
    found = units(passage.text[:room])
    sequences = [tuple(terms(unit.text)) for unit in found]
    blocks: dict[int, set[str]] = {}
    for unit, sequence in zip(found, sequences, strict=True):
        blocks.setdefault(unit.block, set()).update(sequence)
    # One object for all units of a block: a copy for each would make a long paragraph quadratic.
    paragraphs = {block: frozenset(found_terms) for block, found_terms in blocks.items()}
    candidates = []
    for unit, sequence in zip(found, sequences, strict=True):
        asked, above = unit.asked, f"{unit.context} {citation.heading}"
        if citation.heading.endswith("?"):
            asked, above = f"{asked} {citation.heading}", unit.context
        own = frozenset(sequence)
        if unit.kind is Kind.LIST:
            # A list answers by what it is a list of; words scattered over its items prove little.
            lead = unit.text.partition("\n")[0]
            own = frozenset() if lead.startswith("- ") else frozenset(terms(lead))
        fields = (own, frozenset(terms(asked)), title.union(terms(above)), paragraphs[unit.block])
        candidates.append(_Candidate(index, passage, unit, sequence, fields))
    return candidates


class _Asked:
    """The question against these candidates: which terms matter how much, and what kind of thing is asked for."""

    def __init__(self, question: str, conversation: Sequence[Turn], candidates: Sequence[_Candidate]) -> None:
        self.sequence = terms(question)[:MAX_QUESTION_TERMS]
        factors = dict.fromkeys(self.sequence, 1.0)
        if len(factors) < 2:  # "And for the P2?": what it is about was said before
            earlier = next((turn.content for turn in reversed(conversation) if turn.role == "user"), "")
            for term in terms(earlier)[:MAX_QUESTION_TERMS]:
                factors.setdefault(term, _EARLIER_TURN_SHARE)
        seen = _frequencies(candidates)
        self.matches = {term: _matching(term, seen) for term in factors}
        self.names = _names(question) & factors.keys()
        total = len(candidates)
        self.weights: dict[str, float] = {}
        for term, factor in factors.items():
            frequency = max((seen[match] for match in self.matches[term]), default=0)
            weight = factor * math.log(1 + total / (max(frequency, 1) + 0.5))
            # A word that no passage has may be a synonym's; a name or a number that none has is another subject.
            self.weights[term] = weight if frequency or term in self.names else weight * _ABSENT_SHARE
        self.total = sum(self.weights.values()) or 1.0
        self.names_total = sum(self.weights[name] for name in self.names) or 1.0
        self.language = language(words(question))
        self.shape = shape_of(question)

    def statement(self, candidate: _Candidate) -> Statement:
        held = self._held(candidate)
        coverage = sum(share * self.weights[term] for term, share in held.items()) / self.total
        if self.names:
            # About something else of the same kind: another product, another customer.
            named = sum(self.weights[name] for name in self.names if held[name]) / self.names_total
            coverage *= 0.7 + 0.3 * named
        score = coverage + _ADJACENT_BONUS * self._adjacent(candidate.sequence)
        score *= self._form(candidate.unit, len(candidate.sequence))
        if self._says_nothing_new(candidate):
            score *= 0.6
        prior = min(max(candidate.passage.citation.score, 0.0), 1.0)
        score *= 0.85 + 0.15 * prior - 0.01 * min(candidate.index, 10)
        return Statement(candidate.passage.citation.n, candidate.unit, candidate.index, coverage, score)

    def _held(self, candidate: _Candidate) -> dict[str, float]:
        """For each term of the question, how much of it the unit and its surroundings hold."""
        return {
            term: max(
                (
                    place * share
                    for place, field in zip(_SHARES, candidate.fields, strict=True)
                    for match, share in self.matches[term].items()
                    if match in field
                ),
                default=0.0,
            )
            for term in self.weights
        }

    def _says_nothing_new(self, candidate: _Candidate) -> bool:
        """A title or an echo of the question is no answer to it."""
        return frozenset(candidate.sequence) <= self.weights.keys() | candidate.fields[2]

    def _form(self, unit: Unit, length: int) -> float:
        """How well the unit's form suits the question; `length` is its number of terms."""
        factor = 1.0 / (1.0 + max(0, length - 25) / 100)
        if any(sign.search(unit.text) for sign in self.shape.signs):
            factor *= 1.25
        if self.shape.asks_way and unit.kind is Kind.LIST:
            factor *= 1.2
        if length < 2:
            factor *= 0.7
        if unit.text.endswith(("?", "？", "؟")):
            factor *= 0.4
        if self.language and language(words(unit.text)) not in {None, self.language}:
            factor *= 0.85  # a translation of the same page answers just as well, but not the asker
        return factor

    def _adjacent(self, sequence: Sequence[str]) -> float:
        """The share of the question's neighbouring terms that are neighbours here too."""
        pairs = set(pairwise(self.sequence))
        return len(pairs & set(pairwise(sequence))) / len(pairs) if pairs else 0.0


def _frequencies(candidates: Sequence[_Candidate]) -> Counter[str]:
    """In how many units each term occurs, in the unit itself or around it. Paragraphs, which their units share, are
    counted once for all of them, so that a long one costs no more than its length."""
    seen: Counter[str] = Counter()
    sharing = Counter((candidate.index, candidate.unit.block) for candidate in candidates)
    counted: set[tuple[int, int]] = set()
    for candidate in candidates:
        _own, asked, above, paragraph = candidate.fields
        place = (candidate.index, candidate.unit.block)
        if place not in counted:
            counted.add(place)
            for term in paragraph:
                seen[term] += sharing[place]
        for term in (asked | above) - paragraph:
            seen[term] += 1
    return seen


def _matching(term: str, seen: Counter[str]) -> dict[str, float]:
    """The passages' terms that stand for `term`: itself, or words with the same beginning (compounds, derivations)."""
    found = {term: 1.0} if term in seen else {}
    if len(term) >= _PREFIX_CHARS and term.isalpha():
        beginning = term[: max(_PREFIX_CHARS, len(term) - 2)]
        for other in seen:
            if other != term and (
                other.startswith(beginning) or (len(other) >= _PREFIX_CHARS and term.startswith(other))
            ):
                found[other] = _PREFIX_SHARE
    return found


def _names(question: str) -> frozenset[str]:
    """Terms of the question written like names or numbers: capitals after the first word, or digits. Where most words
    have capitals (German nouns, titles) a capital marks nothing."""
    found = re.findall(r"\w+", question)
    capitals = [word for word in found[1:] if word[0].isupper()]
    if len(capitals) * 5 > len([word for word in found[1:] if folded(word) not in STOPWORDS]) * 3 > 3:
        capitals = []
    marked = [word for word in found if any(c.isdigit() for c in word) or (len(word) > 1 and word.isupper())]
    return frozenset(terms(" ".join(capitals + marked)))
