"""The heuristic layer in process: latency on unseen texts, growth with the number of terms, hostile texts.

Every text is new to the layer (drawn from a vocabulary), because an automaton that has seen a text before is faster
than one in production. What is left out: the HTTP surface (`http_classify`).
"""

import random
import re
import statistics
import string
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.report import Row
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.terms import TermSet
from lacuna.domain.classification import Question

HOSTILE = {
    "a.a.a.": "a.a.a.",
    "12-12-": "12-12-",
    "1-1-1-": "1-1-1-",
    "1.1.1.": "1.1.1.",
    "a@a@": "a@",
    "percent": "%25",
    "references": "&#38;#38;",
    "base64": "WVdGaA",
    "key=": "key=a1 ",
    "card": "card 12-12-",
    "combining": "a\u0301",
}
_HOSTILE_LENGTH = 50_000
_SCRIPTS = {
    "ASCII": string.ascii_lowercase,
    "Latin with accents": "a\u00e1b\u00e7de\u00e9g\u00efj\u00f1o\u00f6r\u0161u\u00fcz\u017e",
    "Cyrillic": "".join(map(chr, range(0x0430, 0x0450))),
}


def run(scale: float) -> list[Row]:
    """Latency by script, growth from 10 to 100,000 terms, hostile texts. `scale` multiplies the number of texts."""
    texts = max(200, int(3_000 * scale))
    rows: list[Row] = []
    layer = HeuristicLayer(_terms(10_000))
    loop = [re.compile(_as_re(recogniser.pattern)) for recogniser in ALL if _is_re(recogniser.pattern)]
    beside_note = f"{len(loop)} of the {len(ALL)} patterns, no terms, no validation"
    for script, letters in _SCRIPTS.items():
        short = _texts(letters, 200, texts)
        p50, p99 = _percentiles(partial(_examine, layer), short)
        plain, _ = _percentiles(lambda text: [pattern.search(text) for pattern in loop], short[:100])
        rows.append(Row(f"200 characters, {script}, p50", p50, "us", "stdlib re in a loop", p50 / plain, beside_note))
        rows.append(Row(f"200 characters, {script}, p99", p99, "us", "its p50", p99 / p50))
    long, _ = _percentiles(partial(_examine, layer), _texts(_SCRIPTS["ASCII"], 10_000, texts // 20))
    rows.append(Row("10,000 characters, ASCII, p50", long, "us", "200 characters x 50", long / (rows[0].value * 50)))
    rows += _growth(texts)
    rows += [_hostile(layer, name, unit) for name, unit in HOSTILE.items()]
    return rows


def _growth(texts: int) -> list[Row]:
    rows: list[Row] = []
    for count in (10, 1_000, 10_000, 100_000):
        started = time.perf_counter()
        layer = HeuristicLayer(_terms(count))
        built = time.perf_counter() - started
        p50, _ = _percentiles(partial(_examine, layer), _texts(_SCRIPTS["ASCII"], 200, texts))
        ratio = p50 / rows[0].value if rows else 1.0
        rows.append(
            Row(f"{count:,} terms, 200 characters, p50", p50, "us", "10 terms", ratio, f"built in {built:.2f} s")
        )
    return rows


def _hostile(layer: HeuristicLayer, name: str, unit: str) -> Row:
    text = (unit * _HOSTILE_LENGTH)[:_HOSTILE_LENGTH]
    english = " ".join(_texts(_SCRIPTS["ASCII"], 200, 250))[:_HOSTILE_LENGTH]
    taken = statistics.median(_seconds(lambda: layer.examine(Question(text))) for _ in range(5))
    usual = statistics.median(_seconds(lambda: layer.examine(Question(english))) for _ in range(5))
    return Row(f"50,000 hostile characters: {name}", taken * 1e3, "ms", "50,000 of usual words", taken / usual)


def _percentiles(function: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """p50 and p99 in microseconds over the second half of `texts`; the first warms up."""
    taken = sorted([_seconds(partial(function, text)) for text in texts][len(texts) // 2 :])
    return taken[len(taken) // 2] * 1e6, taken[int(len(taken) * 0.99)] * 1e6


def _examine(layer: HeuristicLayer, text: str) -> object:
    return layer.examine(Question(text))


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _texts(letters: str, length: int, count: int) -> list[str]:
    """Questions of words from a vocabulary of 3,000, none like another."""
    draw = random.Random(7)
    vocabulary = ["".join(draw.choices(letters, k=draw.randint(2, 10))) for _ in range(3_000)]
    return [(" ".join(draw.choices(vocabulary, k=length // 3)))[: length - 1] + "?" for _ in range(count)]


def _terms(count: int) -> TermSet:
    draw = random.Random(11)
    names = ("".join(draw.choices(string.ascii_lowercase, k=draw.randint(4, 9))) for _ in range(2 * count))
    return TermSet(projects=tuple(f"{first}_{next(names)}" for first in names))


def _as_re(pattern: str) -> str:
    return pattern.replace(r"\pL", "[^\\W\\d_]").replace(r"\p{Lu}", "[A-Z]")


def _is_re(pattern: str) -> bool:
    """Whether the standard library takes the pattern: RE2 allows flags in the middle, Unicode classes in brackets."""
    try:
        re.compile(_as_re(pattern))
    except re.error:
        return False
    return r"[\pL" not in pattern
