"""A layer of the classifier that knows a few words, or fails on purpose."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lacuna.domain.classification import Finding, Layer, LayerResult, Question
from lacuna.domain.errors import LacunaError
from lacuna.domain.tiers import Tier

_NOTHING: Mapping[str, Tier] = MappingProxyType({})


class WordLayer:
    """Finds each of `words` (exactly as written) with the tier given for it. `evidence` is the evidence for PUBLIC
    where it finds none; with `failure` it raises that instead of answering."""

    name = "words"

    def __init__(
        self, words: Mapping[str, Tier] = _NOTHING, evidence: float = 0.0, failure: LacunaError | None = None
    ) -> None:
        self._words = dict(words)
        self._evidence = evidence
        self._failure = failure

    @property
    def local(self) -> bool:
        return True

    @property
    def version(self) -> str:
        return f"words/{sorted(self._words.items())}/{self._evidence}"

    def examine(self, question: Question) -> LayerResult:
        if self._failure is not None:
            raise self._failure
        findings = (*self._in_text(question.text), *self._in_context(question))
        evidence = 0.0 if findings else self._evidence
        return LayerResult(Layer.HEURISTIC, findings, evidence, "words.none" if evidence else "")

    def _in_text(self, text: str) -> Iterator[Finding]:
        for word, tier in self._words.items():
            start = text.find(word)
            while start >= 0:
                yield Finding("ORG.TERM", "words", Layer.HEURISTIC, tier, 1.0, start, start + len(word))
                start = text.find(word, start + len(word))

    def _in_context(self, question: Question) -> Iterator[Finding]:
        context = (
            ("CONTEXT.CONVERSATION", tuple(turn.content for turn in question.conversation)),
            ("CONTEXT.PROJECT", (question.project or "",)),
            ("CONTEXT.FILE", question.files),
        )
        for kind, texts in context:
            for word, tier in self._words.items():
                if any(word in text for text in texts):
                    yield Finding(kind, "words", Layer.HEURISTIC, tier, 1.0)
