"""all-MiniLM-L6-v2 in onnxruntime, from the graph that minilm_graph.py writes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from lacuna.adapters.embeddings.minilm_weights import Matrix


class OnnxPass:
    """Runs the graph, one text at a time. Safe under threads; each call uses the thread it is made on."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, ids: Sequence[int]) -> Matrix:
        """The unit vector, (DIMENSION,), of one sequence of token ids with its special tokens."""
        (vectors,) = self._session.run(None, {"ids": np.asarray([ids], dtype=np.int64)})
        unit: Matrix = vectors[0]
        return unit
