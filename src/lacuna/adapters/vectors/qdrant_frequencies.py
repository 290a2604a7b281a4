"""How rare the terms of a question are among the passages that the asker may read, in Qdrant.

A sample of the permitted passages, the first by their ids, which are in no order of anything, is counted; where a reach
leaves no more than the sample, that is all of them. Nothing beyond the reach is in it. It is used until something in
the store has changed, of a large reach for a minute.
"""

import time
from collections import Counter
from threading import Lock
from typing import Final

from qdrant_client import models

from lacuna.adapters.vectors.analysis import Terms, rarity
from lacuna.adapters.vectors.qdrant_points import within
from lacuna.adapters.vectors.qdrant_server import QdrantServer
from lacuna.domain.identity import Reach

SAMPLE: Final = 1_000
_SECONDS: Final = 60.0
_REMEMBERED: Final = 200

_Known = tuple[float, str, int, int, Counter[int]]


class QdrantFrequencies:
    """Safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[Reach, _Known] = {}

    def weigh(self, server: QdrantServer, question: Terms, reach: Reach, change: str) -> models.SparseVector:
        """The question as a sparse vector, at the state that is called `change`."""
        _, _, of, size, counts = self._sample(server, reach, change)
        indices, values = [], []
        for term, weight in zip(question.keys.tolist(), question.weights.tolist(), strict=True):
            # What no passage of the sample has is taken for rarer than what one has.
            held = counts[term] * of // size if counts[term] else of // (2 * size) if of > size else 0
            indices.append(term)
            values.append(weight * rarity(min(held, of), of))
        return models.SparseVector(indices=indices, values=values)

    def _sample(self, server: QdrantServer, reach: Reach, change: str) -> _Known:
        now = time.monotonic()
        with self._lock:
            known = self._known.get(reach)
        if known is not None and (known[1] == change or (known[2] > SAMPLE and now - known[0] < _SECONDS)):
            return known
        which = within(reach)
        records = server.scroll("words", which, SAMPLE, vectors=True, fields=[])
        of = len(records) if len(records) < SAMPLE else server.count("words", which)
        counts: Counter[int] = Counter()
        for record in records:
            vector = record.vector.get("words") if isinstance(record.vector, dict) else None
            if isinstance(vector, models.SparseVector):
                counts.update(vector.indices)
        found = (now, change, of, max(1, len(records)), counts)
        with self._lock:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[reach] = found
        return found
