"""Which words of a question are worth looking up.

BM25 must score every chunk that holds any of the words, so a question full of everyday words would score the whole
store. The rarest words decide the ranking: they are taken first, until together they occur in POSTINGS chunks. A store
with fewer chunks than that for a question leaves nothing out.
"""

import sqlite3
from collections.abc import Sequence
from threading import Lock
from typing import Final

from lacuna.adapters.vectors import reads

POSTINGS: Final = 20_000
_REMEMBERED: Final = 10_000


class Frequencies:
    """Counts are remembered until the store has seen a tenth more changes: they decide what a search costs, and a word
    that was not there when it was counted is still looked up. Safe under threads."""

    def __init__(self, postings: int = POSTINGS) -> None:
        self._postings = postings
        self._lock = Lock()
        self._counts: dict[str, tuple[int, int]] = {}

    def choose(self, connection: sqlite3.Connection, change: int, words: Sequence[str]) -> list[str]:
        """Those of `words` (FTS5 queries) that are looked up at state `change`."""
        counted = [(self._count(connection, change, word), word) for word in words]
        chosen: list[str] = []
        total = 0
        for count, word in sorted(counted):
            total += count
            if chosen and total > self._postings:
                break
            chosen.append(word)
        return chosen

    def _count(self, connection: sqlite3.Connection, change: int, word: str) -> int:
        with self._lock:
            noted = self._counts.get(word)
        if noted is not None and noted[0] <= change <= noted[0] + noted[0] // 10:
            return noted[1]
        count = reads.matches(connection, word, self._postings + 1)
        with self._lock:
            if len(self._counts) >= _REMEMBERED:
                self._counts.clear()
            self._counts[word] = (change, count)
        return count
