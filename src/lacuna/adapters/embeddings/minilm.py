"""all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019) as an embedder that runs in the process.

Guarantees: only the pinned weights and vocabulary are used; texts never leave the process; the vector of a text does
not depend on what else is embedded. The first use writes an 8-bit ONNX graph into the models folder and onnxruntime
runs it; without onnxruntime a numpy pass in fp32 takes its place, which has another fingerprint. Texts longer than
SEQUENCE_LIMIT tokens are cut: chunking them before is the caller's work, `count_tokens` measures.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from lacuna.adapters.embeddings.minilm_files import (
    CURE,
    DIGESTS,
    MODEL,
    WEIGHTS,
    ModelFiles,
    Stamp,
    locate,
    model_folder,
    verify,
)
from lacuna.adapters.embeddings.minilm_numpy import NumpyPass
from lacuna.adapters.embeddings.minilm_weights import DIMENSION, Matrix, Weights
from lacuna.adapters.embeddings.wordpiece import WordPiece
from lacuna.domain.errors import DependencyNonsense, DependencyUnavailable
from lacuna.ports.embeddings import Vectors

SEQUENCE_LIMIT: Final = 256
"""Tokens the model was trained to see, its two special tokens included."""
_START: Final = 101
_END: Final = 102
_GRAPH: Final = "int8-1.onnx"
"""The revision stands in the name: a changed minilm_graph.py needs a new one."""

Pass = Callable[[Sequence[int]], Matrix]
"""Token ids with their special tokens to a unit vector, (DIMENSION,). Safe under threads."""


class MiniLM:
    """The `Embedder` port over one forward pass. `precision` names the arithmetic, as a part of the fingerprint."""

    def __init__(self, tokenizer: WordPiece, forward: Pass, precision: str) -> None:
        self._tokenizer = tokenizer
        self._forward = forward
        self._fingerprint = f"{MODEL}:{DIGESTS[WEIGHTS][:12]}:{precision}"

    @property
    def local(self) -> bool:
        return True

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row. One text at a time: padding costs more than batching gains, and 8-bit results would
        depend on what shares the batch."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._forward([_START, *self._tokenizer.ids(text, SEQUENCE_LIMIT - 2), _END])
        if not np.isfinite(vectors).all():
            raise DependencyNonsense(
                f"{self._fingerprint} gave a vector that is not finite.", cure="Import the model again."
            )
        return vectors

    def count_tokens(self, text: str) -> int:
        """Tokens in the whole text, without special tokens: at most SEQUENCE_LIMIT - 2 of them are embedded."""
        return self._tokenizer.count(text)


def find_embedder(models_dir: Path) -> MiniLM | None:
    """The embedder from the files under `models_dir` or in the installed package; None where there are none.

    Takes 0.2 s, the first time 2 s. Raises DependencyNonsense where a file is not the pinned one and StorageError where
    `models_dir` cannot be written.
    """
    files = locate(models_dir)
    return None if files is None else _opened(files, models_dir)


def open_minilm(models_dir: Path) -> MiniLM:
    """As `find_embedder`, but raises DependencyUnavailable where there is no model."""
    found = find_embedder(models_dir)
    if found is None:
        raise DependencyUnavailable(f"The embedding model {MODEL} is not installed.", cure=CURE)
    return found


def _opened(files: ModelFiles, models_dir: Path) -> MiniLM:
    verify(files, models_dir)
    tokenizer = WordPiece.from_lines(files.vocabulary.read_text(encoding="utf-8"))
    graph = _graph(files, models_dir) if find_spec("onnxruntime") is not None else None
    if graph is None:
        return MiniLM(tokenizer, NumpyPass(Weights.read(files.weights)), "fp32")
    from lacuna.adapters.embeddings.minilm_onnx import OnnxPass  # only where onnxruntime is installed

    return MiniLM(tokenizer, OnnxPass(graph), "int8")


def _graph(files: ModelFiles, models_dir: Path) -> Path | None:
    """The graph, built if it is missing or was changed since; None where the package that builds it is missing too."""
    path = model_folder(models_dir) / _GRAPH
    stamp = Stamp(models_dir)
    if stamp.vouches(path):
        return path
    if find_spec("onnx") is None:
        return None
    from lacuna.adapters.embeddings.minilm_graph import write_graph  # 0.3 s and 30 MB, needed once

    write_graph(Weights.read(files.weights), "int8", path)
    stamp.digest(path)
    return path
