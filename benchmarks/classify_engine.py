"""The heuristic layer in process: latency on unseen texts, growth with the number of terms, start-up and reload,
hostile texts, and Presidio's pattern recognisers on the same texts where they are installed.

Measured with compiled probes, which are compiled first if the cache folder lacks them, and with RE2 beside them. Every
text is new to the layer (drawn from a vocabulary), because an automaton that has seen a text before is faster
than one in production. What is left out: the HTTP surface (`http_classify`).
"""

import random
import re
import statistics
import string
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.report import Row
from lacuna.adapters.classifiers.compile_probes import compile_into
from lacuna.adapters.classifiers.heuristic import HeuristicLayer
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.ner.presidio import PresidioRecogniser
from lacuna.config import Settings, cache_folders, terms
from lacuna.domain.classification import Question
from lacuna.domain.errors import ConfigError
from lacuna.domain.terms import TermSet

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
    "password=a1!": "password=a1! ",
    "iban": "iban DE89 3704 ",
    "phone": "tel 030 12345 ",
    "addresses": "10.1.2.3 1.2.3.4 ",
    "one-letter lines": "a\nb\nc\n",
    "e-mail": "jo@mail.example ",
    "hexadecimal": "6a6f40657861 ",
    "leet": "p4ssw0rd ",
    "backwards": "drowssap eht ",
    "JSON passwords": '{"password": "Xa1!bc9"},',
    "base64 words": "cGFzc3dvcmQ= ",
}
_HOSTILE_LENGTH = 50_000
_TEXTS_IN_TURN = 50
_SCRIPTS = {
    "ASCII": string.ascii_lowercase,
    "Latin with accents": "a\u00e1b\u00e7de\u00e9g\u00efj\u00f1o\u00f6r\u0161u\u00fcz\u017e",
    "Cyrillic": "".join(map(chr, range(0x0430, 0x0450))),
}


