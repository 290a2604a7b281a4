"""What overrides do to a classification.

Promises: pure; the order of overrides does not matter. Raising joins. Lowering reaches only what layers found in the
text itself, never context, policy or a failure, and nothing of a classification in which a layer failed; a pattern
lowers findings that lie wholly inside a match. Where several lower one finding, the lowest counts: each of them is a
person's word. An override that is not about the text changes nothing. The caller applies this before conversation,
taint and policy, each time that it judges what layers said so far, also to decide whether to ask more of them.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Never, Protocol

from lacuna.domain.classification import Classification, Finding, Layer, LayerResult, Strategy, classify
from lacuna.domain.overrides import Effect, Override, OverrideKind, State
from lacuna.domain.tiers import Tier

KIND: Final = "OVERRIDE"
"""The kind of the findings that overrides leave."""

COUNTED: Final = 100
"""A layer that found this many things in a text may have stopped looking: no pattern for a part lowers any of them."""

_FAR: Final = 2**63
_OWN_LAYERS: Final = frozenset({Layer.HEURISTIC, Layer.EMBEDDING, Layer.LLM, Layer.PLUGIN})
NEVER_LOWERED: Final = frozenset({"CONTEXT", "FAILURE", "POLICY", KIND})
"""Families of findings that no override lowers."""


class Patterns(Protocol):
    """Patterns ready for searching, in time linear in the text, numbered from 0."""

    def matching(self, text: str) -> Iterable[int]:
        """Those that match anywhere, disguised spellings included."""
        ...

    def spans(self, number: int, text: str) -> Sequence[tuple[int, int]]:
        """Matches of one as start and end in code points, in order from the first, in the text as it stands. All of
        them, or as many as time linear in the text allows."""
        ...

    def whole(self, number: int, text: str) -> bool:
        """Whether one matches all of the text as it stands, white space around it aside."""
        ...


@dataclass(frozen=True, slots=True)
class _Cap:
    """A lowering override and the part of the text that it is about; `spans` is None for all of it."""

    override: Override
    spans: tuple[tuple[int, int], ...] | None

    def covers(self, finding: Finding) -> bool:
        if not lowerable(finding):
            return False
        if self.spans is None:
            return True
        start, end = finding.start, finding.end
        if start is None or end is None:
            return False
        before = bisect_right(self.spans, (start, _FAR)) - 1
        return before >= 0 and end <= self.spans[before][1]


class OverrideSet:
    """The overrides in force at one moment. `names` gives the keyed HMACs of a text, under each key that an override
    may have been made under, `compiled` makes the patterns ready; neither is asked where no override needs it.
    Immutable."""

    def __init__(
        self,
        overrides: Iterable[Override],
        names: Callable[[str], Iterable[str]],
        compiled: Callable[[Sequence[str]], Patterns],
    ) -> None:
        held = sorted((o for o in overrides if o.state is State.GRANTED), key=lambda o: o.override_id)
        self._overrides: Final = tuple(held)
        self._names: Final = names
        self._compiled: Final = compiled
        self._patterned: Final = tuple(o for o in held if o.kind is OverrideKind.PATTERN)
        self._patterns: Final = compiled([o.key for o in self._patterned]) if self._patterned else None
        self._texts: dict[str, list[Override]] = {}
        for override in held:
            if override.kind is not OverrideKind.PATTERN:
                self._texts.setdefault(override.key, []).append(override)
        self.until: Final = min((o.expires for o in held if o.expires is not None), default=None)
        """When the first of them expires, in microseconds; None where none does."""
        facts = [(o.override_id, o.kind.value, o.key, int(o.tier), o.effect.value) for o in held]
        self.version: Final = hashlib.sha256(repr(facts).encode()).hexdigest()[:16] if facts else ""
        """Names the overrides and all that they do; empty for none."""

    def __len__(self) -> int:
        return len(self._overrides)

    def at(self, now: int) -> "OverrideSet":
        """The set without those that have expired by `now`."""
        if self.until is None or now < self.until:
            return self
        return self._only(o for o in self._overrides if o.state_at(now) is State.GRANTED)

    @cached_property
    def raising(self) -> "OverrideSet":
        """Those that only raise: for documents and earlier turns, which are there longer than an override."""
        if all(o.effect is Effect.RAISE for o in self._overrides):
            return self
        return self._only(o for o in self._overrides if o.effect is Effect.RAISE)

    def ruleset(self, rules: str) -> str:
        """The name of a rule set together with these overrides."""
        if not self.version:
            return rules
        return "rs-" + hashlib.sha256(f"{rules}\n{self.version}".encode()).hexdigest()[:16]

    def applied(self, text: str, results: Sequence[LayerResult]) -> Sequence[LayerResult]:
        """What layers said of `text`, as it counts; `results` itself where no override changes it."""
        raising, caps = self._about(text)
        if any(f.kind == "FAILURE" for r in results for f in r.findings):
            caps = []
        if not raising and not caps:
            return results
        lowered, credited = _lowered(results, caps)
        public = [c.override for c in caps if c.spans is None and c.override.tier is Tier.PUBLIC]
        used = {o.rule: o for o in (*raising, *credited, *public)}
        if not used:
            return results
        findings = tuple(Finding(KIND, rule, Layer.DECLARED, o.tier, 1.0) for rule, o in sorted(used.items()))
        evidence = min((o.rule for o in public), default="")
        return [*lowered, LayerResult(Layer.DECLARED, findings, 1.0 if evidence else 0.0, evidence)]

    def classify(self, text: str, results: Sequence[LayerResult], strategy: Strategy, rules: str) -> Classification:
        """As `domain.classification.classify`, with these overrides applied."""
        ruleset = self.ruleset(rules)
        plain = classify(text, results, strategy, ruleset)
        counting = self.applied(text, results)
        if counting is results:
            return plain
        changed = classify(text, counting, strategy, ruleset)
        if changed.tier is plain.tier is Tier.PUBLIC:
            return plain
        return replace(changed, reasoning=_reason(changed, plain, [f.rule for f in counting[-1].findings]))

    def _about(self, text: str) -> tuple[list[Override], list[_Cap]]:
        """The overrides that are about this text, those that raise and those that lower."""
        raising: list[Override] = []
        caps: list[_Cap] = []
        for override in self._named(text):
            if override.effect is Effect.RAISE:
                raising.append(override)
            else:
                caps.append(_Cap(override, None))
        if self._patterns is None:
            return raising, caps
        for number in self._patterns.matching(text):
            override = self._patterned[number]
            if override.effect is Effect.RAISE:
                raising.append(override)
            elif self._patterns.whole(number, text):
                caps.append(_Cap(override, None))
            elif spans := self._patterns.spans(number, text):
                caps.append(_Cap(override, tuple(spans)))
        return raising, caps

    def _named(self, text: str) -> Iterable[Override]:
        if not self._texts:
            return ()
        names = dict.fromkeys((*self._names(text), *self._names(text.strip())))
        return {o.override_id: o for name in names for o in self._texts.get(name, ())}.values()

    def _only(self, kept: Iterable[Override]) -> "OverrideSet":
        return OverrideSet(kept, self._names, self._compiled)


def lowerable(finding: Finding) -> bool:
    """Whether an override may lower this: something that a layer found in the text itself."""
    return finding.layer in _OWN_LAYERS and finding.kind.partition(".")[0] not in NEVER_LOWERED


def _lowered(results: Sequence[LayerResult], caps: Sequence[_Cap]) -> tuple[list[LayerResult], list[Override]]:
    """The results with lowered findings, and the overrides to which that is owed."""
    credited: list[Override] = []
    changed = []
    for result in results:
        findings = []
        able = [c for c in caps if c.spans is None or len(result.findings) < COUNTED]
        for finding in result.findings:
            over = [c.override for c in able if c.override.tier < finding.tier and c.covers(finding)]
            tier = min((o.tier for o in over), default=finding.tier)
            credited += [o for o in over if o.tier is tier]
            findings.append(replace(finding, tier=tier) if over else finding)
        changed.append(replace(result, findings=tuple(findings)))
    return changed, credited


def _reason(changed: Classification, plain: Classification, rules: Sequence[str]) -> str:
    outcome = "PUBLIC:" if changed.tier is Tier.PUBLIC else changed.reasoning
    return f"{outcome} {', '.join(rules)} applied; without: {plain.reasoning}"


def _none(text: object) -> Never:
    raise AssertionError("there is no override that would need this")


NOTHING_SET: Final = OverrideSet((), _none, _none)
"""The set where there are no overrides."""
