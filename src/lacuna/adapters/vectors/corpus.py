"""The whole corpus of the embedded store as evidence: implements `lacuna.ports.vectors.CorpusLookup`.

Every look asks the file's change counter on a connection of its own, so a document that another process has just taken
in or retagged counts at the next question; vectors and tiers then come from the memory that the searches share.
"""

import sqlite3
from threading import Lock

from lacuna.adapters.vectors.follower import Follower
from lacuna.adapters.vectors.matrix import Floats
from lacuna.domain.errors import InvalidInput
from lacuna.domain.identity import Reach
from lacuna.domain.tiers import Tier

_EVERYTHING = Reach(Tier.PROPRIETARY, frozenset(), all_groups=True)


class StoreCorpus:
    """`connection` is for this object alone. Safe under threads. Raises StorageError."""

    def __init__(self, connection: sqlite3.Connection, follower: Follower, fingerprint: str) -> None:
        self._connection = connection
        self._follower = follower
        self._fingerprint = fingerprint
        self._alone = Lock()
        self._file = follower.file(connection)

    @property
    def version(self) -> str:
        """The file and the number of its newest change: a shared cache never takes one corpus for another."""
        with self._alone:
            return f"{self._file}.{self._follower.newest(self._connection)}"

    def nearest(self, vector: Floats, k: int, at_least: float = 0.0) -> list[tuple[float, Tier]]:
        """Exact where `at_least` is 0. Raises InvalidInput where the vector has not the length of the stored."""
        with self._alone, self._follower.view(self._connection, _EVERYTHING) as view:
            snapshot, audiences, permitted = view.vectors.get(self._fingerprint), view.audiences, view.permitted
        if snapshot is None:
            return []
        if vector.shape != (snapshot.vectors.shape[1],):
            raise InvalidInput(f"A vector of {self._fingerprint} has another length than {vector.size}.")
        around = snapshot.around(vector, permitted, k, at_least)
        return [(score, audiences[audience][0]) for audience, score in around]

    def close(self) -> None:
        with self._alone:
            self._connection.close()