def run(scale: float) -> list[Row]:
    """Latency by script, beside Presidio, growth from 10 to 100,000 terms, start-up, hostile texts. `scale` multiplies
    the number of texts."""
    texts = max(200, int(3_000 * scale))
    rows: list[Row] = []
    folders = cache_folders(Settings())
    compile_into(folders)
    layer = HeuristicLayer(_terms(10_000), probes=folders)
    rows += _engines(layer, texts)
    loop = [re.compile(_as_re(recogniser.pattern)) for recogniser in ALL if _is_re(recogniser.pattern)]
    beside_note = f"{len(loop)} of the {len(ALL)} patterns, no terms, no validation"
    first_p50 = 0.0
    for script, letters in _SCRIPTS.items():
        short = _texts(letters, 200, texts)
        p50, p99 = _percentiles(partial(_examine, layer), short)
        plain, _ = _percentiles(lambda text: [pattern.search(text) for pattern in loop], short[:100])
        rows.append(Row(f"200 characters, {script}, p50", p50, "us", "stdlib re in a loop", p50 / plain, beside_note))
        rows.append(Row(f"200 characters, {script}, p99", p99, "us", "its p50", p99 / p50))
        first_p50 = first_p50 or p50
    rows += _beside_presidio(layer, max(50, texts // 10))
    long, _ = _percentiles(partial(_examine, layer), _texts(_SCRIPTS["ASCII"], 10_000, texts // 20))
    rows.append(Row("10,000 characters, ASCII, p50", long, "us", "200 characters x 50", long / (first_p50 * 50)))
    rows += _growth(texts)
    rows += _start_up()
    rows += [_hostile(layer, name, unit) for name, unit in HOSTILE.items()]
    return rows


def _engines(layer: HeuristicLayer, texts: int) -> list[Row]:
    """The engine that looks for probes, beside the other, on texts that share no word: a set of RE2 automata builds
    states for them while it reads."""
    slow = HeuristicLayer(_terms(10_000))
    drawn = _unlike(texts)
    ours, theirs = _in_turn((partial(_examine, layer), partial(_examine, slow)), drawn)
    name = f"200 unseen characters, {layer.filter.engine}, p50"
    return [Row(name, ours, "us", slow.filter.engine, ours / theirs, "each text shown to both")]


def _unlike(count: int) -> list[str]:
    draw = random.Random(5)
    letters = string.ascii_lowercase + " " * 5
    return ["".join(draw.choices(letters, k=200)) for _ in range(count)]


def _beside_presidio(layer: HeuristicLayer, texts: int) -> list[Row]:
    try:
        presidio = PresidioRecogniser()
    except ConfigError:
        return [Row("Presidio's patterns", 0.0, "us", "", None, "not installed: pip install presidio-analyzer")]
    rows: list[Row] = []
    for script, letters in _SCRIPTS.items():
        drawn = _texts(letters, 200, 2 * texts, seed=8)
        ours, theirs = _in_turn((partial(_examine, layer), presidio.entities), drawn)
        rows.append(Row(f"Presidio's patterns, {script}, p50", theirs, "us", "Lacuna", theirs / ours, f"{texts} texts"))
    return rows


def _in_turn(functions: Sequence[Callable[[str], object]], texts: Sequence[str]) -> list[float]:
    """The p50 of each in microseconds over the second half of `texts`. They take turns, so that a machine that slows
    down slows all of them."""
    taken: list[list[float]] = [[] for _ in functions]
    for start in range(0, len(texts), _TEXTS_IN_TURN):
        for function, times in zip(functions, taken, strict=True):
            times += [_seconds(partial(function, text)) for text in texts[start : start + _TEXTS_IN_TURN]]
    return [statistics.median(times[len(texts) // 2 :]) * 1e6 for times in taken]


def _growth(texts: int) -> list[Row]:
    counts = (10, 1_000, 10_000, 100_000)
    engine = HeuristicLayer(TermSet(), probes=cache_folders(Settings()))
    layers = [engine.with_terms(_terms(count)) for count in counts]
    p50 = _in_turn([partial(_examine, layer) for layer in layers], _texts(_SCRIPTS["ASCII"], 200, texts))
    return [
        Row(f"{count:,} terms, 200 characters, p50", value, "us", "10 terms", value / p50[0])
        for count, value in zip(counts, p50, strict=True)
    ]


def _start_up() -> list[Row]:
    """100,000 terms from their file to the first answer, and one more while the layer runs."""
    names = _terms(100_000).projects
    with tempfile.TemporaryDirectory() as name:
        file, cache = Path(name) / "terms.yaml", Path(name) / "compiled"
        file.write_text("projects:\n" + "".join(f"  - {entry}\n" for entry in names), encoding="utf-8")
        read = _seconds(lambda: terms.sound(file))
        known = terms.sound(file)
        first = _seconds(lambda: HeuristicLayer(known, cache=cache, probes=cache_folders(Settings())))
        again = statistics.median(
            _seconds(lambda: HeuristicLayer(known, cache=cache, probes=cache_folders(Settings()))) for _ in range(3)
        )
        layer = HeuristicLayer(known, cache=cache, probes=cache_folders(Settings()))
        more = known.joined(TermSet(customers=("one more",)))
        added = statistics.median(_seconds(lambda: next(layer.towards(more))) for _ in range(3))
        fewer = TermSet(projects=known.projects[1:])
        removed = _seconds(lambda: list(layer.towards(fewer)))
    return [
        Row("100,000 terms, read from YAML", read, "s", "", None),
        Row("100,000 terms, layer built anew", first, "s", "kept on disk", first / again),
        Row("100,000 terms, layer from disk", again, "s", "built anew", again / first, "with all recognisers"),
        Row("100,000 terms, one added", added, "s", "built anew", added / first, "until it is in force"),
        Row("100,000 terms, one removed", removed, "s", "built anew", removed / first),
    ]


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


def _texts(letters: str, length: int, count: int, seed: int = 7) -> list[str]:
    """Questions of words from a vocabulary of 3,000, none like another."""
    draw = random.Random(seed)
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
