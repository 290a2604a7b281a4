"""Turning scores into probabilities that mean what they say, and measuring how well they do.

Platt scaling (Platt 1999) on scores of held-out folds; expected calibration error over equal-width bins (Naeini et al.
2015); thresholds for a promised error share.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lacuna.adapters.classifiers.semantic.logistic import Array, fit, probability

_RIDGE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Platt:
    """probability = logistic(slope * logit + shift)."""

    slope: float
    shift: float

    def __call__(self, logits: Array) -> Array:
        """Calibrated probabilities."""
        return probability(self.slope * logits + self.shift)


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose probability fell into one tenth: the mean probability, the share in truth positive, their weight."""

    predicted: float
    observed: float
    share: float


def platt(logits: Array, labels: Array, weights: Array) -> Platt:
    """The scaling that fits held-out logits best."""
    rows = np.stack([logits, np.ones_like(logits)], axis=1)
    slope, shift = fit(rows, labels, weights, _RIDGE, 1).mean
    return Platt(float(slope), float(shift))


def reliability(probabilities: Array, labels: Array, weights: Array, bins: int = 10) -> list[Bin]:
    """Equal-width bins that hold anything, lowest first."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = weights.sum()
    found = []
    for number in range(bins):
        inside = place == number
        weight = weights[inside].sum()
        if weight > 0:
            predicted = float(probabilities[inside] @ weights[inside] / weight)
            observed = float(labels[inside] @ weights[inside] / weight)
            found.append(Bin(predicted, observed, float(weight / total)))
    return found


def expected_calibration_error(found: list[Bin]) -> float:
    """The mean distance between predicted and observed, weighted by share."""
    return sum(b.share * abs(b.predicted - b.observed) for b in found)


def highest_with(probabilities: Array, wrong: Array, weights: Array, share: float) -> float:
    """The highest threshold t such that among the texts with a probability up to t at most `share` are wrong; 0.0 where
    there is none."""
    order = np.argsort(probabilities)
    wrongs = np.cumsum((wrong * weights)[order])
    shares = wrongs / np.cumsum(weights[order])
    fine = np.flatnonzero(shares <= share)
    return float(probabilities[order][fine[-1]]) if len(fine) else 0.0
