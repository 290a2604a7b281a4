"""Weighted terms as sparse vectors of a thousand million dimensions, for stores that rank words by an inner product.

What terms are and what they weigh is `analysis`; here they only get another form. Two terms in a thousand million may
fall on one number.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from lacuna.adapters.vectors.analysis import Terms

DIMENSIONS: Final = 1_000_000_000
_MOST: Final = 15_000
"""Terms of one passage that are kept, those that weigh most: pgvector's sparse vectors hold 16,000."""

Sparse = Mapping[int, float]
"""Weight by number, from 1 on."""


def cut(terms: Terms) -> Terms:
    """The terms that a sparse vector has room for."""
    if len(terms.keys) <= _MOST:
        return terms
    kept = np.sort(np.argpartition(-terms.weights, _MOST)[:_MOST])
    return Terms(terms.keys[kept], terms.weights[kept])


def sparse(weights: Mapping[int, float]) -> Sparse:
    """Weights by term as weights by number."""
    found: dict[int, float] = {}
    for term, weight in weights.items():
        number = term % DIMENSIONS + 1
        found[number] = found.get(number, 0.0) + weight
    return found
