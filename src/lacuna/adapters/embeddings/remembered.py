"""Vectors of texts seen lately: whoever looks at the same question, to judge it or to search for it, embeds it once.

Keeps no text: vectors are remembered under a digest, at most `REMEMBERED` of them (1.5 KB each). Safe under threads.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import cachebox
import numpy as np
import numpy.typing as npt

from lacuna.ports.embeddings import Embedder, Vectors

REMEMBERED: Final = 1_024


class RememberedEmbedder:
    """Implements `lacuna.ports.embeddings.Embedder` by another one, which it asks only for texts it has no vector of.
    For questions: documents would push them out."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: cachebox.LRUCache[bytes, npt.NDArray[np.float32]] = cachebox.LRUCache(REMEMBERED)

    @property
    def local(self) -> bool:
        return self._embedder.local

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        found: list[npt.NDArray[np.float32] | None] = [self._vectors.get(key) for key in keys]
        missing = [number for number, vector in enumerate(found) if vector is None]
        if missing:
            fresh = self._embedder.embed([texts[number] for number in missing])
            for number, vector in zip(missing, fresh, strict=True):
                found[number] = self._vectors[keys[number]] = vector.copy()
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, vector in enumerate(found):
            vectors[row] = vector
        return vectors
