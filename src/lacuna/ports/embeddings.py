"""Texts to vectors."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """MUST return unit vectors and the same vector for the same text whatever shares the call. MUST NOT download
    anything."""

    @property
    def local(self) -> bool: ...

    @property
    def fingerprint(self) -> str:
        """Model, digest and engine: stored with each vector. Vectors of different fingerprints are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, shape (len(texts), dimension). Blocking; called on worker threads."""
        ...
