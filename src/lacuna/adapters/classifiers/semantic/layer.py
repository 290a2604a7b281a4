"""The embedding layer: a `ClassifierLayer` that judges what a text is about.

Guarantees: only raises; says PUBLIC only by evidence, on the strategies' scale (0.9: at most about one in ten such
texts is in truth sensitive); abstains on what is unlike anything it learned; any Unicode text; at most
`windows.MAX_WINDOWS` and `MAX_SEAMS` embeddings for each text; keeps no text (verdicts are remembered under a digest).
Leaves exact values and listed terms to other layers, and the comparison with the organisation's documents to
`corpus.CorpusLayer`.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Final

import cachebox
import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.semantic import features
from lacuna.adapters.classifiers.semantic.head import Head, Thresholds, shipped_head
from lacuna.adapters.classifiers.semantic.windows import whole, windows
from lacuna.domain.classification import Finding, Layer, LayerResult, Question, Strategy
from lacuna.domain.errors import ConfigError, DependencyNonsense
from lacuna.domain.examples import MAX_EXAMPLES, Example
from lacuna.domain.tiers import Tier

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

_REVISION: Final = "embedding/3"
_REMEMBERED: Final = 4_096
_ALIKE: Final = 0.75
"""Cosine of vector and n-grams together from which a text is one of the organisation's own examples, reworded."""
_EVEN: Final = 0.5
_SURE: Final = Strategy.CONSERVATIVE.evidence_needed
_LIKELY: Final = Strategy.BALANCED.evidence_needed


@dataclass(frozen=True, slots=True)
class _Verdict:
    """On one text: PUBLIC means that nothing was found."""

    tier: Tier
    rule: str
    confidence: float
    public_evidence: float
    evidence_rule: str
    doubted: bool = False


_SILENT: Final = _Verdict(Tier.PUBLIC, "", 0.0, 0.0, "")


