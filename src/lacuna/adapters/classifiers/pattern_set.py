"""All recognisers over a text: sets of probes (`re2.Set`) say which can match, spans come from those recognisers only.

Guarantees: time linear in the text for every input; at most `MAX_FINDINGS` matches and `MAX_CANDIDATES` distinct
candidates for one recogniser (more candidates than that count as found: the rest was not checked); no silent miss when
the set runs out of memory. Offsets are those of the text given.

`re2.Set.Match` returns None both for "nothing" and for "out of memory" (google/re2 issue 136). A sentinel that matches
every text tells the two apart; without it every recogniser is tried on its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.validators import VALIDATORS
from lacuna.adapters.classifiers.word_scanner import WordScanner, expanded
from lacuna.adapters.classifiers.words import as_words
from lacuna.domain.errors import ConfigError

MAX_FINDINGS = 200
MAX_CANDIDATES = 1_000
_SENTINEL = r"(?s)."
_SET_MEMORY = 16 << 20
_SET_SIZE = 96
_UNLESS_WINDOW = 24
_LONG_LIST = 100
"""Words from which a context is searched by an automaton of its own kind."""


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """A recogniser's match in the text: characters `start` to `end`, exclusive."""

    start: int
    end: int
    recogniser: Recogniser


@dataclass(frozen=True, slots=True)
class _Compiled:
    recogniser: Recogniser
    pattern: Any
    context: Any
    also: Any
    unless_near: Any
    unless: Any
    unless_after: Any
    validate: Callable[[str], int] | None

    @classmethod
    def of(cls, recogniser: Recogniser) -> "_Compiled":
        if recogniser.validator and recogniser.validator not in VALIDATORS:
            raise ConfigError(
                f"Recogniser {recogniser.rule} names the unknown validator {recogniser.validator!r}.",
                cure=f"Use one of {', '.join(sorted(VALIDATORS))}.",
            )
        return cls(
            recogniser,
            _compile(recogniser.rule, recogniser.pattern),
            word_finder(recogniser.rule, recogniser.context),
            word_finder(recogniser.rule, recogniser.also),
            word_finder(recogniser.rule, recogniser.unless_near),
            _compile(recogniser.rule, f"(?i)(?:{recogniser.unless})$") if recogniser.unless else None,
            _compile(recogniser.rule, f"(?i)^(?:{recogniser.unless_after})") if recogniser.unless_after else None,
            VALIDATORS.get(recogniser.validator),
        )

    @property
    def probe(self) -> str:
        if self.recogniser.probe:
            return self.recogniser.probe
        return as_words(self.recogniser.context) if self.recogniser.context else self.recogniser.pattern

    def matches(self, text: str) -> list[PatternMatch]:
        found: list[PatternMatch] = []
        nearby = Contexts.of(self.context, text) if self.context is not None else None
        if nearby is not None and not nearby.starts:
            return found
        rule = self.recogniser
        others = Contexts.of(self.also, text) if self.also is not None else None
        against = Contexts.of(self.unless_near, text) if self.unless_near is not None else None
        accepted: dict[str, int] = {}
        for match in self.pattern.finditer(text):
            start, end = match.span(self.recogniser.group)
            if start < 0 or (nearby is not None and not nearby.near(start, end, rule.before, rule.after)):
                continue
            if others is not None and not others.near(start, end, rule.also_within, rule.also_within):
                continue
            if against is not None and against.near(start, end, rule.also_within, rule.also_within):
                continue
            value_end = end
            if self.validate is not None:  # first, because its answers are remembered
                candidate = text[start:end]
                length = accepted.get(candidate)
                if length is None:
                    exhausted = len(accepted) >= MAX_CANDIDATES
                    length = len(candidate) if exhausted else self.validate(candidate)
                    accepted[candidate] = length
                if length == 0:
                    continue
                value_end = start + length
            if not self._allowed_here(text, start, end):
                continue
            found.append(PatternMatch(start, value_end, self.recogniser))
            if len(found) == MAX_FINDINGS or len(accepted) > MAX_CANDIDATES:
                break
        return found

    def _allowed_here(self, text: str, start: int, end: int) -> bool:
        if self.unless is not None and self.unless.search(text[max(0, start - _UNLESS_WINDOW) : start]):
            return False
        return self.unless_after is None or not self.unless_after.search(text[end : end + _UNLESS_WINDOW])


