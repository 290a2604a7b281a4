"""Corpus fingerprints: what is recognised, what is recognised wrongly, how long it takes.

The protected documents are the docstrings of Python's standard library, a document for each module, without those that
quote a licence; the public text is documentation and licences that lie on this machine (installed packages,
/usr/share/doc), so figures depend on what is installed. Both are technical English by many authors. Fragments are 30
words: as they stand; cut by up to five words at each end; in three pieces, shuffled; with a share of them replaced,
left out or followed by another one.
"""

import ast
import asyncio
import random
import re
import sysconfig
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.report import Row, median_seconds
from lacuna.adapters.classifiers.fingerprint import FingerprintLayer, KeyedFingerprinter
from lacuna.adapters.storage.fingerprints import SqliteFingerprints
from lacuna.domain.classification import Question
from lacuna.domain.tiers import Tier

WORDS: Final = 2_000_000
FRAGMENTS: Final = 2_000
FRAGMENT_WORDS: Final = 30
MAX_FILE_BYTES: Final = 1_000_000
PLACES: Final = (Path(sysconfig.get_paths()["purelib"]), Path("/usr/share/doc"))
PUBLIC: Final = re.compile(r"(?i)\.(?:txt|md|rst)$|^(?:licen[cs]e|copyright|copying|notice)$")
LICENCE: Final = re.compile(r"(?i)warrant")

Distortion = Callable[[random.Random, list[str], Sequence[str]], list[str]]


def run(scale: float) -> list[Row]:
    """Rows for recall by distortion, false hits, time and size."""
    return asyncio.run(_measured(scale))


async def _measured(scale: float) -> list[Row]:
    documents = list(_protected(scale))
    fingerprinter = KeyedFingerprinter(bytes(32), "benchmark")
    with tempfile.TemporaryDirectory() as folder:
        index = await SqliteFingerprints.open(Path(folder), fingerprinter.scheme)
        try:
            hashes = 0
            for number, text in enumerate(documents):
                chosen = fingerprinter.select([text])
                hashes += chosen.size
                await index.replace(f"d{number}", Tier.INTERNAL, chosen)
            layer = FingerprintLayer(index, fingerprinter)
            words = sum(len(text.split()) for text in documents)
            return [
                Row("hashes kept", hashes / words, "a word", "12 bytes of memory each", None, f"{words:,} words"),
                *_recalled(layer, documents, max(20, int(FRAGMENTS * scale))),
                _false_hits(layer, int(WORDS * scale)),
                *_times(layer, fingerprinter, documents),
            ]
        finally:
            await index.close()


def _recalled(layer: FingerprintLayer, documents: Sequence[str], fragments: int) -> Iterator[Row]:
    long = [text.split() for text in documents if len(text.split()) > 2 * FRAGMENT_WORDS]
    vocabulary = sorted({word for words in long for word in words if word.isalpha()})
    for name, distorted in DISTORTIONS.items():
        draw = random.Random(17)
        found = 0
        for _ in range(fragments):
            words = draw.choice(long)
            first = draw.randrange(len(words) - FRAGMENT_WORDS)
            fragment = distorted(draw, words[first : first + FRAGMENT_WORDS], vocabulary)
            found += bool(layer.examine(Question(" ".join(fragment))).findings)
        yield Row(f"recognised, {name}", 100 * found / fragments, "%", "", None, f"{fragments:,} fragments")


def _trimmed(draw: random.Random, words: list[str], _: Sequence[str]) -> list[str]:
    return words[draw.randrange(6) : len(words) - draw.randrange(6)]


def _reordered(draw: random.Random, words: list[str], _: Sequence[str]) -> list[str]:
    pieces = [words[start : start + 10] for start in range(0, len(words), 10)]
    draw.shuffle(pieces)
    return [word for piece in pieces for word in piece]


def _reworded(share: float) -> Distortion:
    def distorted(draw: random.Random, words: list[str], vocabulary: Sequence[str]) -> list[str]:
        changed: list[str] = []
        for word in words:
            choice = draw.random() / share
            if choice < 0.6:
                changed.append(draw.choice(vocabulary))
            elif choice < 0.8:
                continue
            elif choice < 1:
                changed += [word, draw.choice(vocabulary)]
            else:
                changed.append(word)
        return changed

    return distorted


DISTORTIONS: Final[dict[str, Distortion]] = {
    "as they stand": lambda draw, words, vocabulary: words,
    "trimmed": _trimmed,
    "reordered": _reordered,
    "10 % of the words changed": _reworded(0.10),
    "15 % of the words changed": _reworded(0.15),
    "20 % of the words changed": _reworded(0.20),
}


def _false_hits(layer: FingerprintLayer, limit: int) -> Row:
    hits = words = 0
    for text in _public():
        hits += len(layer.examine(Question(text)).findings)
        words += len(text.split())
        if words >= limit:
            break
    return Row(
        "false hits", 1e6 * hits / max(1, words), "a million words", "", None, f"{hits} in {words:,} public words"
    )


def _times(layer: FingerprintLayer, fingerprinter: KeyedFingerprinter, documents: Sequence[str]) -> Iterator[Row]:
    text = " ".join(documents)
    public = "Somebody asks a question here that no document answers, with words as they come and go. " * 600
    short = median_seconds(lambda: layer.examine(Question(public[:200])), 201)
    yield Row("200 characters, nothing recognised", short * 1e6, "us", "", None, "median")
    quoted = median_seconds(lambda: layer.examine(Question(text[5_000:5_200])), 201)
    yield Row("200 characters, a quotation", quoted * 1e6, "us", "nothing recognised", quoted / short)
    for name, long in (("nothing recognised", public[:50_000]), ("all of it quoted", text[:50_000])):
        taken = median_seconds(partial(layer.examine, Question(long)), 7)
        yield Row(f"50,000 characters, {name}", taken * 1e3, "ms", "200 characters x 250", taken / (250 * short))
    started = time.perf_counter()
    fingerprinter.select([text])
    taken = time.perf_counter() - started
    yield Row("choosing a document's hashes", len(text.split()) / taken, "words/s", "", None)


def _protected(scale: float) -> Iterator[str]:
    """The docstrings of one module after the other."""
    modules = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    ours = [path for path in modules if not {"site-packages", "test", "tests", "idlelib"} & set(path.parts)]
    for path in ours[: max(20, int(len(ours) * scale))]:
        with warnings.catch_warnings(action="ignore"):
            try:
                tree = ast.parse(path.read_text("utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        said = (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds))
        if text := "\n\n".join(each for each in said if each and not LICENCE.search(each)):
            yield text


def _public() -> Iterator[str]:
    """Documentation and licences, each text once, in an order that is the same on every run."""
    files = [path for place in PLACES for path in sorted(place.rglob("*")) if PUBLIC.search(path.name)]
    random.Random(1).shuffle(files)
    seen: set[str] = set()
    for path in files:
        if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            continue
        text = path.read_text("utf-8", "replace")
        if text not in seen:
            seen.add(text)
            yield text
