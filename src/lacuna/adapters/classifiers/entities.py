"""The ner layer: what a named-entity model finds, judged as the heuristic layer judges names.

Guarantees: everything in the question is examined; a person's name counts where something personal stands near it (a
matter of health, money, work or contract, or another personal entity in the same text), or always with
`every_name`; other personal kinds always count; places and organisations never do by themselves. Leaves finding
entities to the recogniser, which is local by its port's promise.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2

from lacuna.adapters.classifiers.recognisers.name_words import PERSONAL_WORDS
from lacuna.adapters.classifiers.views import BaseView
from lacuna.adapters.classifiers.words import as_words
from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.tiers import Tier
from lacuna.ports.ner import PERSON, PERSONAL_PREFIX, Entity, EntityRecogniser

_NEAR = 80
"""Characters between a name and what makes it personal."""

MAX_FINDINGS = 1_000


class EntityLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer`."""

    name = "ner"

    def __init__(self, recogniser: EntityRecogniser, *, every_name: bool = False) -> None:
        self._recogniser = recogniser
        self._every_name = every_name
        self._personal: Any = re2.compile(as_words(PERSONAL_WORDS))
        words = hashlib.sha256(PERSONAL_WORDS.encode()).hexdigest()[:8]
        self._version = f"ner/1+{words}/{'every' if every_name else 'personal'}/{recogniser.version}"

    @property
    def local(self) -> bool:
        """Always: recognisers run on this machine."""
        return True

    @property
    def version(self) -> str:
        """Names the recogniser's version, the rule for names and its words."""
        return self._version

    def examine(self, question: Question) -> LayerResult:
        """Findings in the text, and in its context as findings without a span. No evidence that a text is public: a
        model that finds nothing may have missed something."""
        findings = [
            Finding(e.kind, self._rule(e), Layer.PLUGIN, Tier.PROPRIETARY, e.score, e.start, e.end)
            for e in self._counted(question.text)
        ]
        findings += self._context("CONTEXT.CONVERSATION", (turn.content for turn in question.conversation))
        findings += self._context("CONTEXT.FILE", question.files)
        if question.project is not None:
            findings += self._context("CONTEXT.PROJECT", (question.project,))
        return LayerResult(Layer.PLUGIN, tuple(findings[:MAX_FINDINGS]))

    def _context(self, kind: str, texts: Iterable[str]) -> list[Finding]:
        """One finding for each kind of entity in `texts`, the surest."""
        strongest: dict[str, Entity] = {}
        for text in texts:
            for entity in self._counted(text):
                if entity.kind not in strongest or strongest[entity.kind].score < entity.score:
                    strongest[entity.kind] = entity
        return [Finding(kind, self._rule(e), Layer.PLUGIN, Tier.PROPRIETARY, e.score) for e in strongest.values()]

    def _rule(self, entity: Entity) -> str:
        return f"ner.{self._recogniser.name}.{entity.kind.removeprefix(PERSONAL_PREFIX).lower()}"

    def _counted(self, text: str) -> Iterator[Entity]:
        personal = [e for e in self._recogniser.entities(text) if e.kind.startswith(PERSONAL_PREFIX)]
        names = [e for e in personal if e.kind == PERSON]
        count_names = self._every_name or len(names) < len(personal)
        near = _Near(self._matters(text)) if names and not count_names else None
        for entity in personal:
            if entity.kind != PERSON or near is None or near.has(entity):
                yield entity

    def _matters(self, text: str) -> list[tuple[int, int]]:
        """Where personal matters stand in `text`."""
        view = BaseView(text)
        return [
            view.locate(*match.span()) for match in self._personal.finditer(view.text) if match.end() > match.start()
        ]


class _Near:
    """Places in order, asked for entities in order: together linear."""

    def __init__(self, places: Sequence[tuple[int, int]]) -> None:
        self._places = places
        self._at = 0

    def has(self, entity: Entity) -> bool:
        while self._at < len(self._places) and self._places[self._at][1] < entity.start - _NEAR:
            self._at += 1
        return self._at < len(self._places) and self._places[self._at][0] <= entity.end + _NEAR