@dataclass(frozen=True, slots=True)
class Contexts:
    """Where a recogniser's context words stand in a text, in order."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, context: Any, text: str) -> "Contexts":
        if isinstance(context, WordScanner):
            spans = context.spans(text)
            return cls(sorted(start for start, _ in spans), [end for _, end in spans])
        spans = [match.span() for match in context.finditer(text)]
        return cls([start for start, _ in spans], [end for _, end in spans])

    def near(self, start: int, end: int, before: int, after: int) -> bool:
        """Whether a word ends at most `before` characters before `start` or starts at most `after` after `end`. The
        character that bounds a word may be the value's own."""
        at = bisect_right(self.ends, start + 1)
        if at > 0 and self.ends[at - 1] >= start - before:
            return True
        at = bisect_left(self.starts, end - 1)
        return after > 0 and at < len(self.starts) and self.starts[at] <= end + after


class _ProbeSet:
    """Up to `_SET_SIZE` probes in one automaton, numbered from `first` on. The states of an automaton multiply with the
    probes in it, those of several add up: one for all is four times slower on unseen texts."""

    def __init__(self, first: int, probes: Sequence[str]) -> None:
        self._first = first
        self._size = len(probes)
        options = re2.Options()
        options.max_mem = _SET_MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for probe in probes:
            self._set.Add(fold(probe))
        self._set.Add(_SENTINEL)
        self._set.Compile()

    @classmethod
    def several(cls, probes: Sequence[str]) -> "Iterator[_ProbeSet]":
        for first in range(0, len(probes), _SET_SIZE):
            yield cls(first, probes[first : first + _SET_SIZE])

    def hits(self, text: str) -> Iterable[int]:
        """The numbers of the probes that match `text`; of all, where the automaton ran out of memory."""
        hit = self._set.Match(text)
        if hit is None or self._size not in hit:
            return range(self._first, self._first + self._size)
        return [self._first + number for number in hit if number != self._size] if len(hit) > 1 else ()


class PatternSet:
    """Compiled recognisers. Immutable after construction; safe under threads. Raises ConfigError for a pattern that RE2
    refuses and for an unknown validator."""

    def __init__(self, recognisers: Sequence[Recogniser], triggers: Sequence[str] = ()) -> None:
        self._compiled = tuple(_Compiled.of(recogniser) for recogniser in recognisers)
        self._triggers = tuple(_compile("trigger", trigger) for trigger in triggers)
        by_probe: dict[str, list[_Compiled]] = {}
        for compiled in self._compiled:
            by_probe.setdefault(compiled.probe, []).append(compiled)
        self._by_probe = tuple(map(tuple, by_probe.values()))
        self._sets = tuple(_ProbeSet.several((*by_probe, *triggers)))

    def find(self, text: str) -> tuple[list[PatternMatch], list[int]]:
        """The matches, in no order, and the numbers of the triggers that occur in `text`."""
        found: list[PatternMatch] = []
        triggered: list[int] = []
        if not text:
            return found, triggered
        for probes in self._sets:
            for number in probes.hits(text):
                if number < len(self._by_probe):
                    for compiled in self._by_probe[number]:
                        found.extend(compiled.matches(text))
                else:
                    triggered.append(number - len(self._by_probe))
        return found, triggered

    def one_by_one(self, text: str) -> tuple[list[PatternMatch], list[int]]:
        """As `find`, without the set: what happens when it runs out of memory."""
        found = [match for compiled in self._compiled for match in compiled.matches(text)]
        return found, [number for number, trigger in enumerate(self._triggers) if trigger.search(text)]


def disjoint(matches: Iterable[PatternMatch]) -> list[PatternMatch]:
    """Of matches that overlap, the one of the higher tier, then confidence, then length; in order of place."""
    ranked = sorted(matches, key=_rank)
    kept: list[PatternMatch] = []
    taken = _Intervals()
    for match in ranked:
        if taken.add(match.start, match.end):
            kept.append(match)
    return sorted(kept, key=lambda m: m.start)


def _rank(match: PatternMatch) -> tuple[int, float, int, int, str]:
    rule = match.recogniser
    return (-rule.tier, -rule.confidence, match.start - match.end, match.start, rule.rule)


class _Intervals:
    """Disjoint intervals, kept sorted."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> bool:
        """False, and no change, if the interval overlaps one that is there."""
        at = bisect_left(self._starts, end)
        if at > 0 and self._ends[at - 1] > start:
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True


def word_finder(rule: str, alternatives: str) -> Any:
    """What finds context words: an Aho-Corasick automaton for long lists of plain words, else RE2."""
    if not alternatives:
        return None
    words = expanded(alternatives) if alternatives.count("|") >= _LONG_LIST else None
    return _compile(rule, as_words(alternatives)) if words is None else WordScanner(words)


def _compile(rule: str, pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(fold(pattern), options)
    except re2.error as refused:
        raise ConfigError(
            f"RE2 refuses a pattern of recogniser {rule}: {refused}.",
            cure="Write it without look-around, back-references and large repetitions.",
        ) from refused
