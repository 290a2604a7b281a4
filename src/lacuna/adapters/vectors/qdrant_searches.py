"""Searches of the Qdrant store that see each document whole, in one version, with the rights of now.

Qdrant filters by the rights in the points while it searches. What it finds is then held against the heads of the
documents, read after the search: another version than the head's, or rights that the head does not grant, do not count.
All points of a version are there before its head says so, and the head says when; so a search that began after that
moment saw all of them, and one that did not is done again.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qdrant_client import models

from lacuna.adapters.vectors.qdrant_points import DOCUMENT, Head, chunk_of, head_id
from lacuna.adapters.vectors.qdrant_server import QdrantServer
from lacuna.domain.errors import StorageError
from lacuna.domain.retrieval import Scored

_MORE: Final = 32
"""Points asked for beyond the limit: for equals, and for what does not count."""
_ATTEMPTS: Final = 40


@dataclass(frozen=True, slots=True)
class Live:
    """A point that counts, with its document's head."""

    payload: Mapping[str, Any]
    point: str
    score: float
    head: Head


def heads(server: QdrantServer, document_ids: Iterable[str]) -> dict[str, tuple[Head, int]]:
    """The documents that exist among these, each with the moment of its version in nanoseconds."""
    found = server.get("documents", [head_id(name) for name in sorted(set(document_ids))])
    payloads = [record.payload or {} for record in found.values()]
    return {payload[DOCUMENT]: (Head.of(payload), payload["at"]) for payload in payloads}


def live(
    server: QdrantServer, search: Callable[[int], Sequence[models.ScoredPoint]], permits: Callable[[Head], bool],
    limit: int,
) -> list[Live]:  # fmt: skip
    """The best `limit` points that count, of what `search` finds when it is asked for so many. Raises StorageError
    where the documents that it finds change faster than they can be read."""
    asked = limit + _MORE
    for attempt in range(_ATTEMPTS):
        _pause(attempt)
        began = time.time_ns()
        points = search(asked)
        known = heads(server, ((point.payload or {})[DOCUMENT] for point in points))
        if any(at >= began for _, at in known.values()):
            continue
        counting = [each for each in _counting(points, known) if permits(each.head)]
        if len(counting) >= limit or len(points) < asked:
            return counting
        asked *= 2
    raise _restless(server)


def scored(server: QdrantServer, search: Callable[[], Sequence[Live]], limit: int) -> list[Scored]:
    """What `search` finds, with its passages, best first, equals by chunk. Raises StorageError.

    A passage that is gone when it is read was replaced or deleted since the search, which is then done again: left out,
    it would show a part of its document."""
    for attempt in range(_ATTEMPTS):
        _pause(attempt)
        found = search()
        passages = server.get("words", [each.point for each in found])
        if all(each.point in passages for each in found):
            chunks = [Scored(chunk_of(passages[each.point].payload or {}, each.head), each.score) for each in found]
            return sorted(chunks, key=lambda one: (-one.score, one.chunk.chunk_id))[:limit]
    raise _restless(server)


def _pause(attempt: int) -> None:
    """Lets a writer finish, once a search has met it a few times."""
    if attempt > 3:
        time.sleep(min(0.05, 0.002 * attempt))


def _restless(server: QdrantServer) -> StorageError:
    return StorageError(f"The passages in {server.where} changed faster than a search could read them. Try again.")


def _counting(points: Sequence[models.ScoredPoint], known: Mapping[str, tuple[Head, int]]) -> Iterable[Live]:
    for point in points:
        payload = point.payload or {}
        head, _ = known.get(payload[DOCUMENT], (None, 0))
        if head is not None and head.version == payload["version"]:
            yield Live(payload, str(point.id), point.score, head)
