"""Logistic regression, its posterior and calibration: the algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.adapters.classifiers.semantic import calibration
from lacuna.adapters.classifiers.semantic.logistic import Array, fit, probability


def _drawn(seed: int, count: int, width: int = 6) -> tuple[Array, Array, Array]:
    source = np.random.default_rng(seed)
    rows = source.normal(size=(count, width))
    labels = (rows @ np.linspace(-1, 1, width) + source.normal(size=count) > 0).astype(float)
    return rows, labels, source.uniform(0.5, 2.0, size=count)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_fit_is_where_the_gradient_vanishes(seed: int) -> None:
    rows, labels, weights = _drawn(seed, 80)
    found = fit(rows, labels, weights, 1.0, 6)
    gradient = rows.T @ (weights * (probability(rows @ found.mean) - labels)) + found.mean
    assert np.abs(gradient).max() < 1e-2


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_update_agrees_with_a_fit_of_everything(seed: int) -> None:
    rows, labels, _ = _drawn(seed, 400)
    ones = np.ones(400)
    whole = fit(rows, labels, ones, 1.0, 6)
    first = fit(rows[:380], labels[:380], ones[:380], 1.0, 6)
    updated = first.updated(rows[380:], labels[380:], 1.0)
    assert np.linalg.norm(updated.mean - whole.mean) < 0.15 * np.linalg.norm(whole.mean)


def test_update_moves_towards_its_labels() -> None:
    rows, labels, weights = _drawn(3, 200)
    before = fit(rows, labels, weights, 1.0, 4)
    new = np.random.default_rng(9).normal(size=(1, 6))
    for label in (0.0, 1.0):
        moved = before.updated(new, np.array([label]), 4.0).logits(new)[0] - before.logits(new)[0]
        assert (moved > 0) == (label > 0)
    assert before.updated(new[:0], np.zeros(0), 1.0) is before


def test_far_directions_are_less_certain() -> None:
    rows, labels, weights = _drawn(4, 300)
    wide = np.concatenate([rows, np.zeros((300, 1))], axis=1)
    found = fit(wide, labels, weights, 1.0, 6)
    near = np.append(np.linspace(-1, 1, 6), 0.0)[None, :]
    strange = near.copy()
    strange[0, -1] = 20.0
    assert 0 < found.logits(strange)[0] < found.logits(near)[0]


def test_platt_scaling_undoes_a_known_distortion() -> None:
    source = np.random.default_rng(5)
    true = source.normal(size=4_000) * 2
    labels = (source.uniform(size=4_000) < probability(true)).astype(float)
    scale = calibration.platt(true * 3 + 1, labels, np.ones(4_000))
    bins = calibration.reliability(scale(true * 3 + 1), labels, np.ones(4_000))
    assert calibration.expected_calibration_error(bins) < 0.03
    assert scale.slope == pytest.approx(1 / 3, rel=0.2)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.floats(0, 1))
def test_threshold_keeps_its_share(found: list[tuple[float, bool]], share: float) -> None:
    p = np.array([probability for probability, _ in found])
    wrong = np.array([float(w) for _, w in found])
    at = calibration.highest_with(p, wrong, np.ones(len(p)), share)
    assert at == 0.0 or at in p
    below = p < at
    if below.any() and len(set(p)) == len(p):
        assert wrong[p <= at].mean() <= share + 1e-9