class SemanticLayer:
    """Implements `lacuna.ports.classifier.ClassifierLayer`. `embed` gives unit vectors, one a text, from the embedder
    with this `fingerprint`, which must be local; `examples` are the organisation's own; `head` defaults to the shipped
    one. Raises DependencyUnavailable where there is no head for the embedder."""

    name = "embedding"

    def __init__(
        self,
        embed: Embed,
        fingerprint: str,
        examples: Sequence[Example] = (),
        *,
        head: Head | None = None,
    ) -> None:
        self._embed = embed
        self._fingerprint = fingerprint
        self._bare = shipped_head(fingerprint) if head is None else head
        self._learn(tuple(dict.fromkeys(examples)))

    def with_examples(self, examples: Sequence[Example]) -> "SemanticLayer":
        """The same layer that knows these examples too; this one stays as it is. Under a second."""
        other = copy(self)
        other._learn(tuple(dict.fromkeys((*self._examples, *examples))))
        return other

    def _learn(self, examples: tuple[Example, ...]) -> None:
        if len(examples) > MAX_EXAMPLES:
            raise ConfigError(
                f"{len(examples)} examples and labels were given; the embedding layer learns at most {MAX_EXAMPLES}.",
                cure="Remove the oldest labels, or keep them as overrides.",
            )
        self._examples = examples
        self._digest = hashlib.sha256(repr(examples).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self._verdicts: cachebox.LRUCache[bytes, _Verdict] = cachebox.LRUCache(_REMEMBERED)
        self._head, self._known = self._bare, np.zeros((0, 0), dtype=np.float32)
        if examples:
            rows = self._rows([windows(example.text)[0] for example in examples])
            self._head = self._bare.updated(rows, [example.tier for example in examples], self._digest)
            self._known = features.content(rows)
        parts = (_REVISION, self._fingerprint, self._bare.version, self._digest)
        self._version = f"{_REVISION}+{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:16]}"

    @property
    def local(self) -> bool:
        """Always: the embedder runs on this machine."""
        return True

    @property
    def version(self) -> str:
        """Names the layer's code, embedder, head and examples."""
        return self._version

    def examine(self, question: Question) -> LayerResult:
        """A finding for the text and for what goes along with it, none with a span; or evidence that it is public."""
        verdict = self._verdict(question.text)
        findings = [] if verdict.tier is Tier.PUBLIC else [_finding("SEMANTIC.EXAMPLE", verdict)]
        findings += self._context("CONTEXT.CONVERSATION", (turn.content for turn in question.conversation))
        findings += self._context("CONTEXT.FILE", map(as_words, question.files))
        if question.project is not None:
            findings += self._context("CONTEXT.PROJECT", (as_words(question.project),))
        if findings:
            return LayerResult(Layer.EMBEDDING, tuple(findings))
        return LayerResult(Layer.EMBEDDING, (), verdict.public_evidence, verdict.evidence_rule)

    def doubted(self, text: str) -> bool:
        """Whether some of `text` is at least as likely sensitive as public."""
        verdict = self._verdict(text)
        return verdict.tier is not Tier.PUBLIC or verdict.doubted

    def _context(self, kind: str, texts: Iterable[str]) -> list[Finding]:
        """The highest finding among `texts`, if there is one."""
        found = [verdict for text in texts if (verdict := self._verdict(text)).tier is not Tier.PUBLIC]
        if not found:
            return []
        return [_finding(kind, max(found, key=lambda verdict: (verdict.tier, verdict.confidence)))]

    def _verdict(self, text: str) -> _Verdict:
        if not any(map(str.isalpha, text)):
            return _SILENT
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        known: _Verdict | None = self._verdicts.get(key)
        if known is None:
            known = self._verdicts[key] = self._judged(text)
        return known

    def _judged(self, text: str) -> _Verdict:
        chosen = windows(text)
        rows = self._rows(chosen)
        sensitive, proprietary, familiar = self._head.judge(rows)
        judged = zip(sensitive.tolist(), proprietary.tolist(), familiar.tolist(), strict=True)
        verdicts = [self._head_verdict(s, p) if known else _unknown(s) for s, p, known in judged]
        if self._examples:
            verdicts += self._alike(rows)
        raised = [verdict for verdict in verdicts if verdict.tier is not Tier.PUBLIC]
        if raised:
            return max(raised, key=lambda verdict: (verdict.tier, verdict.confidence))
        # A text is as public as its least public window, and nobody knows of one that was not looked at.
        least = min(verdicts, key=lambda verdict: (verdict.public_evidence, not verdict.doubted))
        return least if whole(text) else replace(_SILENT, doubted=True)

    def _rows(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        vectors = self._embed(texts)
        if len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise DependencyNonsense("The embedder did not give one finite vector a text.", cure="Check the embedder.")
        pairs = zip(texts, vectors, strict=True)
        return np.stack([features.row(text, vector) for text, vector in pairs]).astype(np.float64)

    def _head_verdict(self, sensitive: float, proprietary: float) -> _Verdict:
        at = self._head.thresholds
        if sensitive >= at.proprietary_sensitive and proprietary >= at.proprietary:
            return _Verdict(Tier.PROPRIETARY, "example.bank", sensitive * proprietary, 0.0, "")
        if sensitive >= at.sensitive:
            return _Verdict(Tier.INTERNAL, "example.bank", sensitive, 0.0, "")
        strength = _evidence(sensitive, at)
        return _Verdict(Tier.PUBLIC, "", 0.0, strength, "example.public" if strength else "", sensitive >= _EVEN)

    def _alike(self, rows: npt.NDArray[np.float64]) -> list[_Verdict]:
        """Findings for windows that are one of the organisation's own sensitive examples, reworded."""
        scores = features.content(rows) @ self._known.T
        found = []
        for window, number in zip(*np.nonzero(scores >= _ALIKE), strict=True):
            tier = self._examples[number].tier
            if tier is not Tier.PUBLIC:
                found.append(_Verdict(tier, "example.organisation", min(float(scores[window, number]), 1.0), 0.0, ""))
        return found


def _unknown(sensitive: float) -> _Verdict:
    """Of what is unlike anything learned: no finding and no evidence."""
    return replace(_SILENT, doubted=sensitive >= _EVEN)


def _evidence(sensitive: float, at: Thresholds) -> float:
    """Public evidence on the strategies' scale: _SURE to 1 where the head is sure, _LIKELY to _SURE where it thinks so,
    0 where it abstains."""
    if sensitive <= at.public:
        return _SURE + (1 - _SURE) * (1 - sensitive / at.public if at.public else 1.0)
    if sensitive <= at.likely_public:
        return _LIKELY + (_SURE - 1e-3 - _LIKELY) * (at.likely_public - sensitive) / (at.likely_public - at.public)
    return 0.0


def _finding(kind: str, verdict: _Verdict) -> Finding:
    return Finding(kind, verdict.rule, Layer.EMBEDDING, verdict.tier, round(min(verdict.confidence, 1.0), 4))


def as_words(name: str) -> str:
    """A file's or project's name as a phrase."""
    stem = name.rpartition("/")[2].rpartition("\\")[2]
    return " ".join((stem.rpartition(".")[0] or stem).replace("_", " ").replace("-", " ").split())
