"""Changes of the Qdrant store. The head of a document is one point, so writing it is the moment of every change.

Before that moment nothing counts that was written, and after it nothing that was there before; what does not count is
deleted afterwards, and where a writer was killed in between, by the next change of the same document or by age.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from qdrant_client import models

from lacuna.adapters.vectors.analysis import ANALYSIS, passage_terms
from lacuna.adapters.vectors.checks import checked_dimension, no_unicode, stored_already
from lacuna.adapters.vectors.qdrant_points import (
    DOCUMENT,
    STATE,
    head_id,
    one_of,
    passage,
    passage_id,
    rights,
    storable,
)
from lacuna.adapters.vectors.qdrant_searches import heads
from lacuna.adapters.vectors.qdrant_server import QdrantServer
from lacuna.domain.errors import InvalidInput, StorageMissing
from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier
from lacuna.ports.vectors import IndexedChunk

_ABANDONED_NS: Final = 600 * 10**9
"""Age of points that no writer is still at work on."""


def replace(server: QdrantServer, document_id: str, fingerprint: str, chunks: Sequence[IndexedChunk]) -> None:
    """Raises InvalidInput where a chunk or vector does not belong; then nothing has changed."""
    dimension = checked_dimension(document_id, fingerprint, chunks)
    if len({(item.chunk.tier, item.chunk.groups) for item in chunks}) > 1:
        raise InvalidInput(f"The passages of document {document_id} differ in who may read them.")
    if not chunks:
        remove(server, document_id)
        return
    _require_fit(server, document_id, [item.chunk for item in chunks])
    before = heads(server, [document_id]).get(document_id)
    version, at = uuid4().hex, time.time_ns()
    ids = [passage_id(version, number) for number in range(len(chunks))]
    server.put("words", [_words(ids[n], item.chunk, version, n, at) for n, item in enumerate(chunks)])
    if dimension:
        kind = server.dense(dimension)
        server.put(kind, [
            _dense(ids[n], item, version, fingerprint, at) for n, item in enumerate(chunks) if item.vector is not None
        ])  # fmt: skip
    first = chunks[0].chunk
    _commit(server, document_id, {
        DOCUMENT: document_id,
        "version": version,
        "fingerprint": fingerprint,
        "dimension": dimension,
        "chunk_ids": [item.chunk.chunk_id for item in chunks],
        "analysis": ANALYSIS,
        **rights(first.tier, first.groups),
    })  # fmt: skip
    old = [one_of("version", [] if before is None else [before[0].version])]
    abandoned = models.FieldCondition(key="at", range=models.Range(lt=at - _ABANDONED_NS))
    mine = one_of("version", [version])
    _sweep(server, models.Filter(must=[one_of(DOCUMENT, [document_id])], should=[*old, abandoned], must_not=[mine]))


def remove(server: QdrantServer, document_id: str) -> bool:
    """Whether there was such a document."""
    if not storable(document_id):
        return False
    there = bool(heads(server, [document_id]))
    if there:
        server.delete("documents", models.PointIdsList(points=[head_id(document_id)]))
        changed(server)
    _sweep(server, models.Filter(must=[one_of(DOCUMENT, [document_id])]))
    return there


def retag(server: QdrantServer, document_id: str, tier: Tier, groups: frozenset[str]) -> None:
    """Does nothing for a document without chunks."""
    if not storable(document_id) or not storable(*groups):
        raise no_unicode(document_id)
    record = server.get("documents", [head_id(document_id)]).get(head_id(document_id))
    if record is None:
        return
    # The head first: from now on the new rights hold, whatever the points still say.
    _commit(server, document_id, {**(record.payload or {}), **rights(tier, groups)})
    which = models.Filter(must=[one_of(DOCUMENT, [document_id])])
    for kind in server.kinds():
        if kind != "documents":
            server.set(kind, rights(tier, groups), which)
    changed(server)


def analyse(server: QdrantServer) -> None:
    """Gives the passages of every document that was analysed in another form their words anew, document by document;
    what is interrupted goes on at the next start. Searches meanwhile find by words what is done already."""
    others = models.Filter(must_not=[one_of("analysis", [ANALYSIS]), models.HasIdCondition(has_id=[STATE])])
    stale = server.scroll("documents", others, fields=[DOCUMENT, "version"])
    for payload in (record.payload or {} for record in stale):
        version = models.Filter(must=[one_of(DOCUMENT, [payload[DOCUMENT]]), one_of("version", [payload["version"]])])
        passages = server.scroll("words", version, fields=["title", "heading", "text"])
        sparse = [(record.id, _sparse(**(record.payload or {}))) for record in passages]
        vectors = [models.PointVectors(id=point, vector={"words": words}) for point, words in sparse if words.indices]
        with suppress(StorageMissing):  # replaced meanwhile: then the head, too, is another version's
            server.weigh("words", vectors)
        server.set("documents", {"analysis": ANALYSIS}, version)
    if stale:
        changed(server)


def changed(server: QdrantServer) -> None:
    """Gives the state of the store a new name."""
    server.put("documents", [models.PointStruct(id=STATE, vector={}, payload={"change": uuid4().hex})])


def _commit(server: QdrantServer, document_id: str, payload: dict[str, Any]) -> None:
    moment = {"at": time.time_ns()}
    server.put("documents", [models.PointStruct(id=head_id(document_id), vector={}, payload={**payload, **moment})])
    changed(server)


def _sweep(server: QdrantServer, which: models.Filter) -> None:
    for kind in server.kinds():
        if kind != "documents":
            server.delete(kind, which)


def _require_fit(server: QdrantServer, document_id: str, chunks: Sequence[Chunk]) -> None:
    ids = [chunk.chunk_id for chunk in chunks]
    if len(set(ids)) < len(ids):
        raise stored_already(next(each for each in ids if ids.count(each) > 1))
    texts = [text for c in chunks for text in (c.chunk_id, c.title, c.heading, c.text, c.source, *c.groups)]
    if not storable(document_id, *texts):
        raise no_unicode(document_id)
    elsewhere = models.Filter(must=[one_of("chunk_id", ids)], must_not=[one_of(DOCUMENT, [document_id])])
    taken = server.scroll("words", elsewhere, 100)
    known = heads(server, [(record.payload or {})[DOCUMENT] for record in taken])
    for record in taken:
        payload = record.payload or {}
        if payload[DOCUMENT] in known and known[payload[DOCUMENT]][0].version == payload["version"]:
            raise stored_already(payload["chunk_id"])


def _words(point: str, chunk: Chunk, version: str, number: int, at: int) -> models.PointStruct:
    sparse = _sparse(chunk.title, chunk.heading, chunk.text)
    vector = {"words": sparse} if sparse.indices else {}
    return models.PointStruct(id=point, vector=vector, payload=passage(chunk, version, number, at))


def _sparse(title: str, heading: str, text: str) -> models.SparseVector:
    terms = passage_terms(title, heading, text)
    return models.SparseVector(indices=terms.keys.tolist(), values=terms.weights.tolist())


def _dense(point: str, item: IndexedChunk, version: str, fingerprint: str, at: int) -> models.PointStruct:
    chunk, vector = item.chunk, item.vector
    payload = {DOCUMENT: chunk.document_id, "version": version, "fingerprint": fingerprint, "at": at}
    floats = [] if vector is None else vector.tolist()
    return models.PointStruct(
        id=point, vector={"dense": floats}, payload={**payload, **rights(chunk.tier, chunk.groups)}
    )
