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
from lacuna.domain.retrieval import Scored

_MORE: Final = 32
"""Points asked for beyond the limit: for equals, and for what does not count."""
_ATTEMPTS: Final = 8


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
    """The best `limit` points that count, of what `search` finds when it is asked for so many."""
    asked, counting = limit + _MORE, list[Live]()
    for _ in range(_ATTEMPTS):
        began = time.time_ns()
        points = search(asked)
        known = heads(server, ((point.payload or {})[DOCUMENT] for point in points))
        if any(at >= began for _, at in known.values()):
            continue
        counting = [each for each in _counting(points, known) if permits(each.head)]
        if len(counting) >= limit or len(points) < asked:
            break
        asked *= 2
    return counting


def scored(server: QdrantServer, found: Sequence[Live], limit: int) -> list[Scored]:
    """With their passages, best first, equals by chunk. What was deleted meanwhile is left out."""
    passages = server.get("words", [each.point for each in found])
    chunks = [
        Scored(chunk_of(passages[each.point].payload or {}, each.head), each.score)
        for each in found
        if each.point in passages
    ]
    return sorted(chunks, key=lambda one: (-one.score, one.chunk.chunk_id))[:limit]


def _counting(points: Sequence[models.ScoredPoint], known: Mapping[str, tuple[Head, int]]) -> Iterable[Live]:
    for point in points:
        payload = point.payload or {}
        head, _ = known.get(payload[DOCUMENT], (None, 0))
        if head is not None and head.version == payload["version"]:
            yield Live(payload, str(point.id), point.score, head)
