"""The ner layer: what a named-entity model finds, judged as the heuristic layer judges names.

Guarantees: everything in the question is examined; a person's name counts where something personal stands near it (a
matter of health, money, work or contract, and nothing that public figures are spoken of for) or another personal entity
is in the same text, or always with `every_name`; other personal kinds always count; places and organisations never do
by themselves. Leaves finding entities to the recogniser, which is local by its port's promise.
"""

import hashlib
from collections.abc import Iterable, Iterator

from lacuna.adapters.classifiers.contexts import Contexts, WordFinder, word_finder
from lacuna.adapters.classifiers.linear_search import Subject
from lacuna.adapters.classifiers.recognisers.name_words import (
    OWN_TEXT,
    PERSONAL_MATTERS,
    PRIVATE_MATTERS,
    PUBLIC_LIFE,
)
from lacuna.adapters.classifiers.views import BaseView
from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.tiers import Tier
from lacuna.ports.ner import PERSON, PERSONAL_PREFIX, Entity, EntityRecogniser

_NEAR = 80
_FAR = 160
"""Characters between a name and a personal matter, and between it and signs of what kind of text it stands in."""

MAX_FINDINGS = 1_000


class EntityLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer`."""

    name = "ner"

    def __init__(self, recogniser: EntityRecogniser, *, every_name: bool = False) -> None:
        self._recogniser = recogniser
        self._every_name = every_name
        lists = (PERSONAL_MATTERS, PRIVATE_MATTERS, OWN_TEXT, PUBLIC_LIFE)
        self._finders = tuple(word_finder(self.name, words) for words in lists)
        words = hashlib.sha256("\n".join(lists).encode()).hexdigest()[:8]
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
        matters = None if count_names or not names else _Matters(text, *self._finders)
        for entity in personal:
            if entity.kind != PERSON or matters is None or matters.make_personal(entity):
                yield entity


class _Matters:
    """What stands in a text that can make a name personal."""

    def __init__(self, text: str, *finders: WordFinder | None) -> None:
        view = BaseView(text)
        self._personal, self._private, self._own, self._public = (_located(view, finder) for finder in finders)

    def make_personal(self, name: Entity) -> bool:
        """Whether a personal matter stands near, or a private one and a sign of somebody's own text; but not what
        public figures are spoken of for."""
        if self._public.near(name.start, name.end, _FAR, _FAR):
            return False
        if self._personal.near(name.start, name.end, _NEAR, _NEAR):
            return True
        own = self._own.near(name.start, name.end, _FAR, _FAR)
        return own and self._private.near(name.start, name.end, _NEAR, _NEAR)


def _located(view: BaseView, finder: WordFinder | None) -> Contexts:
    """The words that `finder` finds, by their places in the original text."""
    found = Contexts.all(finder, Subject(view.text))
    return Contexts(
        [view.locate(at, at + 1)[0] for at in found.starts], [view.locate(at - 1, at)[1] for at in found.ends]
    )
