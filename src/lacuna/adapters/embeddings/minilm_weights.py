"""The weights of all-MiniLM-L6-v2 by name, and its fixed shape.

Reads the safetensors format (an 8-byte little-endian header length, a JSON header, raw tensors) without any other
package. Leaves the check that it is the right file to minilm_files.py.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.domain.errors import DependencyNonsense

Matrix = npt.NDArray[np.float32]

DIMENSION: Final = 384
LAYERS: Final = 6
HEADS: Final = 12
HEAD_SIZE: Final = DIMENSION // HEADS
EPSILON: Final = 1e-12
"""Of layer normalisation."""


class Weights:
    """Tensors by their name in the file, as read-only views into it."""

    def __init__(self, tensors: Mapping[str, Matrix]) -> None:
        self._tensors = tensors

    @classmethod
    def read(cls, path: Path) -> "Weights":
        """Raises DependencyNonsense where the file is no safetensors file."""
        try:
            raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
            length = int.from_bytes(raw[:8].tobytes(), "little")
            header = json.loads(raw[8 : 8 + length].tobytes())
            body = raw[8 + length :]
            return cls(
                {
                    name: body[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
                    for name, entry in header.items()
                    if name != "__metadata__" and entry["dtype"] == "F32"
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DependencyNonsense(f"{path} is no safetensors file.", cure="Import the model again.") from error

    def __getitem__(self, name: str) -> Matrix:
        return self._tensors[name]

    @property
    def tokens(self) -> Matrix:
        """The embedding of each vocabulary entry, (entries, DIMENSION)."""
        return self["embeddings.word_embeddings.weight"]

    @property
    def positions(self) -> Matrix:
        """What is added at each position: position and segment 0 in one, (positions, DIMENSION)."""
        segment: Matrix = self["embeddings.token_type_embeddings.weight"][0]
        return self["embeddings.position_embeddings.weight"] + segment

    def norm(self, name: str) -> tuple[Matrix, Matrix]:
        """Scale and shift of a layer normalisation."""
        return self[f"{name}.weight"], self[f"{name}.bias"]

    def dense(self, name: str) -> tuple[Matrix, Matrix]:
        """A linear map as (inputs, outputs) and its bias."""
        return np.ascontiguousarray(self[f"{name}.weight"].T), self[f"{name}.bias"]

    def attention(self, layer: int) -> tuple[Matrix, Matrix]:
        """Query, key and value of one layer side by side: (DIMENSION, 3 * DIMENSION) and the bias. The queries carry
        the 1/sqrt(HEAD_SIZE) of scaled dot-product attention already."""
        parts = [self.dense(f"encoder.layer.{layer}.attention.self.{part}") for part in ("query", "key", "value")]
        scales = (np.float32(HEAD_SIZE**-0.5), np.float32(1), np.float32(1))
        matrices = [matrix * scale for (matrix, _), scale in zip(parts, scales, strict=True)]
        biases = [bias * scale for (_, bias), scale in zip(parts, scales, strict=True)]
        return np.concatenate(matrices, axis=1), np.concatenate(biases)
