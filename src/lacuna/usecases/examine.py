"""Ask the layers of the classifier about a question, each in its turn, and join what they say.

Promise: the whole text and everything that goes along with it is looked at; a layer that fails counts as PROPRIETARY;
overrides are applied to what was found in the text itself, before anything that goes along with it; later layers are
left out only where the tier is at the top even so, and nothing they say could change it; what takes long runs on a
worker thread. The order: layers for every text, layers that compare with the organisation's documents, layers that
judge what a question is about, and last, only for what all of them left open, the judge. What is left to others:
policy, the conversation's own tier, the record (usecases/classify.py).
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TypeVar

from lacuna.domain.classification import (
    Classification,
    Finding,
    Layer,
    LayerResult,
    Question,
    Strategy,
    failure,
    raised,
    raises,
    still_open,
)
from lacuna.domain.errors import LacunaError
from lacuna.domain.overriding import NOTHING_SET, OverrideSet
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.judge import Judge

T = TypeVar("T")

LONG_TEXT = 4_000
"""Characters above which a text is examined on a worker thread, so that nobody else waits for it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that judges a text: `layers` every one (`prompt` are those at their front that answer at once,
    `patient` the rest, from the first plug-in on, and whatever comes after it); `corpus` questions and what leaves the
    house, but no document (it would be found in its own earlier version); `meaning` questions only; `judge` those that
    stay open. `version` names all that `layers` and `judge` would find; the others change with documents and examples
    (`state`)."""

    layers: tuple[ClassifierLayer, ...]
    corpus: tuple[ClassifierLayer, ...] = ()
    meaning: tuple[ClassifierLayer, ...] = ()
    judge: Judge | None = None
    version: str = field(init=False)
    prompt: tuple[ClassifierLayer, ...] = field(init=False)
    at_once: tuple[ClassifierLayer, ...] = field(init=False)
    patient: tuple[ClassifierLayer, ...] = field(init=False)

    def __post_init__(self) -> None:
        prompt = tuple(takewhile(lambda layer: not takes_long(layer), self.layers))
        object.__setattr__(self, "prompt", prompt)
        # What compares with documents answers at once too: a hop to another thread costs more than the comparison.
        at_once = self.corpus if prompt == self.layers and not any(map(takes_long, self.corpus)) else ()
        object.__setattr__(self, "at_once", at_once)
        later = (*self.layers[len(prompt) :], *self.corpus[len(at_once) :], *self.meaning)
        object.__setattr__(self, "patient", later)
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


async def examine(
    rules: Rules, question: Question, strategy: Strategy, overrides: OverrideSet = NOTHING_SET
) -> Classification:
    """The classification of a question by itself: without policy and without what its conversation was before."""
    examination = _Examination(rules, question, strategy, overrides)
    await examination.by_layers()
    if rules.judge is not None and await examination.aside(examination.is_open):
        examination.add_judgement(await _judged(rules.judge, question))
    return await examination.aside(examination.classification)


def examine_text(
    rules: Rules, text: str, strategy: Strategy, overrides: OverrideSet = NOTHING_SET, *, leaving: bool
) -> Classification:
    """The classification of a text that is no question: a document, or one that is about to be `leaving`. Of the
    overrides only those count that raise. Blocking, thread-safe."""
    question = Question(text)
    layers = (*rules.layers, *rules.corpus) if leaving else rules.layers
    return overrides.raising.classify(text, [ask(layer, question) for layer in layers], strategy, rules.version)


class _Examination:
    """What is known of one question so far: `results` of the layers, and findings that no override lowers: in
    earlier turns, and of the judge on all of it."""

    def __init__(self, rules: Rules, question: Question, strategy: Strategy, overrides: OverrideSet) -> None:
        self._rules = rules
        self._question = question
        self._strategy = strategy
        self._overrides = overrides
        self.results: list[LayerResult] = []
        self._beside: list[Finding] = []
        self._along = bool(question.conversation or question.files) or question.project is not None
        self._turn_open = False
        self._may_end = True
        size = sum(map(len, (question.text, *(turn.content for turn in question.conversation), *question.files)))
        self._long = size > LONG_TEXT or bool(question.conversation)

    async def by_layers(self) -> None:
        """Asks the layers, until the tier is at the top."""
        if self._long:
            await asyncio.to_thread(self._by_all)
            return
        self._first()
        if self._rules.patient and not self._ended:
            await asyncio.to_thread(self._further)

    async def aside(self, work: Callable[[], T]) -> T:
        """What `work` returns, on a worker thread where overrides have a long text to search."""
        return await asyncio.to_thread(work) if self._long and len(self._overrides) else work()

    def classification(self) -> Classification:
        """The tier by what is known."""
        text, version = self._question.text, self._rules.version
        return raised(self._overrides.classify(text, self.results, self._strategy, version), self._beside)

    def add_judgement(self, result: LayerResult) -> None:
        """Takes what the judge says of the whole question. Where something goes along with the text nobody knows which
        of them it is about, so no override lowers it."""
        if self._along and result.layer is not Layer.FAILURE:
            self._beside += result.findings
        else:
            self.results.append(result)

    def is_open(self) -> bool:
        """Whether no layer knows, and no person said: of the text, or of an earlier turn while nothing raised the
        text."""
        counting = self._overrides.applied(self._question.text, self.results)
        return still_open(counting) or (self._turn_open and not raises(counting))

    @property
    def _at_top(self) -> bool:
        counting = self.results
        if not any(f.tier is Tier.PROPRIETARY for result in counting for f in result.findings):
            return False
        applied = self._overrides.applied(self._question.text, counting)
        return any(f.tier is Tier.PROPRIETARY for result in applied for f in result.findings)

    def _by_all(self) -> None:
        self._first()
        self._further()
        if not self._at_top:
            self._ask_of_turns()

    def _ask_of_turns(self) -> None:
        """Earlier turns are classified under the same strategy: a PUBLIC question in an INTERNAL conversation is
        INTERNAL. Of the overrides those count that raise."""
        layers, raising = (*self._rules.layers, *self._rules.further), self._overrides.raising
        for number, turn in enumerate(self._question.conversation):
            alone = Question(turn.content)
            results = [ask(layer, alone) for layer in layers]
            found = raising.classify(turn.content, results, self._strategy, self._rules.version)
            self._turn_open |= still_open(results)
            if found.tier > Tier.PUBLIC:
                rule = f"turn-{number}"
                self._beside.append(Finding("CONTEXT.CONVERSATION", rule, Layer.CONTEXT, found.tier, found.confidence))

    def _first(self) -> None:
        for layer in self._rules.prompt:
            self._ask(layer)
        self._unless_ended(self._rules.at_once)

    def _further(self) -> None:
        self._unless_ended(self._rules.patient)

    def _unless_ended(self, layers: Iterable[ClassifierLayer]) -> None:
        for layer in layers:
            if self._ended:
                break
            self._ask(layer)

    def _ask(self, layer: ClassifierLayer) -> None:
        result = ask(layer, self._question)
        if self._along and result.layer is Layer.PLUGIN and len(self._overrides):
            # As with the judge: nobody knows which of them a finding without a place is about.
            self._beside += [finding for finding in result.findings if finding.start is None]
            result = replace(result, findings=tuple(f for f in result.findings if f.start is not None))
        self.results.append(result)
        self._may_end = getattr(layer, "short_circuit", True)

    @property
    def _ended(self) -> bool:
        """Whether nothing could change the tier any more and the layer asked last lets the examination end there."""
        return self._may_end and self._at_top


def takes_long(layer: ClassifierLayer) -> bool:
    """Whether a layer says of itself that somebody may have to wait for it."""
    return bool(getattr(layer, "takes_long", False))


def ask(layer: ClassifierLayer, question: Question) -> LayerResult:
    """What a layer says; its failure is a finding."""
    try:
        return layer.examine(question)
    except LacunaError as error:
        return LayerResult(Layer.FAILURE, (failure(layer.name, error.code),))


async def _judged(judge: Judge, question: Question) -> LayerResult:
    """What the judge found; it gives no evidence."""
    try:
        result = await judge.judge(question)
    except LacunaError as error:
        return LayerResult(Layer.FAILURE, (failure(judge.name, error.code),))
    return LayerResult(Layer.LLM, tuple(finding for finding in result.findings if finding.tier > Tier.PUBLIC))
