"""Vectors of texts seen lately: whoever looks at the same question, to judge it or to search for it, embeds it once.

Where two look at the same moment, one embeds and the other waits. Keeps no text: vectors are remembered under a digest,
at most `REMEMBERED` of them (1.5 KB each). Safe under threads.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Final

import cachebox
import numpy as np
import numpy.typing as npt

from lacuna.ports.embeddings import Embedder, Vectors

REMEMBERED: Final = 1_024

_Vector = npt.NDArray[np.float32]


class RememberedEmbedder:
    """Implements `lacuna.ports.embeddings.Embedder` by another one, which it asks only for texts it has no vector of.
    For questions: documents would push them out."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: cachebox.LRUCache[bytes, _Vector] = cachebox.LRUCache(REMEMBERED)
        self._coming: dict[bytes, Future[_Vector | None]] = {}
        self._looking = Lock()

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
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        awaited: dict[int, Future[_Vector | None]] = {}
        mine: dict[bytes, str] = {}
        with self._looking:
            for row, key in enumerate(keys):
                known: _Vector | None = self._vectors.get(key)
                if known is not None:
                    vectors[row] = known
                    continue
                if key not in self._coming:
                    self._coming[key], mine[key] = Future(), texts[row]
                awaited[row] = self._coming[key]
        if mine:
            self._embed(mine)
        for row, future in awaited.items():
            vector = future.result()
            # Where whoever embedded it failed, this one tries again.
            vectors[row] = self._embedder.embed([texts[row]])[0] if vector is None else vector
        return vectors

    def _embed(self, texts: Mapping[bytes, str]) -> None:
        """Fulfils what is promised for these texts, with None where that fails."""
        fresh: Vectors | None = None
        try:
            fresh = self._embedder.embed([*texts.values()])
        finally:
            with self._looking:
                for number, key in enumerate(texts):
                    vector = None if fresh is None else fresh[number].copy()
                    if vector is not None:
                        self._vectors[key] = vector
                    self._coming.pop(key).set_result(vector)
