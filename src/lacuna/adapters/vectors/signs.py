"""The signs of vectors' components, one bit each: 4 % of their size, and enough to leave most of them out of a search.

Two vectors at angle a differ in the share a/pi of their signs, give or take (Charikar 2002, "Similarity estimation
techniques from rounding algorithms"). On vectors of the packaged model the standard deviation was 7.6 of 384 signs, and
one in ten thousand neighbours of a cosine between 0.45 and 0.48 was left out when 0.45 was asked for, none above.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Signs = npt.NDArray[np.uint64]
"""Of shape (words, rows): 64 signs a word, so that a pass over one word of all rows is contiguous."""

FEWEST_DIMENSIONS: Final = 256
"""Below, signs say too little."""
_DEVIATIONS: Final = 2.75


def words(dimension: int) -> int:
    """Rows of `Signs` for vectors of this length."""
    return -(-dimension // 64)


def signs(vectors: npt.NDArray[np.float32]) -> Signs:
    """Of vectors of shape (rows, dimension)."""
    packed = np.packbits(vectors > 0, axis=1)
    padded = np.zeros((len(packed), 8 * words(vectors.shape[1])), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return np.ascontiguousarray(padded.view(np.uint64).T)


def candidates(rows: Signs, vector: npt.NDArray[np.float32], at_least: float, most: int) -> npt.NDArray[np.int64]:
    """Rows that may have a cosine of `at_least` to `vector`; of more than `most` the likeliest, in no order."""
    asked = signs(vector[None, :])[:, 0]
    differing = np.zeros(rows.shape[1], dtype=np.uint16)
    for word, given in zip(rows, asked, strict=True):
        differing += np.bitwise_count(word ^ given)
    found = np.flatnonzero(differing <= _allowed(len(vector), at_least))
    if len(found) <= most:
        return found
    likeliest: npt.NDArray[np.int64] = found[np.argpartition(differing[found], most)[:most]]
    return likeliest


def _allowed(dimension: int, cosine: float) -> int:
    share = math.acos(max(-1.0, min(1.0, cosine))) / math.pi
    return math.floor(dimension * share + _DEVIATIONS * math.sqrt(dimension * share * (1 - share)))
