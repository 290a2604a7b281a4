"""A text and its sentence vector as one row of numbers for the head.

Four blocks: the sentence vector, as far as the text looks English (the packaged model knows no other language); how
English it looks; what kind of speech it is (markers and form, the same in every language); hashed character n-grams
(Weinberger et al. 2009), which carry what single languages have of their own. The last two are scaled down in English,
where the vector says more: at full scale the head learned the bank's own wording instead, and let half of the
paragraphs of unseen employee handbooks pass (docs/semantic.md). Pure and safe under threads.
"""

import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.classifiers.semantic import markers

Row = npt.NDArray[np.float32]

REVISION: Final = "features/2"
"""Changes whenever a text could get another row: a head fits one revision only."""
BUCKETS: Final = 1_024
_VECTOR_SCALE: Final = 4.0
_GRAM_SCALES: Final = (7.2, 1.6)
_SPEECH_SCALES: Final = (1.5, 0.25)
"""In a text that is not English at all, and in one that is; between the two for what looks half English."""
_GRAM_LENGTHS: Final = (2, 3, 4)
_LEADING_WORDS: Final = 3

_FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"[?？؟;]\s*$",
        r"\n",
        r"[`{}=<>]|\(\)|::|__",
        '["“”„«»「]',
        r"\A\s*[A-Z]",
        r"[$€£%]|\d million",
    )
)
_YEAR: Final = re.compile(r"(?<!\d)(?:1\d{3}|20[0-2]\d)(?!\d)")
_DIGIT: Final = re.compile(r"\d")
_SCRIPTS: Final = tuple(
    re.compile(f"[{letters}]")
    for letters in (
        "\u00c0-\u024f\u1e00-\u1eff",  # Latin beyond ASCII
        "\u0400-\u04ff",
        "\u0370-\u03ff",
        "\u0600-\u06ff",
        "\u0900-\u0dff",
        "\u0e00-\u0e7f",
        "\u3400-\u9fff",
        "\u3040-\u30ff",
        "\uac00-\ud7a3",
    )
)
_ENGLISH: Final = frozenset(
    "the of and to in is a for on with that are was by this it from as at an be or you do what how who our we have "
    "has not if".split()
)
_ENGLISH_ENOUGH: Final = 1 / 6
"""Share of the commonest English words from which a text counts as English."""
_SOME_ENGLISH: Final = 0.3
_SOME_MARKERS: Final = 0.05
_SHARE_SCALE: Final = 4.0


def row(text: str, vector: npt.NDArray[np.float32]) -> Row:
    """The features of `text`, whose unit vector is `vector`; the first is the constant 1."""
    plain = markers.normalised(text)
    english = _english(plain)
    speech = _speech(text, plain) * _between(_SPEECH_SCALES, english)
    grams = _grams(plain) * np.float32(_between(_GRAM_SCALES, english))
    return np.concatenate(([1.0], vector * (english * _VECTOR_SCALE), [english], speech, grams), dtype=np.float32)


def content(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """What texts say, without constant and form: vector and n-grams at one scale, unit rows (zero for an empty
    text)."""
    form = form_columns(rows.shape[1])
    grams = rows[:, form.stop :] * (_VECTOR_SCALE / _between(_GRAM_SCALES, rows[:, form.start]))[:, None]
    found = np.concatenate([rows[:, 1 : form.start], grams], axis=1)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = (found / np.where(norms > 0, norms, 1.0)).astype(np.float32)
    return unit


def form_columns(width: int) -> range:
    """Where form stands in a row of this width: between the vector and the n-grams."""
    form = 1 + 3 * len(markers.shipped().categories) + len(_FORMS) + 5 + len(_SCRIPTS)
    return range(width - BUCKETS - form, width - BUCKETS)


def understood(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """For each row whether its text is in a language that is known at all: some of its words are markers, or among the
    commonest of English."""
    form, categories = form_columns(rows.shape[1]), len(markers.shipped().categories)
    english = rows[:, form.start]
    shares = rows[:, form.start + 1 + categories :][:, :categories] / _SHARE_SCALE
    shares = shares / _between(_SPEECH_SCALES, english)[:, None]
    known: npt.NDArray[np.bool_] = (english >= _SOME_ENGLISH) | (shares.sum(axis=1) >= _SOME_MARKERS)
    return known


def _between(scales: tuple[float, float], english: Any) -> Any:
    """The scale for how English a text looks: a number for a number, an array for an array."""
    foreign, own = scales
    return foreign + (own - foreign) * english


def _speech(text: str, plain: str) -> npt.NDArray[np.float64]:
    found = markers.shipped()
    counts = found.counts(plain)
    words = max(plain.count(" ") - 1, markers.unspaced(plain) / 2, 1)
    leading = found.counts(" ".join(plain.split(" ", _LEADING_WORDS + 1)[: _LEADING_WORDS + 1]) + " ")
    length = max(len(text), 1)
    form = [float(pattern.search(text) is not None) for pattern in _FORMS]
    form += [
        min(np.log1p(words) / 6, 1.0),
        float(words <= 4),
        float(words >= 25),
        min(len(_YEAR.findall(text)), 3) / 3,
        min(len(_DIGIT.findall(text)) / length * 5, 1.0),
    ]
    form += [min(len(script.findall(text)) / length * 3, 1.0) for script in _SCRIPTS]
    return np.concatenate([counts > 0, np.minimum(counts / words * _SHARE_SCALE, 1.5), leading > 0, form])


def _english(plain: str) -> float:
    """How English a normalised text looks, in [0, 1]. Short texts get the benefit of the doubt by half."""
    words = plain.split()
    if not words:
        return 0.0
    ascii_share = 1.0 if plain.isascii() else sum(map(str.isascii, plain)) / len(plain)
    common = min(sum(word in _ENGLISH for word in words) / len(words) / _ENGLISH_ENOUGH, 1.0)
    return ascii_share * (common if len(words) > 3 else max(common, 0.5))


def _grams(plain: str) -> npt.NDArray[np.float32]:
    """Signed hashed n-grams of characters, a unit vector (zero for an empty text)."""
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    sums = np.zeros(BUCKETS, dtype=np.float64)
    for length in _GRAM_LENGTHS:
        if len(codes) < length:
            break
        count = len(codes) - length + 1
        hashed = np.full(count, length * 7919, dtype=np.uint64)
        for offset in range(length):
            hashed = (hashed * np.uint64(1_000_003)) ^ codes[offset : offset + count]
        hashed ^= hashed >> np.uint64(29)
        hashed *= np.uint64(0xBF58476D1CE4E5B9)  # the finaliser of splitmix64
        hashed ^= hashed >> np.uint64(32)
        signs = np.where((hashed >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
        sums += np.bincount((hashed % np.uint64(BUCKETS)).astype(np.intp), weights=signs, minlength=BUCKETS)
    norm = float(np.linalg.norm(sums))
    return (sums / norm if norm else sums).astype(np.float32)
