"""all-MiniLM-L6-v2 as an ONNX graph, written from the weights without torch.

The graph takes the token ids of one text, shape (1, n), and gives its unit vector, (1, DIMENSION): mean pooling and
normalisation are part of it. Two precisions: `fp32`, and `int8`, where every matrix product with weights runs on 8-bit
integers (weights symmetric per output channel, activations quantised as they come).
"""

from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from lacuna.adapters.embeddings.minilm_files import atomic
from lacuna.adapters.embeddings.minilm_weights import DIMENSION, EPSILON, HEAD_SIZE, HEADS, LAYERS, Matrix, Weights

Precision = Literal["int8", "fp32"]
_OPSET: Final = 20
_IR_VERSION: Final = 9


def write_graph(weights: Weights, precision: Precision, path: Path) -> None:
    """Builds the graph and puts it at `path`, whole or not at all. Raises StorageError."""
    model = _Graph(quantised=precision == "int8").model(weights)
    with atomic(path) as stream:
        stream.write(model.SerializeToString())


class _Graph:
    """Collects nodes and constants; each method adds a piece and returns the name of its result."""

    def __init__(self, *, quantised: bool) -> None:
        self._quantised = quantised
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def model(self, weights: Weights) -> onnx.ModelProto:
        states = self._layer_norm(self._embedded(weights), weights.norm("embeddings.LayerNorm"))
        for layer in range(LAYERS):
            states = self._encoder_layer(states, weights, layer)
        pooled = self._add("ReduceMean", states, self._constant("token_axis", np.array([1])), keepdims=0)
        length = self._add("ReduceL2", pooled, self._constant("feature_axis", np.array([1])), keepdims=1)
        self._nodes.append(helper.make_node("Div", [pooled, length], ["vector"]))
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "n"])],
            [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, DIMENSION])],
            list(self._constants.values()),
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)

    def _embedded(self, weights: Weights) -> str:
        tokens = self._add("Gather", self._constant("tokens", weights.tokens), "ids")
        length = self._add("Shape", "ids", start=1, end=2)
        start = self._constant("start", np.array([0]))
        axis = self._constant("position_axis", np.array([0]))
        positions = self._add("Slice", self._constant("positions", weights.positions), start, length, axis)
        return self._add("Add", tokens, positions)

    def _encoder_layer(self, states: str, weights: Weights, layer: int) -> str:
        name = f"encoder.layer.{layer}"
        mixed = self._linear(states, weights.attention(layer), f"{name}.attention")
        query, key, value = self._split(mixed, 3)
        scores = self._add("MatMul", self._heads(query, [0, 2, 1, 3]), self._heads(key, [0, 2, 3, 1]))
        context = self._add("MatMul", self._add("Softmax", scores, axis=-1), self._heads(value, [0, 2, 1, 3]))
        merged = self._add(
            "Reshape",
            self._add("Transpose", context, perm=[0, 2, 1, 3]),
            self._constant("merged_shape", np.array([1, -1, DIMENSION])),
        )
        output = self._linear(merged, weights.dense(f"{name}.attention.output.dense"), f"{name}.output")
        states = self._layer_norm(self._add("Add", output, states), weights.norm(f"{name}.attention.output.LayerNorm"))
        wide = self._add("Gelu", self._linear(states, weights.dense(f"{name}.intermediate.dense"), f"{name}.up"))
        narrow = self._linear(wide, weights.dense(f"{name}.output.dense"), f"{name}.down")
        return self._layer_norm(self._add("Add", narrow, states), weights.norm(f"{name}.output.LayerNorm"))

    def _heads(self, states: str, order: list[int]) -> str:
        shape = self._constant("heads_shape", np.array([1, -1, HEADS, HEAD_SIZE]))
        return self._add("Transpose", self._add("Reshape", states, shape), perm=order)

    def _split(self, states: str, parts: int) -> list[str]:
        names = [f"{states}.{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [states], names, axis=-1, num_outputs=parts))
        return names

    def _linear(self, states: str, dense: tuple[Matrix, Matrix], name: str) -> str:
        matrix, bias = dense
        if self._quantised:
            product = self._integer_product(states, matrix, name)
        else:
            product = self._add("MatMul", states, self._constant(f"{name}.weight", matrix))
        return self._add("Add", product, self._constant(f"{name}.bias", bias))

    def _integer_product(self, states: str, matrix: Matrix, name: str) -> str:
        """The pattern that onnxruntime recognises and runs as one kernel."""
        scale = np.abs(matrix).max(axis=0) / np.float32(127)
        integers = np.rint(matrix / scale).astype(np.int8)
        quantised, zero = f"{name}.x", f"{name}.x_zero"
        step = f"{name}.x_scale"
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [states], [quantised, step, zero]))
        product = self._add(
            "MatMulInteger",
            quantised,
            self._constant(f"{name}.weight", integers),
            zero,
            self._constant(f"{name}.weight_zero", np.zeros(len(scale), dtype=np.int8)),
        )
        steps = self._add("Mul", step, self._constant(f"{name}.weight_scale", scale))
        return self._add("Mul", self._add("Cast", product, to=TensorProto.FLOAT), steps)

    def _layer_norm(self, states: str, norm: tuple[Matrix, Matrix]) -> str:
        scale, shift = (self._constant(f"{states}.norm{i}", part) for i, part in enumerate(norm))
        return self._add("LayerNormalization", states, scale, shift, axis=-1, epsilon=EPSILON)

    def _constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def _add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        result = f"{operation}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operation, list(inputs), [result], **attributes))
        return result
