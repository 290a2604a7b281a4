"""The embedding layer: what it adds to one query, texts a second, long texts, and learning labels.

The packaged model in onnxruntime on one thread. Every text is new to the layer and, in part, to the tokenizer; the
model alone on the same texts stands beside. What the judgements are worth is measured by `tooling.train_semantic`.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.report import Row, median_seconds
from lacuna.adapters.classifiers.semantic.corpus import CLOSE, NEIGHBOURS
from lacuna.adapters.classifiers.semantic.examples import shipped_bank
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import find_embedder
from lacuna.adapters.vectors.matrix import Matrix, Rows
from lacuna.domain.classification import Question
from lacuna.domain.examples import Example
from lacuna.domain.tiers import Tier


def run(scale: float) -> list[Row]:
    """`scale` multiplies the number of texts. Empty where the model is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        model = find_embedder(Path(folder))
        if model is None:
            return []
        layer = SemanticLayer(model.embed, model.fingerprint)
        count = max(100, int(400 * scale))
        queries, chunks = _texts(count, 12), _texts(count // 4, 120)
        rows = []
        for name, texts in (("query, 12 words", queries), ("passage, 120 words", chunks)):
            alone = _median_ms(lambda text: model.embed([text]), [f"{text} indeed" for text in texts])
            whole = _median_ms(lambda text: layer.examine(Question(text)), texts)
            rows.append(Row(f"{name}, p50", whole, "ms", "the model alone", whole / alone))
            rows.append(Row(f"{name}, texts a second", 1000 / whole, "1/s", "the model alone", alone / whole))
        long = " ".join(_texts(1, 8_000))
        seconds = _median_ms(lambda text: layer.examine(Question(text)), [f"{n} {long}" for n in range(5)])
        rows.append(Row("8,000 words, p50", seconds, "ms", "a passage", seconds / rows[2].value, "bounded windows"))
        labels = [Example(text, Tier.INTERNAL if n % 2 else Tier.PUBLIC) for n, text in enumerate(queries[:100])]
        learn = median_seconds(lambda: layer.with_examples(labels), repeat=3)
        rows.append(Row("refit with 100 labels", learn, "s", "", None, "embedding them included"))
        start = median_seconds(lambda: SemanticLayer(model.embed, model.fingerprint), repeat=3)
        rows.append(Row("start", start, "s", "", None, "head read, no refit"))
        rows += [_corpus(int(100_000 * scale), model.embed(queries[:50]))]
        return rows


def _corpus(passages: int, questions: npt.NDArray[np.float32]) -> Row:
    """A look at a corpus in memory: passages around random directions, as near to each other as those of one house."""
    drawn = np.random.default_rng(11)
    subjects = drawn.standard_normal((200, questions.shape[1]), dtype=np.float32)
    matrix = Matrix(questions.shape[1], passages)
    for first in range(0, passages, 500):
        count = min(500, passages - first)
        noise = drawn.standard_normal((count, questions.shape[1]), dtype=np.float32)
        near = subjects[drawn.integers(0, len(subjects), count)] + noise
        unit = near / np.linalg.norm(near, axis=1, keepdims=True)
        matrix.put(first, Rows(np.arange(first, first + count), np.ones(count, dtype=np.int32), unit))
    snapshot, everybody = matrix.snapshot(), np.array([False, True])
    exact = _median_ms(lambda vector: snapshot.around(vector, everybody, NEIGHBOURS, 0.0), list(questions))
    look = _median_ms(lambda vector: snapshot.around(vector, everybody, NEIGHBOURS, CLOSE), list(questions))
    return Row(f"look at {passages:,} passages, p50", look, "ms", "scoring every passage", look / exact)


def _median_ms(judge: object, given: Sequence[object]) -> float:
    assert callable(judge)
    taken = []
    for one in given:
        started = time.perf_counter()
        judge(one)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def _texts(count: int, words: int) -> list[str]:
    """Texts in no sense, of the bank's English words."""
    drawn = random.Random(11)
    vocabulary = sorted({word for e in shipped_bank() if e.language == "en" for word in e.text.split()})
    return [" ".join(drawn.choices(vocabulary, k=words)) for _ in range(count)]
