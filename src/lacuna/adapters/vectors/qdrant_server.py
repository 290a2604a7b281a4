"""Qdrant as the store uses it: its collections, calls that wait until they are done everywhere, and its faults.

Guarantees that a write returns when as many replicas have it as make a later read see it, and that no foreign error,
and nothing of what Qdrant says about values, gets through.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Any, Final

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from lacuna.adapters.vectors.qdrant_points import INDEXES
from lacuna.domain.errors import StorageError, StorageFull, StorageMissing

_PAGE: Final = 512
_UPSERTED: Final = 128
_STRONG: Final = models.WriteOrdering.STRONG
_REACH_CURE: Final = "See that Qdrant runs there and may be reached from here (vectors.qdrant_url)."


class QdrantServer:
    """The collections whose names begin with `name`. `replicas` of each shard are kept; writes and reads ask more than
    half of them. Blocking, and safe under threads as far as the client is."""

    def __init__(self, client: QdrantClient, name: str, replicas: int, where: str) -> None:
        self._client = client
        self._name = name
        self._replicas = replicas
        self.where = where
        self._known: set[str] = set()
        self._lock = Lock()
        self._consistency: Any = models.ReadConsistencyType.MAJORITY if replicas > 1 else None

    def create(self) -> None:
        """Makes the collections that every store has."""
        with self.translated():
            self._require("documents", {}, {})
            self._require("words", {}, {"words": models.SparseVectorParams()})

    def dense(self, dimension: int) -> str:
        """The collection for vectors of one length, made where it is missing."""
        kind = f"dense_{dimension}"
        with self.translated():
            # Unit vectors: the dot product is the cosine, and they stay as they are.
            self._require(kind, {"dense": models.VectorParams(size=dimension, distance=models.Distance.DOT)}, {})
        return kind

    def has(self, kind: str) -> bool:
        """Whether there is such a collection."""
        with self.translated():
            if kind not in self._known and self._client.collection_exists(self._full(kind)):
                self._known.add(kind)
            return kind in self._known

    def kinds(self) -> list[str]:
        """Every collection of this store."""
        with self.translated():
            names = [each.name for each in self._client.get_collections().collections]
        return [name.removeprefix(f"{self._name}.") for name in names if name.startswith(f"{self._name}.")]

    def drop(self) -> None:
        """Deletes every collection of this store."""
        for kind in self.kinds():
            with self.translated():
                self._client.delete_collection(self._full(kind))
        self._known.clear()

    def put(self, kind: str, points: Sequence[models.PointStruct]) -> None:
        """Stores or replaces points."""
        for start in range(0, len(points), _UPSERTED):
            with self.translated():
                self._client.upsert(
                    self._full(kind), list(points[start : start + _UPSERTED]), wait=True, ordering=_STRONG
                )

    def weigh(self, kind: str, vectors: Sequence[models.PointVectors]) -> None:
        """Gives points that exist other vectors. Raises StorageMissing where one does not."""
        for start in range(0, len(vectors), _UPSERTED):
            some = vectors[start : start + _UPSERTED]
            with self.translated():
                self._client.update_vectors(self._full(kind), some, wait=True, ordering=_STRONG)

    def set(self, kind: str, payload: dict[str, Any], which: models.Filter) -> None:
        """Changes these fields of the points that `which` selects."""
        with self.translated():
            self._client.set_payload(self._full(kind), payload, which, wait=True, ordering=_STRONG)

    def delete(self, kind: str, which: models.Filter | models.PointIdsList) -> None:
        """Deletes points."""
        selector = models.FilterSelector(filter=which) if isinstance(which, models.Filter) else which
        with self.translated():
            self._client.delete(self._full(kind), selector, wait=True, ordering=_STRONG)

    def get(self, kind: str, ids: Sequence[str], *, vectors: bool = False) -> dict[str, models.Record]:
        """The points that exist among these."""
        found: dict[str, models.Record] = {}
        for start in range(0, len(ids), _PAGE):
            with self.translated():
                some = self._client.retrieve(
                    self._full(kind),
                    list(ids[start : start + _PAGE]),
                    with_payload=True,
                    with_vectors=vectors,
                    consistency=self._consistency,
                )
            found |= {str(record.id): record for record in some}
        return found

    def scroll(
        self, kind: str, which: models.Filter | None, limit: int | None = None, *, vectors: bool = False,
        fields: Sequence[str] | None = None,
    ) -> list[models.Record]:  # fmt: skip
        """The points that `which` selects, by id, at most `limit`."""

        def pages() -> Iterator[models.Record]:
            offset: Any = None
            while True:
                with self.translated():
                    records, offset = self._client.scroll(
                        self._full(kind),
                        which,
                        limit=_PAGE if limit is None else min(_PAGE, limit),
                        offset=offset,
                        with_payload=True if fields is None else list(fields),
                        with_vectors=vectors,
                        consistency=self._consistency,
                    )
                yield from records
                if offset is None:
                    return

        return list(islice(pages(), limit))

    def count(self, kind: str, which: models.Filter) -> int:
        """How many points `which` selects."""
        with self.translated():
            return self._client.count(self._full(kind), which, exact=True).count

    def nearest(
        self, kind: str, using: str, query: list[float] | models.SparseVector, which: models.Filter, limit: int
    ) -> list[models.ScoredPoint]:
        """The best of the points that `which` selects, filtered by Qdrant while it searches."""
        with self.translated():
            return self._client.query_points(
                self._full(kind),
                query=query,
                using=using,
                query_filter=which,
                limit=limit,
                with_payload=True,
                consistency=self._consistency,
            ).points

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns the client's errors into StorageErrors."""
        try:
            yield
        except UnexpectedResponse as fault:
            raise _refusal(fault.status_code or 0, self.where) from None
        except ResponseHandlingException:
            raise StorageError(
                f"{self.where} cannot be reached, or did not answer in time. What was being written may have been "
                "stored or not.",
                cure=_REACH_CURE,
                code="storage_unreachable",
            ) from None

    def _full(self, kind: str) -> str:
        return f"{self._name}.{kind}"

    def _require(
        self, kind: str, vectors: dict[str, models.VectorParams], sparse: dict[str, models.SparseVectorParams]
    ) -> None:
        with self._lock:
            if kind in self._known:
                return
            full = self._full(kind)
            if not self._client.collection_exists(full):
                try:
                    self._client.create_collection(
                        full,
                        vectors_config=vectors,
                        sparse_vectors_config=sparse or None,
                        replication_factor=self._replicas,
                        write_consistency_factor=self._replicas // 2 + 1,
                    )
                except UnexpectedResponse as fault:
                    if fault.status_code != 409:  # another process was faster
                        raise
            for field, kept_as in INDEXES[kind.partition("_")[0]].items():
                self._client.create_payload_index(full, field, field_schema=kept_as, wait=True)
            self._known.add(kind)


def _refusal(status: int, where: str) -> StorageError:
    match status:
        case 401 | 403:
            return StorageError(
                f"{where} refuses the API key.", cure="Check vectors.qdrant_api_key.", code="storage_refused"
            )
        case 404:
            return StorageMissing(
                f"{where} lacks a collection that it had.", cure="Restore it, or run `lacuna reindex` or ingest again."
            )
        case 507 | 413:
            return StorageFull(f"{where} has no room left.", cure="Free space on its volume, then try again.")
        case 429 | 500 | 502 | 503 | 504:
            return StorageError(f"{where} answers with HTTP {status}.", cure=_REACH_CURE, code="storage_unreachable")
    return StorageError(f"{where} answers with HTTP {status}.", cure="Qdrant's own log says more about this moment.")
