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

from benchmarks.report import Row, median_seconds
from lacuna.adapters.classifiers.semantic.examples import Example, shipped_bank
from lacuna.adapters.classifiers.semantic.layer import SemanticLayer
from lacuna.adapters.embeddings.minilm import find_embedder
from lacuna.domain.classification import Question
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
        return rows


def _median_ms(judge: object, texts: Sequence[str]) -> float:
    assert callable(judge)
    taken = []
    for text in texts:
        started = time.perf_counter()
        judge(text)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def _texts(count: int, words: int) -> list[str]:
    """Texts in no sense, of the bank's English words."""
    drawn = random.Random(11)
    vocabulary = sorted({word for e in shipped_bank() if e.language == "en" for word in e.text.split()})
    return [" ".join(drawn.choices(vocabulary, k=words)) for _ in range(count)]
