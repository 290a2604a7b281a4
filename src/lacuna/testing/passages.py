"""Builds chunks with vectors for tests."""

from typing import Final

import numpy as np

from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier
from lacuna.ports.embeddings import Vectors
from lacuna.ports.vectors import IndexedChunk

FINGERPRINT: Final = "built:8"
DIMENSION: Final = 8


def unit(seed: int) -> Vectors:
    """A direction of its own for each seed."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    scaled: Vectors = vector / np.linalg.norm(vector)
    return scaled


def passage(
    chunk_id: str,
    text: str,
    *,
    document_id: str = "doc",
    tier: Tier = Tier.PUBLIC,
    groups: frozenset[str] = frozenset({"everyone"}),
    seed: int | None = None,
    title: str = "",
) -> IndexedChunk:
    """A chunk; its vector is `unit(seed)`, or none."""
    chunk = Chunk(
        chunk_id=chunk_id,
        document_id=document_id,
        ordinal=0,
        title=title,
        text=text,
        start=0,
        end=len(text),
        tier=tier,
        own_tier=Tier.PUBLIC,
        groups=groups,
    )
    return IndexedChunk(chunk, None if seed is None else unit(seed))
