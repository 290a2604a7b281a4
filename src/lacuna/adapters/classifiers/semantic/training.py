"""Trains a head for an embedding model, and says how well it does on texts it has not seen.

The data: the shipped bank, its short texts also in lower case without final punctuation (so that neither is a cue), and
as PUBLIC prose paragraphs of documentation: docstrings of the Python standard library, its manual (`pydoc_data`), and
the descriptions that installed packages ship. Folds keep the fillings of one template
together. Calibration and thresholds come from texts held out of the fold that judged them. Deterministic for a given
embedder and Python version.
"""

import ast
import hashlib
import random
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from pydoc_data.topics import topics
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.semantic import features
from lacuna.adapters.classifiers.semantic.calibration import highest_with, platt
from lacuna.adapters.classifiers.semantic.examples import BankExample, bank_digest, shipped_bank
from lacuna.adapters.classifiers.semantic.head import Head, Thresholds, model_of
from lacuna.adapters.classifiers.semantic.logistic import Array, fit
from lacuna.adapters.classifiers.semantic.windows import windows
from lacuna.domain.tiers import Tier

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

_RIDGE: Final = 50.0
_RANK: Final = 128
_FOLDS: Final = 5
_SENSITIVE_AMONG_PUBLIC: Final = 0.1
_SENSITIVE_AMONG_LIKELY: Final = 0.13
_PUBLIC_AMONG_SENSITIVE: Final = 0.02
_INTERNAL_AMONG_PROPRIETARY: Final = 0.05
"""Shares of error that the thresholds keep on held-out folds: what is promised of each outcome."""
_PROPRIETARY_SENSITIVE: Final = 0.9
_UNFAMILIAR: Final = 0.005
"""Share of the bank that would not be judged, had it not been learned."""
_DOCUMENTATION: Final = (("stdlib", 600), ("manual", 300), ("packages", 400))
"""Paragraphs drawn of each kind of documentation."""
_DOCUMENTATION_WEIGHT: Final = 0.3
_SHORT: Final = 160


@dataclass(frozen=True, slots=True)
class Trained:
    """The head, and what held-out folds gave: calibrated probabilities, truth, weight and language of each text."""

    head: Head
    probabilities: Array
    sensitive: Array
    weights: Array
    languages: tuple[str, ...]


def train(embed: Embed, fingerprint: str, bank: Sequence[BankExample] = ()) -> Trained:
    """A head for the embedder with this fingerprint, learned from `bank` (empty: the shipped one). Takes a minute."""
    bank = tuple(bank) or shipped_bank()
    examples = [*_with_variants(bank), *_documentation()]
    vectors = embed([windows(e.text)[0] for e in examples])
    pairs = zip(examples, vectors, strict=True)
    rows = np.stack([features.row(windows(e.text)[0], vector) for e, vector in pairs]).astype(np.float64)
    sensitive = np.array([float(e.tier > Tier.PUBLIC) for e in examples])
    weights = _balanced(np.array([e.weight for e in examples]), sensitive)
    folds = _folds(examples)
    judge = fit(rows, sensitive, weights, _RIDGE, _RANK)
    scores, strangeness = _held_out(rows, sensitive, weights, folds, judge.mean)
    scale = platt(scores, sensitive, weights)
    probabilities = scale(scores)

    inside = sensitive > 0
    top = np.array([float(e.tier is Tier.PROPRIETARY) for e in examples])[inside]
    top_weights = _balanced(weights[inside], top)
    top_judge = fit(rows[inside], top, top_weights, _RIDGE, _RANK)
    top_scores, _ = _held_out(rows[inside], top, top_weights, folds[inside], top_judge.mean)
    top_scale = platt(top_scores, top, top_weights)

    thresholds = Thresholds(
        public=highest_with(probabilities, sensitive, weights, _SENSITIVE_AMONG_PUBLIC),
        likely_public=highest_with(probabilities, sensitive, weights, _SENSITIVE_AMONG_LIKELY),
        sensitive=1 - highest_with(1 - probabilities, 1 - sensitive, weights, _PUBLIC_AMONG_SENSITIVE),
        proprietary=1 - highest_with(1 - top_scale(top_scores), 1 - top, top_weights, _INTERNAL_AMONG_PROPRIETARY),
        proprietary_sensitive=_PROPRIETARY_SENSITIVE,
        unfamiliar=float(np.quantile(strangeness, 1 - _UNFAMILIAR)),
    )
    head = Head(
        model=model_of(fingerprint),
        bank=bank_digest(bank),
        sensitive=judge,
        proprietary=top_judge,
        sensitive_scale=scale,
        proprietary_scale=top_scale,
        thresholds=thresholds,
    )
    return Trained(head, probabilities, sensitive, weights, tuple(e.language for e in examples))


