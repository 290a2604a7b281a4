"""Synthetic passages and questions, in real words: whole words of the packaged model's vocabulary, which are listed
about by how common they are, drawn after Zipf's law. So texts have as many terms, parts of words and tokens as English
has; only their order means nothing.
"""

import re
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lacuna.adapters.embeddings.minilm_files import locate
from lacuna.adapters.embeddings.minilm_weights import DIMENSION
from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Document
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk

CHUNKS_A_DOCUMENT: Final = 10
WORDS: Final = 120
"""Of a passage."""
FILTERED: Final = Reach(Tier.INTERNAL, frozenset({"everyone", "group-1", "group-2"}))
"""Some 5 % of the passages."""
OPEN: Final = Reach(Tier.PROPRIETARY, frozenset({"everyone"}), all_groups=True)
_GROUPS: Final = 50
_COMMON: Final = 50
_RARE: Final = 8_000
_WORD: Final = re.compile(r"[a-z]{2,}")

Floats = npt.NDArray[np.float32]


def everyday_words(models_dir: Path) -> list[str]:
    """Some 20,000, the commonest first."""
    files = locate(models_dir)
    assert files is not None, "the embedding model is not installed"
    return [word for word in files.vocabulary.read_text(encoding="utf-8").split("\n") if _WORD.fullmatch(word)]


class SyntheticPassages:
    """Random passages, the same for the same seed. Rights are random over two tiers and 50 groups."""

    def __init__(self, words: list[str], seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._words = np.array(words)
        frequencies = 1 / np.arange(1, len(self._words) + 1)
        self._frequencies = frequencies / frequencies.sum()

    def vectors(self, count: int) -> Floats:
        """Random unit vectors."""
        vectors = self._random.standard_normal((count, DIMENSION), dtype=np.float32)
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def document(self, number: int, vectors: Floats) -> tuple[Document, list[IndexedChunk]]:
        """One with a passage for each of `vectors`."""
        tier = Tier.INTERNAL if number % 3 else Tier.PROPRIETARY
        groups = frozenset(f"group-{n}" for n in self._random.integers(0, _GROUPS, self._random.integers(1, 4)))
        name = f"d{number}"
        drawn = self._random.choice(len(self._words), size=(len(vectors), WORDS), p=self._frequencies)
        items = [
            IndexedChunk(
                Chunk(f"{name}-{n}", name, n, f"Document {number}", " ".join(row), 0, 1, tier, tier, groups), vector
            )
            for n, (row, vector) in enumerate(zip(self._words[drawn], vectors, strict=True))
        ]
        return Document(name, "", "", tier, tier, groups, (), len(items), 1, "", "text/plain", "", "", 0), items

    def question(self) -> str:
        """Ten words: everyday ones and rarer ones, as people ask."""
        common = self._random.integers(0, _COMMON, 5)
        rare = self._random.integers(_COMMON, _RARE, 5)
        return " ".join(self._words[[*common, *rare]])
