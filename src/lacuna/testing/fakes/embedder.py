"""An embedder without a model: hashed bags of words. Texts that share words are near; nothing else is."""

import hashlib
from collections.abc import Sequence

import numpy as np

from lacuna.domain.errors import LacunaError
from lacuna.ports.embeddings import Vectors


class HashingEmbedder:
    """An `Embedder`, held to `lacuna.testing.contracts.embedder`. Set `broken` to have every call raise it."""

    def __init__(self, dimension: int = 64, *, local: bool = True) -> None:
        self._dimension = dimension
        self._local = local
        self.broken: LacunaError | None = None

    @property
    def local(self) -> bool:
        return self._local

    @property
    def fingerprint(self) -> str:
        return f"hashing:{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.broken is not None:
            raise self.broken
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
                vectors[row, int.from_bytes(digest, "little") % self._dimension] += 1
            vectors[row, 0] += 0.01  # so that an empty text has a direction too
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def count_tokens(self, text: str) -> int:
        return len(text.split())