def _with_variants(examples: Sequence[BankExample]) -> Iterator[BankExample]:
    for e in examples:
        plain = e.text.lower().strip("?!.؟;？。 ¿")
        if plain == e.text or "\n" in e.text or len(e.text) > _SHORT:
            yield e
        else:
            weight = e.weight * 0.5**0.5
            yield BankExample(e.text, e.tier, e.language, e.group, weight)
            yield BankExample(plain, e.tier, e.language, e.group, weight)


def _documentation() -> Iterator[BankExample]:
    """Paragraphs of documentation that anybody may read."""
    sources = {"stdlib": _docstrings, "manual": _manual, "packages": _descriptions}
    for name, wanted in _DOCUMENTATION:
        found = sorted(set(sources[name]()))
        drawn = random.Random(5).sample(found, min(wanted, len(found)))  # noqa: S311  # a fixed sample
        for number, text in enumerate(drawn):
            yield BankExample(text, Tier.PUBLIC, "en", f"{name}/{number}", _DOCUMENTATION_WEIGHT)


def _docstrings() -> Iterator[str]:
    """Of the running Python's standard library."""
    root = Path(sysconfig.get_paths()["stdlib"])
    left_out = {"test", "tests", "site-packages", "dist-packages", "idlelib", "lib2to3"}
    paths = [p for pattern in ("*.py", "*/*.py") for p in sorted(root.glob(pattern)) if p.parent.name not in left_out]
    for path in paths:
        yield from _docstrings_of(path.read_text("utf-8", "replace"))


def _manual() -> Iterator[str]:
    for text in topics.values():
        yield from _paragraphs(text)


def _descriptions() -> Iterator[str]:
    """Of the packages in this environment (PyPI's long descriptions)."""
    for package in distributions():
        yield from _paragraphs(str(package.metadata.json.get("description", "")))


def _docstrings_of(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _paragraphs(ast.get_docstring(node) or "")


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        found = paragraph.strip()
        if 80 <= len(found) <= 600 and ">>>" not in found:
            yield found


def _balanced(weights: Array, labels: Array) -> Array:
    """Both classes weigh the same, and the mean weight is one."""
    yes = labels > 0
    shared = np.where(yes, weights / weights[yes].sum(), weights / weights[~yes].sum())
    result: Array = shared * len(labels) / 2
    return result


def _folds(examples: Sequence[BankExample]) -> npt.NDArray[np.int64]:
    digests = (hashlib.sha256(e.group.encode()).digest()[0] for e in examples)
    return np.fromiter((d % _FOLDS for d in digests), dtype=np.int64)


def _held_out(
    rows: Array, labels: Array, weights: Array, folds: npt.NDArray[np.int64], start: Array
) -> tuple[Array, Array]:
    """The moderated logit and the unfamiliarity of each row from a fit that has not seen its fold."""
    scores, strangeness = np.zeros(len(labels)), np.zeros(len(labels))
    for fold in range(_FOLDS):
        seen = folds != fold
        found = fit(rows[seen], labels[seen], weights[seen], _RIDGE, _RANK, start)
        scores[~seen] = found.logits(rows[~seen])
        strangeness[~seen] = found.unfamiliarity(rows[~seen])
    return scores, strangeness
