"""The heuristic layer: organisation terms and recognisers over the whole question, and cues that a text is public.

Guarantees: everything in the question is examined (text, conversation, project, file names), also what an encoding
hides (`decoding`); spans are code points of the original text; the time is linear in the text; at most `MAX_FINDINGS`
findings. The same question always gives the same answer. Leaves meaning (paraphrase, topics, unlisted names) to later
layers.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

from lacuna.adapters.classifiers import decoding, public_cues
from lacuna.adapters.classifiers.pattern_set import PatternMatch, PatternSet, disjoint
from lacuna.adapters.classifiers.probes import ProbeFilter
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.terms import TermIndex, TermMatch, TermSet
from lacuna.adapters.classifiers.views import View
from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.tiers import Tier

ENGINE = "heuristic/2"
"""Changes with the code wherever the same terms and recognisers could give another answer."""

MAX_FINDINGS = 1_000
_MIN_ROTATED = 6
_TRIGGERS = len(decoding.TRIGGERS)
"""Numbers of triggers from here on are those of public cues."""
_JUDGES_OF_CHANCE = frozenset(
    "secret_value spoken_value random_token header_value connection_value password password_spoken password_beside "
    "command_password seed_phrase".split()
)
"""Validators that words joined by a guess look random to."""
_NOBODY: frozenset[str] = frozenset()


_EVIDENCE = {
    rule: LayerResult(Layer.HEURISTIC, (), public_cues.STRENGTH if rule else 0.0, rule) for rule in public_cues.RULES
}
"""What a text without findings gets, by the rule that holds it for public."""

_ASKED = (*decoding.TRIGGERS, *public_cues.PATTERNS)


def shipped_patterns() -> PatternSet:
    """The patterns of every layer that has no recognisers of an administrator."""
    return PatternSet(ALL, _ASKED)


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something found in one text: spans are of the original."""

    kind: str
    rule: str
    tier: Tier
    confidence: float
    start: int
    end: int


class HeuristicLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer`. `recognisers` default to all that ship; `added` are
    the administrator's (`custom`). `cache` is a folder that keeps compiled terms from one start to the next; one of the
    folders `probes` may keep the compiled probes of the recognisers that ship. Raises ConfigError for terms or
    recognisers that cannot be used."""

    name = "heuristic"

    def __init__(
        self,
        terms: TermSet,
        recognisers: Sequence[Recogniser] = ALL,
        *,
        added: Sequence[Recogniser] = (),
        cache: Path | None = None,
        probes: Sequence[Path] = (),
    ) -> None:
        rules = (*recognisers, *added)
        self._cache = cache
        self._terms = TermIndex.build(terms, cache)
        self._patterns = PatternSet(rules, _ASKED)
        self._rules = _digest(rules)
        if not any(map(self._patterns.filter.load, probes)):
            self._patterns.filter.prepare()

    def with_terms(self, terms: TermSet) -> "HeuristicLayer":
        """The same layer for other terms; this one stays as it is."""
        return self._with(TermIndex.build(terms, self._cache))

    def towards(self, terms: TermSet) -> Iterator["HeuristicLayer"]:
        """The same layer for other terms, quickly where they are mostly the same: layers to use one after the other, of
        which each finds all of `terms` and the last nothing else. This one stays as it is."""
        for index in self._terms.towards(terms):
            yield self._with(index)
            index.keep(self._cache)

    def _with(self, index: TermIndex) -> "HeuristicLayer":
        other = copy(self)
        other._terms = index
        return other

    @property
    def filter(self) -> ProbeFilter:
        """What looks for the recognisers' probes; the same in every layer that came from this one."""
        return self._patterns.filter

    @property
    def local(self) -> bool:
        """Always: everything runs in this process."""
        return True

    @property
    def version(self) -> str:
        """A digest of the engine's version, the recognisers and the terms."""
        digest = hashlib.sha256(f"{ENGINE}\n{self._rules}\n{self._terms.version}".encode())
        return f"{ENGINE}+{digest.hexdigest()[:16]}"

    def examine(self, question: Question) -> LayerResult:
        """What was found in the text, and in its context as findings without a span."""
        readings = decoding.Readings(question.text)
        hits, cues = self._hits(readings)
        if hits or question.conversation or question.files or question.project is not None:
            findings = [Finding(h.kind, h.rule, Layer.HEURISTIC, h.tier, h.confidence, h.start, h.end) for h in hits]
            findings += self._in_context(question)
            if findings:
                return LayerResult(Layer.HEURISTIC, tuple(findings))
        return _EVIDENCE[public_cues.evidence(readings.base.text, cues)]

    def _in_context(self, question: Question) -> Iterator[Finding]:
        yield from self._context("CONTEXT.CONVERSATION", (turn.content for turn in question.conversation))
        yield from self._context("CONTEXT.FILE", question.files)
        if question.project is not None:
            yield from self._context("CONTEXT.PROJECT", (question.project,))

    def _context(self, kind: str, texts: Iterable[str]) -> list[Finding]:
        """One finding for each rule that hits one of `texts`: the strongest."""
        strongest: dict[str, _Hit] = {}
        for text in texts:
            for hit in self._hits(decoding.Readings(text))[0]:
                known = strongest.get(hit.rule)
                if known is None or hit.confidence > known.confidence:
                    strongest[hit.rule] = hit
        return [Finding(kind, hit.rule, Layer.HEURISTIC, hit.tier, hit.confidence) for hit in strongest.values()]

    def _hits(self, readings: decoding.Readings) -> tuple[list[_Hit], list[int]]:
        """What stands in all readings, and the numbers of the public cues in the first, which is the text itself."""
        found: dict[tuple[str, int, int], _Hit] = {}
        cues: list[int] | None = None
        for reading in readings:
            view = reading.view
            terms = self._terms_of(view.text)
            matches, triggered = self._patterns.find(view.text, _JUDGES_OF_CHANCE if reading.guessed else _NOBODY)
            if cues is None:
                cues = [number - _TRIGGERS for number in triggered if number >= _TRIGGERS]
            if terms or matches:
                for hit in _located(view, terms, disjoint(matches)):
                    found.setdefault((hit.rule, hit.start, hit.end), hit)
            if triggered and min(triggered) < _TRIGGERS:
                readings.expand(reading, triggered)
        return list(found.values())[:MAX_FINDINGS], cues or []

    def _terms_of(self, folded: str) -> Sequence[TermMatch]:
        """The terms of a folded text, and the long ones of the same rotated by thirteen."""
        if self._terms.is_silent(folded):
            return ()
        return [*self._terms.find(folded), *filter(_is_long, self._terms.find(decoding.rot13(folded)))]


def _is_long(term: TermMatch) -> bool:
    """Short words rotated by thirteen are other words ("green" is "terra")."""
    return term.end - term.start >= _MIN_ROTATED


def _located(view: View, terms: Sequence[TermMatch], matches: list[PatternMatch]) -> Iterable[_Hit]:
    for term in terms:
        start, end = view.locate(term.start, term.end)
        yield _Hit(term.group.kind, term.group.rule, term.group.tier, 0.95, start, end)
    for match in matches:
        rule = match.recogniser
        start, end = view.locate(match.start, match.end)
        yield _Hit(rule.kind, rule.rule, rule.tier, rule.confidence, start, end)


def _digest(recognisers: Sequence[Recogniser]) -> str:
    values = attrgetter(*(each.name for each in fields(Recogniser)))
    return hashlib.sha256("\n".join(repr(values(recogniser)) for recogniser in recognisers).encode()).hexdigest()
