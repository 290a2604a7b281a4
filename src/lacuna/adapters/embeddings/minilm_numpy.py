"""all-MiniLM-L6-v2 as a numpy forward pass, for machines without onnxruntime.

Gives the vectors of the fp32 graph (cosine above 0.99999) at several times its running time.
"""

from collections.abc import Sequence

import numpy as np

from lacuna.adapters.embeddings.minilm_weights import DIMENSION, EPSILON, HEAD_SIZE, HEADS, LAYERS, Matrix, Weights


class NumpyPass:
    """Safe under threads: holds weights only."""

    def __init__(self, weights: Weights) -> None:
        self._tokens = weights.tokens
        self._positions = weights.positions
        self._first_norm = weights.norm("embeddings.LayerNorm")
        self._layers = [_Layer(weights, layer) for layer in range(LAYERS)]

    def __call__(self, ids: Sequence[int]) -> Matrix:
        """The unit vector, (DIMENSION,), of one sequence of token ids with its special tokens."""
        states = _normalised(self._tokens[np.asarray(ids)] + self._positions[: len(ids)], self._first_norm)
        for layer in self._layers:
            states = layer(states)
        pooled = states.mean(axis=0)
        unit: Matrix = pooled / np.linalg.norm(pooled)
        return unit


class _Layer:
    """One transformer encoder layer (Vaswani et al. 2017), normalisation after each half."""

    def __init__(self, weights: Weights, layer: int) -> None:
        name = f"encoder.layer.{layer}"
        self._attention = weights.attention(layer)
        self._output = weights.dense(f"{name}.attention.output.dense")
        self._attention_norm = weights.norm(f"{name}.attention.output.LayerNorm")
        self._up = weights.dense(f"{name}.intermediate.dense")
        self._down = weights.dense(f"{name}.output.dense")
        self._norm = weights.norm(f"{name}.output.LayerNorm")

    def __call__(self, states: Matrix) -> Matrix:
        mixed = _linear(states, self._attention).reshape(len(states), 3, HEADS, HEAD_SIZE)
        query, key, value = mixed.transpose(1, 2, 0, 3)
        context = (_softmax(query @ key.transpose(0, 2, 1)) @ value).transpose(1, 0, 2).reshape(len(states), DIMENSION)
        states = _normalised(states + _linear(context, self._output), self._attention_norm)
        return _normalised(states + _linear(_gelu(_linear(states, self._up)), self._down), self._norm)


def _linear(states: Matrix, dense: tuple[Matrix, Matrix]) -> Matrix:
    matrix, bias = dense
    result: Matrix = states @ matrix + bias
    return result


def _normalised(states: Matrix, norm: tuple[Matrix, Matrix]) -> Matrix:
    scale, shift = norm
    centred = states - states.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    result: Matrix = centred / np.sqrt(variance + np.float32(EPSILON)) * scale + shift
    return result


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Matrix = powers / powers.sum(axis=-1, keepdims=True)
    return result


def _gelu(x: Matrix) -> Matrix:
    """x * Phi(x), with the error function by Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7)."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = np.float32(1) / (np.float32(1) + np.float32(0.3275911) * z)
    series = np.full_like(x, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = series * t + np.float32(coefficient)
    erf = np.copysign(np.float32(1) - series * t * np.exp(-z * z), x)
    result: Matrix = np.float32(0.5) * x * (np.float32(1) + erf)
    return result
