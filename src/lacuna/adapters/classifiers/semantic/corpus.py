"""What the organisation's own passages say of a text: a `ClassifierLayer` that finds SEMANTIC.CORPUS.

A text that is close to INTERNAL or PROPRIETARY passages, and clearly less so to PUBLIC ones, asks about what those
passages hold. Closeness to PUBLIC passages is a bit of evidence, never enough for the conservative strategy, and none
where the embedding layer doubts that the text is public. Who may read a passage plays no part and no passage leaves
here: only its score and tier are seen. Documents that are taken in are not compared with the corpus.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.semantic.layer import Embed, SemanticLayer, as_words
from lacuna.adapters.classifiers.semantic.windows import windows
from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import CorpusLookup

NEIGHBOURS: Final = 8
CLOSE: Final = 0.5
"""Cosine from which a question is about a passage; unrelated ones stay below (docs/semantic.md)."""
_CLEARLY: Final = 0.05
_EVIDENCE: Final = 0.6
_REVISION: Final = "corpus/1"


@dataclass(frozen=True, slots=True)
class Closeness:
    """The tier that close passages raise to (PUBLIC: none), how close they are, and the evidence that close PUBLIC
    passages give."""

    tier: Tier
    score: float
    public_evidence: float


NOTHING: Final = Closeness(Tier.PUBLIC, 0.0, 0.0)


class CorpusLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer`. `embed` gives unit vectors, one a text, of the model whose
    vectors `corpus` holds; `judge` gives the embedding layer in force."""

    name = "corpus"

    def __init__(self, embed: Embed, corpus: CorpusLookup, judge: Callable[[], SemanticLayer]) -> None:
        self._embed = embed
        self._corpus = corpus
        self._judge = judge

    @property
    def local(self) -> bool:
        """Always: embedder and store are the organisation's own."""
        return True

    @property
    def version(self) -> str:
        """Names the layer's code, the state of the corpus and the embedding layer in force."""
        return f"{_REVISION}+{self._corpus.version}+{self._judge().version}"

    def examine(self, question: Question) -> LayerResult:
        """A finding for the text and for what goes along with it, none with a span; or evidence that it is public."""
        text = self._closest((question.text,))
        findings = _finding("SEMANTIC.CORPUS", text)
        findings += _finding("CONTEXT.CONVERSATION", self._closest(turn.content for turn in question.conversation))
        findings += _finding("CONTEXT.FILE", self._closest(map(as_words, question.files)))
        if question.project is not None:
            findings += _finding("CONTEXT.PROJECT", self._closest((as_words(question.project),)))
        if findings:
            return LayerResult(Layer.EMBEDDING, tuple(findings))
        if text.public_evidence == 0.0 or self._judge().doubted(question.text):
            return LayerResult(Layer.EMBEDDING)
        return LayerResult(Layer.EMBEDDING, (), text.public_evidence, "corpus.public")

    def _closest(self, texts: Iterable[str]) -> Closeness:
        """The highest finding among `texts`; without one, the least evidence that any window of theirs has."""
        found = [
            closeness(self._corpus, vector)
            for text in texts
            if any(map(str.isalpha, text))
            for vector in self._embed(windows(text))
        ]
        if not found:
            return NOTHING
        highest = max(found, key=lambda one: (one.tier, one.score))
        return highest if highest.tier > Tier.PUBLIC else min(found, key=lambda one: one.public_evidence)


def closeness(corpus: CorpusLookup, vector: npt.NDArray[np.float32]) -> Closeness:
    """How the corpus relates to one vector."""
    best = dict.fromkeys(Tier, 0.0)
    for score, tier in corpus.nearest(vector, NEIGHBOURS, CLOSE - _CLEARLY):
        best[tier] = max(best[tier], float(score))
    public = best[Tier.PUBLIC]
    sensitive = max(best[Tier.INTERNAL], best[Tier.PROPRIETARY])
    if sensitive >= CLOSE and sensitive - public >= _CLEARLY:
        top = best[Tier.PROPRIETARY]
        tier = Tier.PROPRIETARY if top >= CLOSE and top >= best[Tier.INTERNAL] else Tier.INTERNAL
        return Closeness(tier, min(sensitive, 1.0), 0.0)
    if public >= CLOSE and public - sensitive >= _CLEARLY:
        return Closeness(Tier.PUBLIC, min(public, 1.0), _EVIDENCE)
    return NOTHING


def _finding(kind: str, near: Closeness) -> list[Finding]:
    if near.tier is Tier.PUBLIC:
        return []
    return [Finding(kind, "corpus.near", Layer.EMBEDDING, near.tier, round(near.score, 4))]
