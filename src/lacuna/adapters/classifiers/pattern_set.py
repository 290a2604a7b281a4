"""All recognisers over a text: a filter (`probes`) says which can match, spans come from those recognisers only.

Guarantees: time linear in the text for every input; at most `MAX_FINDINGS` matches and `MAX_CANDIDATES` distinct
candidates for one recogniser (more candidates than that count as found: the rest was not checked). Offsets are those of
the text given. Which engine the filter has makes no difference to the answers.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

import re2

from lacuna.adapters.classifiers.contexts import Contexts, WordFinder, word_finder
from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.linear_search import LinearPattern, Subject
from lacuna.adapters.classifiers.probes import ProbeFilter
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.validators import VALIDATORS
from lacuna.adapters.classifiers.words import as_words
from lacuna.domain.errors import ConfigError

MAX_FINDINGS = 200
MAX_CANDIDATES = 1_000
_UNLESS_WINDOW = 24
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
    def pattern(self) -> LinearPattern:
        return LinearPattern(self.recogniser.rule, self.recogniser.pattern, self.recogniser.group)

    @cached_property
    def context(self) -> WordFinder | None:
        return word_finder(self.recogniser.rule, self.recogniser.context)

    @cached_property
    def also(self) -> WordFinder | None:
        return word_finder(self.recogniser.rule, self.recogniser.also)

    @cached_property
    def unless_near(self) -> WordFinder | None:
        return word_finder(self.recogniser.rule, self.recogniser.unless_near)

    @cached_property
    def unless(self) -> LinearPattern | None:
        rule = self.recogniser
        return LinearPattern(rule.rule, f"(?i)(?:{rule.unless})$") if rule.unless else None

    @cached_property
    def unless_after(self) -> LinearPattern | None:
        rule = self.recogniser
        return LinearPattern(rule.rule, f"(?i)^(?:{rule.unless_after})") if rule.unless_after else None

    def check(self) -> None:
        """Raises ConfigError for a pattern that RE2 refuses."""
        for part in (self.pattern, self.context, self.also, self.unless_near, self.unless, self.unless_after):
            if isinstance(part, LinearPattern):
                part.check()

    @property
    def probe(self) -> str:
        if self.recogniser.probe:
            return self.recogniser.probe
        return as_words(self.recogniser.context) if self.recogniser.context else self.recogniser.pattern

    def matches(self, subject: Subject) -> list[PatternMatch]:
        found: list[PatternMatch] = []
        text = subject.text
        accepted: dict[str, int] = {}
        for start, end in self._candidates(subject):
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

    def _candidates(self, subject: Subject) -> Iterator[tuple[int, int]]:
        """The values that have the words near them that they need, and none that speak against them. Words are looked
        for once there is a value: most texts that have one lack the other, and values are rarer."""
        spans = self.pattern.spans(subject)
        first = next(spans, None)
        if first is None:
            return
        nearby = Contexts.of(self.context, subject)
        if nearby is not None and nearby.none():
            return
        rule = self.recogniser
        others, against = Contexts.of(self.also, subject), Contexts.of(self.unless_near, subject)
        for start, end in chain((first,), spans):
            if nearby is not None and not nearby.near(start, end, rule.before, rule.after):
                continue
            if others is not None and not others.near(start, end, rule.also_within, rule.also_within):
                continue
            if against is None or not against.near(start, end, rule.also_within, rule.also_within):
                yield start, end

    def _allowed_here(self, text: str, start: int, end: int) -> bool:
        if self.unless is not None and self.unless.occurs(text[max(0, start - _UNLESS_WINDOW) : start]):
            return False
        return self.unless_after is None or not self.unless_after.occurs(text[end : end + _UNLESS_WINDOW])


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

    def find(self, text: str, but: Set[str] = frozenset()) -> tuple[list[PatternMatch], list[int]]:
        """The matches, in no order, and the numbers of the triggers that occur in `text`. Recognisers with a validator
        in `but` are passed over."""
        found: list[PatternMatch] = []
        triggered: list[int] = []
        if not text:
            return found, triggered
        subject = Subject(text)
        first, end = self._first_trigger, self._first_trigger + len(self._triggers)
        for number in self.filter.numbers(text):
            if first <= number < end:
                triggered.append(number - first)
            else:
                for compiled in self._tried[number]:
                    if compiled.recogniser.validator not in but:
                        found.extend(compiled.matches(subject))
        return found, triggered

    def one_by_one(self, text: str) -> tuple[list[PatternMatch], list[int]]:
        """As `find`, without the filter, which may only save time."""
        subject = Subject(text)
        found = [match for compiled in self._compiled for match in compiled.matches(subject)]
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
