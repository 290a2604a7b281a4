"""A layer of the classifier."""

from typing import Protocol

from lacuna.domain.classification import LayerResult, Question


class ClassifierLayer(Protocol):
    """MUST look at the whole text and at everything in the question that goes along with it (conversation, project,
    file names), MUST give spans in code points of the original `question.text`, and MUST raise rather than return an
    empty result when it could not do its work. MUST NOT keep, log or send the text, and MUST NOT depend on the order of
    calls."""

    name: str

    @property
    def local(self) -> bool:
        """Whether text stays on this machine. A layer that is not local is never asked before a tier is known."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the layer could answer differently: part of every cache key and of the rule-set version."""
        ...

    def examine(self, question: Question) -> LayerResult:
        """Findings and evidence for `question`. Runs in microseconds to milliseconds; called on a worker thread when
        the text is long. MUST be safe to call from several threads at once."""
        ...
