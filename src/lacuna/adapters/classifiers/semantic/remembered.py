"""Vectors of texts seen lately, so that layers which look at the same text embed it once.

Keeps no text: vectors are remembered under a digest, at most `REMEMBERED` of them (1.5 KB each). Safe under threads.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import cachebox
import numpy as np
import numpy.typing as npt

REMEMBERED: Final = 1_024

_Vector = npt.NDArray[np.float32]


class RememberedVectors:
    """Calls `embed` only for texts it has no vector of."""

    def __init__(self, embed: Callable[[Sequence[str]], _Vector]) -> None:
        self._embed = embed
        self._vectors: cachebox.LRUCache[bytes, _Vector] = cachebox.LRUCache(REMEMBERED)

    def __call__(self, texts: Sequence[str]) -> _Vector:
        """One unit vector a text, as `embed` gives them."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        found: list[_Vector | None] = [self._vectors.get(key) for key in keys]
        missing = [number for number, vector in enumerate(found) if vector is None]
        if missing:
            fresh = self._embed([texts[number] for number in missing])
            for number, vector in zip(missing, fresh, strict=True):
                found[number] = self._vectors[keys[number]] = vector.copy()
        return np.stack([vector for vector in found if vector is not None])
