"""The text beside a passage, for a model that reads it.

A passage is cut where it fits the embedder; what it refers to often stands just before it, and what it says just after.
The rights are those of the document, which are asked for again. Nothing here is cited: citations stay the passages that
were found.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk, Document, Hit
from lacuna.ports.secrets import KeyRing
from lacuna.ports.storage import Catalogue
from lacuna.ports.vectors import VectorStore

_CHARACTERS_PER_TOKEN: Final = 4


def passage_id(keys: KeyRing, document_id: str, content_hmac: str, ordinal: int, key_id: str = "") -> str:
    """The id names this version's passage: the lineage of an older answer never points at newer text."""
    return "chk_" + keys.hmac(f"chunk\1{document_id}\1{content_hmac}\1{ordinal}", key_id)[:24]


class Neighbours:
    """`tokens` of text, about, are added to all passages of an answer together."""

    def __init__(self, store: VectorStore, catalogue: Catalogue, keys: KeyRing, tokens: int) -> None:
        self._store = store
        self._catalogue = catalogue
        self._keys = keys
        self._room = tokens * _CHARACTERS_PER_TOKEN

    async def widened(self, hits: Sequence[Hit], reach: Reach) -> Mapping[str, str]:
        """The longer texts by chunk id, of those hits that have any. Raises StorageError."""
        if not self._room or not hits:
            return {}
        documents = await self._catalogue.many(sorted({hit.chunk.document_id for hit in hits}))
        beside = {
            hit.chunk.chunk_id: self._beside(hit.chunk, documents.get(hit.chunk.document_id), reach) for hit in hits
        }
        wanted = sorted({name for pair in beside.values() for name in pair})
        known = {chunk.chunk_id: chunk for chunk in await self._store.chunks(wanted) if _permitted(chunk, reach)}
        texts = {hit.chunk.text for hit in hits}
        room = self._room // (2 * len(hits))
        found = {}
        for hit in hits:
            before, after = (known.get(name) for name in beside[hit.chunk.chunk_id] or ("", ""))
            # What was found itself is read anyway.
            before = None if before is not None and before.text in texts else before
            after = None if after is not None and after.text in texts else after
            found[hit.chunk.chunk_id] = _joined(before, hit.chunk, after, room)
        return found

    def _beside(self, chunk: Chunk, document: Document | None, reach: Reach) -> tuple[str, ...]:
        """The ids of the passages before and after, under the key that named this one."""
        if document is None or not reach.permits(document.tier, document.groups):
            return ()
        version = document.document_id, document.content_hmac
        for key_id in self._keys.hmac_key_ids:
            if passage_id(self._keys, *version, chunk.ordinal, key_id) == chunk.chunk_id:
                around = (chunk.ordinal - 1, chunk.ordinal + 1)
                return tuple(passage_id(self._keys, *version, ordinal, key_id) for ordinal in around)
        return ()


def _permitted(chunk: Chunk, reach: Reach) -> bool:
    return reach.permits(chunk.tier, chunk.groups)


def _joined(before: Chunk | None, chunk: Chunk, after: Chunk | None, room: int) -> str:
    """The text with up to `room` characters on each side, whole words, no overlap twice."""
    left = right = ""
    if before is not None and before.start < chunk.start and _plain(before):
        left = _last(before.text[: chunk.start - before.start].rstrip(), room)
    if after is not None and after.end > chunk.end and _plain(after):
        right = _first(after.text[max(0, chunk.end - after.start) :].lstrip(), room)
    return "\n".join(part for part in (left, chunk.text, right) if part)


def _plain(chunk: Chunk) -> bool:
    """Whether offsets count its text: a row of a table has the header before it."""
    return len(chunk.text) == chunk.end - chunk.start


def _first(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room + 1].rpartition(" ")[0]


def _last(text: str, room: int) -> str:
    return text if len(text) <= room else text[-room - 1 :].partition(" ")[2]
