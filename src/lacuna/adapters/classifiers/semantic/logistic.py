"""Logistic regression that knows how sure it is of its weights.

Fitted by Newton's method with a Gaussian prior (ridge); the posterior over the weights is approximated by Laplace's
method and kept as the leading eigenvectors of its precision. Two things follow from it: a text unlike anything seen
gets a probability near one half (the moderated output of MacKay 1992, "The evidence framework applied to
classification networks"), and new examples refit the weights without the old data (sequential updating, Spiegelhalter
and Lauritzen 1990).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.domain.errors import DependencyNonsense

Array = npt.NDArray[np.float64]

_STEPS: Final = 25
_CLOSE: Final = 1e-4
_FLAT: Final = 1e-6
"""Least curvature of an example, so that a certain one does not divide by zero."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """`mean`: the weights, (d,). The precision of the weights is `ridge` I + `directions` diag(`gains`) directionsᵀ,
    with `directions` of shape (d, k), orthonormal."""

    mean: Array
    directions: Array
    gains: Array
    ridge: float

    def logits(self, rows: Array) -> Array:
        """Moderated log-odds, (n,), for rows of shape (n, d)."""
        return self._moderated(rows, self._variance(rows))

    def unfamiliarity(self, rows: Array) -> Array:
        """For each row, (n,), the share of the prior's uncertainty that is left, in [0, 1]: 1 for a row in a direction
        that no example had."""
        return self._left(rows, self._variance(rows))

    def judged(self, rows: Array) -> tuple[Array, Array]:
        """`logits` and `unfamiliarity` at the price of one."""
        variance = self._variance(rows)
        return self._moderated(rows, variance), self._left(rows, variance)

    def updated(self, rows: Array, labels: Array, weight: float) -> "Posterior":
        """With n further examples (labels 0 or 1), each counting `weight` times. Solves in n dimensions."""
        if len(rows) == 0:
            return self
        spread = self._times_covariance(rows)
        kernel = spread @ rows.T
        offset: Array = rows @ self.mean
        dual: Array = np.zeros(len(rows))
        for _ in range(_STEPS):
            margin = kernel @ dual
            p = probability(offset + margin)
            curvature = weight * np.maximum(p * (1 - p), _FLAT)
            target = margin + weight * (labels - p) / curvature
            following = np.linalg.solve(kernel + np.diag(1 / curvature), target).astype(np.float64)
            change, dual = float(np.abs(following - dual).max()), following
            if change < _CLOSE:
                break
        mean = self.mean + spread.T @ dual
        if not np.isfinite(mean).all():
            raise DependencyNonsense("The examples could not be learned.", cure="Remove contradicting examples.")
        return replace(self, mean=mean)

    def _moderated(self, rows: Array, variance: Array) -> Array:
        moderated: Array = (rows @ self.mean) / np.sqrt(1 + np.pi * variance / 8)
        return moderated

    def _left(self, rows: Array, variance: Array) -> Array:
        prior = np.maximum(np.einsum("ij,ij->i", rows, rows) / self.ridge, _FLAT)
        share: Array = np.clip(variance / prior, 0.0, 1.0)
        return share

    def _variance(self, rows: Array) -> Array:
        """Of each row's logit under the posterior, (n,)."""
        shrink = self.gains / (self.gains + self.ridge)
        known: Array = (rows @ self.directions) ** 2 @ shrink
        left: Array = np.maximum((np.einsum("ij,ij->i", rows, rows) - known) / self.ridge, 0.0)
        return left

    def _times_covariance(self, rows: Array) -> Array:
        shrink = self.gains / (self.gains + self.ridge)
        known: Array = ((rows @ self.directions) * shrink) @ self.directions.T
        result: Array = (rows - known) / self.ridge
        return result


def fit(rows: Array, labels: Array, weights: Array, ridge: float, rank: int, start: Array | None = None) -> Posterior:
    """The posterior for rows (n, d), labels 0 or 1 and example weights, (n,), keeping `rank` directions. `start` are
    weights near the result, which save steps and do not change it."""
    mean = np.zeros(rows.shape[1]) if start is None else start
    curved = np.zeros((rows.shape[1], rows.shape[1]))
    for _ in range(_STEPS):
        p = probability(rows @ mean)
        gradient = rows.T @ (weights * (p - labels)) + ridge * mean
        curved = _gram(rows, weights * p * (1 - p))
        step = np.linalg.solve(curved + ridge * np.eye(len(mean)), gradient)
        mean = mean - step
        if float(np.abs(step).max()) < _CLOSE:
            break
    gains, directions = np.linalg.eigh(curved)
    return Posterior(mean, directions[:, -rank:].copy(), np.maximum(gains[-rank:], 0.0), ridge)


def probability(logits: Array) -> Array:
    """The logistic function."""
    result: Array = 1 / (1 + np.exp(-np.clip(logits, -40, 40)))
    return result


def _gram(rows: Array, weights: Array) -> Array:
    """Rows' weighted sum of outer products; in single precision, which is twice as fast and exact enough here."""
    scaled = (rows * np.sqrt(weights)[:, None]).astype(np.float32)
    result: Array = (scaled.T @ scaled).astype(np.float64)
    return result
