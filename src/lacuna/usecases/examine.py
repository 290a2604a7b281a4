"""Ask the layers of the classifier about a question, each in its turn, and join what they say.

Promise: the whole text and everything that goes along with it is looked at; a layer that fails counts as PROPRIETARY;
later layers are left out only where the tier is at the top already, so that nothing they say could change it; what
takes long runs on a worker thread. The order: layers for every text, layers that compare with the organisation's
documents, layers that judge what a question is about, and last, only for what all of them left open, the judge. What is
left to others: policy, the conversation's own tier, the record (usecases/classify.py).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from lacuna.domain.classification import (
    Classification,
    Finding,
    Layer,
    LayerResult,
    Question,
    Strategy,
    classify,
    failure,
    raised,
    still_open,
)
from lacuna.domain.errors import LacunaError
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.judge import Judge

LONG_TEXT = 4_000
"""Characters above which a text is examined on a worker thread, so that nobody else waits for it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that judges a text: `layers` every one; `corpus` questions and what leaves the house, but no document
    (it would be found in its own earlier version); `meaning` questions only; `judge` those that stay open. `version`
    names all that `layers` and `judge` would find; the others change with documents and examples (`state`)."""

    layers: tuple[ClassifierLayer, ...]
    corpus: tuple[ClassifierLayer, ...] = ()
    meaning: tuple[ClassifierLayer, ...] = ()
    judge: Judge | None = None
    version: str = field(init=False)

    def __post_init__(self) -> None:
        named = [f"{layer.name} {layer.version}" for layer in self.layers]
        if self.judge is not None:
            named.append(f"{self.judge.name} {self.judge.version}")
        object.__setattr__(self, "version", "rs-" + hashlib.sha256("\n".join(named).encode()).hexdigest()[:16])

    @property
    def state(self) -> tuple[str, ...]:
        """What the further layers know at this moment."""
        return tuple(layer.version for layer in self.further)

    @property
    def further(self) -> tuple[ClassifierLayer, ...]:
        """The layers for questions, in order."""
        return (*self.corpus, *self.meaning)


async def examine(rules: Rules, question: Question, strategy: Strategy) -> Classification:
    """The classification of a question by itself: without policy and without what its conversation was before."""
    examined = await _examined(rules, question, strategy)
    if rules.judge is None or not examined.open:
        return examined.classification
    return raised(examined.classification, await _judged(rules.judge, question))


def examine_text(rules: Rules, text: str, strategy: Strategy, *, leaving: bool) -> Classification:
    """The classification of a text that is no question: a document, or one that is about to be `leaving`. Blocking,
    thread-safe."""
    question = Question(text)
    layers = (*rules.layers, *rules.corpus) if leaving else rules.layers
    return classify(text, [ask(layer, question) for layer in layers], strategy, rules.version)


@dataclass(frozen=True, slots=True)
class _Examined:
    classification: Classification
    open: bool


async def _examined(rules: Rules, question: Question, strategy: Strategy) -> _Examined:
    size = sum(map(len, (question.text, *(turn.content for turn in question.conversation), *question.files)))
    if size > LONG_TEXT or question.conversation:
        return await asyncio.to_thread(_by_all, rules, question, strategy)
    results = [ask(layer, question) for layer in rules.layers]
    first = _joined(rules, question, strategy, results)
    if first.classification.tier is Tier.PROPRIETARY or not rules.further:
        return first
    return await asyncio.to_thread(_further, rules, question, strategy, results)


def _by_all(rules: Rules, question: Question, strategy: Strategy) -> _Examined:
    results = [ask(layer, question) for layer in rules.layers]
    examined = _further(rules, question, strategy, results)
    if examined.classification.tier is Tier.PROPRIETARY:
        return examined
    return _Examined(raised(examined.classification, _open_turns(rules, question, strategy)), examined.open)


def _further(rules: Rules, question: Question, strategy: Strategy, results: list[LayerResult]) -> _Examined:
    """Adds the layers for questions to `results`, until the tier is at the top."""
    for layer in rules.further:
        if any(f.tier is Tier.PROPRIETARY for result in results for f in result.findings):
            break
        results.append(ask(layer, question))
    return _joined(rules, question, strategy, results)


def _joined(rules: Rules, question: Question, strategy: Strategy, results: Sequence[LayerResult]) -> _Examined:
    return _Examined(classify(question.text, results, strategy, rules.version), still_open(results))


def ask(layer: ClassifierLayer, question: Question) -> LayerResult:
    """What a layer says; its failure is a finding."""
    try:
        return layer.examine(question)
    except LacunaError as error:
        return LayerResult(Layer.FAILURE, (failure(layer.name, error.code),))


def _open_turns(rules: Rules, question: Question, strategy: Strategy) -> list[Finding]:
    """Earlier turns are classified under the same strategy: a PUBLIC question in an INTERNAL conversation is
    INTERNAL."""
    findings = []
    for number, turn in enumerate(question.conversation):
        alone = Question(turn.content)
        results = [ask(layer, alone) for layer in (*rules.layers, *rules.further)]
        found = classify(turn.content, results, strategy, rules.version)
        if found.tier > Tier.PUBLIC:
            findings.append(
                Finding("CONTEXT.CONVERSATION", f"turn-{number}", Layer.CONTEXT, found.tier, found.confidence)
            )
    return findings


async def _judged(judge: Judge, question: Question) -> tuple[Finding, ...]:
    try:
        result = await judge.judge(question)
    except LacunaError as error:
        return (failure(judge.name, error.code),)
    return tuple(finding for finding in result.findings if finding.tier > Tier.PUBLIC)
