"""All recognisers over a text: a filter (`probes`) says which can match, spans come from those recognisers only.

Guarantees: time linear in the text for every input; at most `MAX_FINDINGS` matches and `MAX_CANDIDATES` distinct
candidates for one recogniser (more candidates than that count as found: the rest was not checked). Offsets are those of
the text given. Which engine the filter has makes no difference to the answers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import re2

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.probes import ProbeFilter
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.validators import VALIDATORS
from lacuna.adapters.classifiers.word_scanner import WordScanner, expanded
from lacuna.adapters.classifiers.words import as_words
from lacuna.domain.errors import ConfigError

MAX_FINDINGS = 200
MAX_CANDIDATES = 1_000
_UNLESS_WINDOW = 24
_LONG_LIST = 100
"""Words from which a context is searched by an automaton of its own kind."""
_SHIPPED: Final = frozenset(ALL)


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """A recogniser's match in the text: characters `start` to `end`, exclusive."""

    start: int
    end: int
    recogniser: Recogniser


class _Compiled:
    """A recogniser and its patterns, each compiled when it is first needed: most texts need none."""

    def __init__(self, recogniser: Recogniser) -> None:
        if recogniser.validator and recogniser.validator not in VALIDATORS:
            raise ConfigError(
                f"Recogniser {recogniser.rule} names the unknown validator {recogniser.validator!r}.",
                cure=f"Use one of {', '.join(sorted(VALIDATORS))}.",
            )
        self.recogniser = recogniser
        self.validate: Callable[[str], int] | None = VALIDATORS.get(recogniser.validator)

    @cached_property
    def pattern(self) -> Any:
        return _compile(self.recogniser.rule, self.recogniser.pattern)

    @cached_property
    def context(self) -> Any:
        return word_finder(self.recogniser.rule, self.recogniser.context)

    @cached_property
    def also(self) -> Any:
        return word_finder(self.recogniser.rule, self.recogniser.also)

    @cached_property
    def unless_near(self) -> Any:
        return word_finder(self.recogniser.rule, self.recogniser.unless_near)

    @cached_property
    def unless(self) -> Any:
        rule = self.recogniser
        return _compile(rule.rule, f"(?i)(?:{rule.unless})$") if rule.unless else None

    @cached_property
    def unless_after(self) -> Any:
        rule = self.recogniser
        return _compile(rule.rule, f"(?i)^(?:{rule.unless_after})") if rule.unless_after else None

    def check(self) -> None:
        """Raises ConfigError for a pattern that RE2 refuses."""
        for part in ("pattern", "context", "also", "unless_near", "unless", "unless_after"):
            getattr(self, part)

    @property
    def probe(self) -> str:
        if self.recogniser.probe:
            return self.recogniser.probe
        return as_words(self.recogniser.context) if self.recogniser.context else self.recogniser.pattern

    def matches(self, text: str) -> list[PatternMatch]:
        found: list[PatternMatch] = []
        scanned = _scanned(text)
        nearby = Contexts.of(self.context, text) if self.context is not None else None
        if nearby is not None and not nearby.starts:
            return found
        rule = self.recogniser
        others = Contexts.of(self.also, text) if self.also is not None else None
        against = Contexts.of(self.unless_near, text) if self.unless_near is not None else None
        accepted: dict[str, int] = {}
        for match in self.pattern.finditer(scanned):
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
        spans = [match.span() for match in context.finditer(_scanned(text))]
        return cls([start for start, _ in spans], [end for _, end in spans])

    def near(self, start: int, end: int, before: int, after: int) -> bool:
        """Whether a word ends at most `before` characters before `start` or starts at most `after` after `end`. The
        character that bounds a word may be the value's own."""
        at = bisect_right(self.ends, start + 1)
        if at > 0 and self.ends[at - 1] >= start - before:
            return True
        at = bisect_left(self.starts, end - 1)
        return after > 0 and at < len(self.starts) and self.starts[at] <= end + after


class PatternSet:
    """Compiled recognisers. Immutable but for the filter's engine; safe under threads. Raises ConfigError for an
    unknown validator and for a pattern that RE2 refuses (those that ship are known to compile)."""

    def __init__(self, recognisers: Sequence[Recogniser], triggers: Sequence[str] = ()) -> None:
        self._compiled = tuple(map(_Compiled, recognisers))
        self._triggers = tuple(triggers)
        by_probe: dict[str, list[_Compiled]] = {}
        by_added: dict[str, list[_Compiled]] = {}
        for compiled in self._compiled:
            if compiled.recogniser in _SHIPPED:
                by_probe.setdefault(fold(compiled.probe), []).append(compiled)
            else:
                compiled.check()
                by_added.setdefault(fold(compiled.probe), []).append(compiled)
        self._first_trigger = len(by_probe)
        self._tried = (*by_probe.values(), *([] for _ in triggers), *by_added.values())
        """By the number of the probe."""
        self.filter = ProbeFilter((*by_probe, *triggers), tuple(by_added))

    def find(self, text: str) -> tuple[list[PatternMatch], list[int]]:
        """The matches, in no order, and the numbers of the triggers that occur in `text`."""
        found: list[PatternMatch] = []
        triggered: list[int] = []
        if not text:
            return found, triggered
        first, end = self._first_trigger, self._first_trigger + len(self._triggers)
        for number in self.filter.numbers(text):
            if first <= number < end:
                triggered.append(number - first)
            else:
                for compiled in self._tried[number]:
                    found.extend(compiled.matches(text))
        return found, triggered

    def one_by_one(self, text: str) -> tuple[list[PatternMatch], list[int]]:
        """As `find`, without the filter, which may only save time."""
        found = [match for compiled in self._compiled for match in compiled.matches(text)]
        triggers = [re2.compile(trigger) for trigger in self._triggers]
        return found, [number for number, trigger in enumerate(triggers) if trigger.search(text)]


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


def _scanned(text: str) -> str | bytes:
    """What RE2 is to scan: of a text in bytes it does not count characters, which costs more than the search."""
    return text.encode("ascii") if text.isascii() else text


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
