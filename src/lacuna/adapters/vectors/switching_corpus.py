"""The corpus of the store in force: implements `lacuna.ports.vectors.CorpusLookup` over `switching`."""

from collections.abc import Mapping
from threading import Lock

import numpy as np
import numpy.typing as npt

from lacuna.adapters.vectors.places import Place, PlaceFile
from lacuna.domain.errors import StorageLocked
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import CorpusLookup, VectorStore


class SwitchingCorpus:
    """`stores` are those that are open; where the one in force is not, a look fails, for a moment. Safe under
    threads."""

    def __init__(self, file: PlaceFile, stores: Mapping[Place, VectorStore], fingerprint: str) -> None:
        self._file = file
        self._stores = stores
        self._fingerprint = fingerprint
        self._lock = Lock()
        self._lookups: dict[Place, tuple[VectorStore, CorpusLookup]] = {}

    @property
    def version(self) -> str:
        place, lookup = self._now()
        return f"{place}.{lookup.version}"

    def nearest(self, vector: npt.NDArray[np.float32], k: int, at_least: float = 0.0) -> list[tuple[float, Tier]]:
        _, lookup = self._now()
        return list(lookup.nearest(vector, k, at_least))

    def _now(self) -> tuple[Place, CorpusLookup]:
        place = self._file.read().active
        store = self._stores.get(place)
        if store is None:
            raise StorageLocked(f"The vector store {place} is being opened.", cure="Try again in a moment.")
        with self._lock:
            known = self._lookups.get(place)
            if known is None or known[0] is not store:
                known = (store, store.corpus(self._fingerprint))
                self._lookups = {place: known}
            return place, known[1]
