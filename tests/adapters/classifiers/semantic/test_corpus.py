"""Closeness to the organisation's passages: what it finds, when it is evidence, and that it only raises."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import numpy as np
import numpy.typing as npt
import pytest

from lacuna.adapters.classifiers.semantic.corpus import CorpusLayer
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import MiniLM
from lacuna.adapters.embeddings.remembered import RememberedEmbedder
from lacuna.domain.classification import LayerResult, Question, Turn
from lacuna.domain.errors import DependencyTimeout
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import CorpusLookup
from lacuna.testing.fakes.embedder import HashingEmbedder

QUESTION = "Who discovered penicillin and in which year?"


class Passages:
    """A corpus whose passages are all as near, by tier."""

    version = "1"

    def __init__(self, **scores: float) -> None:
        self._scores = [(score, Tier[name]) for name, score in scores.items()]

    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> Sequence[tuple[float, Tier]]:
        assert vector.shape == (384,)
        return [one for one in self._scores if one[0] >= at_least][:k]


class GonePassages(Passages):
    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> Sequence[tuple[float, Tier]]:
        raise DependencyTimeout("The store did not answer.")


def over(model: MiniLM, layer: SemanticLayer, corpus: CorpusLookup) -> CorpusLayer:
    return CorpusLayer(model.embed, corpus, lambda: layer)


def found(result: LayerResult) -> list[tuple[str, str, Tier]]:
    return [(f.kind, f.rule, f.tier) for f in result.findings]


def test_closeness_to_protected_passages_is_a_finding(model: MiniLM, layer: SemanticLayer) -> None:
    corpus = over(model, layer, Passages(PROPRIETARY=0.7, INTERNAL=0.6, PUBLIC=0.3))
    assert found(corpus.examine(Question(QUESTION))) == [("SEMANTIC.CORPUS", "corpus.near", Tier.PROPRIETARY)]


@pytest.mark.parametrize("scores", [{"INTERNAL": 0.7, "PUBLIC": 0.68}, {"INTERNAL": 0.4}, {}])
def test_closeness_that_public_passages_share_is_none(
    model: MiniLM, layer: SemanticLayer, scores: dict[str, float]
) -> None:
    assert over(model, layer, Passages(**scores)).examine(Question(QUESTION)).findings == ()


def test_what_goes_along_is_compared_too(model: MiniLM, layer: SemanticLayer) -> None:
    corpus = over(model, layer, Passages(INTERNAL=0.7))
    question = Question("?", (Turn("user", QUESTION),), project="glaze trials", files=("kiln/log_book.txt",))
    kinds = {kind for kind, _, _ in found(corpus.examine(question))}
    assert kinds == {"CONTEXT.CONVERSATION", "CONTEXT.FILE", "CONTEXT.PROJECT"}


def test_closeness_to_public_passages_is_evidence_but_never_enough_for_conservative(
    model: MiniLM, layer: SemanticLayer
) -> None:
    result = over(model, layer, Passages(PUBLIC=0.99)).examine(Question(QUESTION))
    assert 0.6 <= result.public_evidence < 0.9
    assert result.evidence_rule == "corpus.public"


def test_closeness_to_public_passages_is_no_evidence_for_what_looks_internal(
    model: MiniLM, layer: SemanticLayer
) -> None:
    text = "Hi Sofia, could you review our draft of the audit plan by Friday?"
    assert over(model, layer, Passages(PUBLIC=0.99)).examine(Question(text)).public_evidence == 0.0


def test_a_corpus_that_fails_fails_the_layer(model: MiniLM, layer: SemanticLayer) -> None:
    with pytest.raises(DependencyTimeout):
        over(model, layer, GonePassages()).examine(Question(QUESTION))


def test_version_follows_the_corpus(model: MiniLM, layer: SemanticLayer) -> None:
    passages = Passages(PUBLIC=0.1)
    corpus = over(model, layer, passages)
    before = corpus.version
    passages.version = "2"
    assert corpus.version != before


class Counting(HashingEmbedder):
    def __init__(self, model: MiniLM) -> None:
        super().__init__(384)
        self._model = model
        self.asked: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._model.fingerprint

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.extend(texts)
        return self._model.embed(texts)


def test_a_text_is_embedded_once_for_all_who_look_at_it(model: MiniLM) -> None:
    counting = Counting(model)
    remembered = RememberedEmbedder(counting)
    layer = SemanticLayer(remembered.embed, remembered.fingerprint)
    corpus = CorpusLayer(remembered.embed, Passages(PUBLIC=0.7), lambda: layer)
    question = Question(QUESTION)
    once = corpus.examine(question), layer.examine(question)
    assert counting.asked == [QUESTION]
    assert (corpus.examine(question), layer.examine(question)) == once
    np.testing.assert_array_equal(remembered.embed(["a", QUESTION]), model.embed(["a", QUESTION]))
    assert counting.asked == [QUESTION, "a"]


def test_two_who_look_at_the_same_moment_embed_once_and_a_failure_is_tried_again(model: MiniLM) -> None:
    begun, go = Event(), Event()

    class Slow(Counting):
        def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            begun.set()
            assert go.wait(10)
            if texts == ["fails"] and "fails" not in self.asked:
                self.asked.append("fails")
                raise DependencyTimeout("The embedder did not answer.")
            return super().embed(texts)

    slow = Slow(model)
    remembered = RememberedEmbedder(slow)
    with ThreadPoolExecutor(2) as pool:

        def both(text: str) -> list[Future[npt.NDArray[np.float32]]]:
            begun.clear()
            go.clear()
            asking = [pool.submit(remembered.embed, [text])]
            assert begun.wait(10)
            asking.append(pool.submit(remembered.embed, [text]))
            go.set()
            return asking

        for each in both("valve"):
            np.testing.assert_array_equal(each.result(), model.embed(["valve"]))
        assert slow.asked == ["valve"]
        first, second = both("fails")
        assert isinstance(first.exception(), DependencyTimeout)
        np.testing.assert_array_equal(second.result(), model.embed(["fails"]))
