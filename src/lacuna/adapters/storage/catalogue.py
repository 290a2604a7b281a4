"""The catalogue of documents in SQL: `lacuna.ports.storage.Catalogue`. Changes share the ledger's group commits."""

import json
from collections.abc import Sequence
from functools import lru_cache

from lacuna.adapters.storage import rows
from lacuna.adapters.storage.committer import Transaction
from lacuna.adapters.storage.connection import Connection
from lacuna.adapters.storage.faults import unreadable
from lacuna.adapters.storage.group_commit import GroupCommit
from lacuna.adapters.storage.readers import Readers
from lacuna.domain.retrieval import Document
from lacuna.domain.tiers import Tier

_COLUMNS = (
    "document_id, ready, title, source, tier, found_tier, groups, tags, chunks, text_length, content_hmac, media_type, "
    "ruleset, owner, updated_at"
)
_PUT = (
    f"INSERT INTO documents ({_COLUMNS}) VALUES ({rows.placeholders(15)}) "  # noqa: S608  # constants only
    f"ON CONFLICT (document_id) DO UPDATE SET {rows.excluded(_COLUMNS)}"
)
_GET = f"SELECT {_COLUMNS} FROM documents WHERE ready AND document_id = ?"  # noqa: S608  # constants only
_PAGE = f"SELECT {_COLUMNS} FROM documents WHERE ready AND document_id > ? ORDER BY document_id LIMIT ?"  # noqa: S608
_MANY = f"SELECT {_COLUMNS} FROM documents WHERE ready AND document_id IN ({{}})"  # noqa: S608
_LOOKUP = 500
_TIERS = {int(tier): tier for tier in Tier}
_ROW_BYTES = 400


class SqlCatalogue:
    """A `Catalogue`."""

    def __init__(self, writes: GroupCommit[Transaction], readers: Readers) -> None:
        self._writes = writes
        self._readers = readers

    async def put(self, document: Document, *, ready: bool) -> None:
        values = _row(document, ready)
        weight = _ROW_BYTES + len(document.title) + len(document.source)
        await self._writes.submit(lambda transaction: transaction.connection.execute(_PUT, values), weight)

    async def get(self, document_id: str) -> Document | None:
        found = await self._readers.run(lambda connection: connection.execute(_GET, (document_id,)).fetchone())
        return None if found is None else _document(found)

    async def page(self, after: str, limit: int) -> list[Document]:
        found = await self._readers.run(lambda connection: connection.execute(_PAGE, (after, limit)).fetchall())
        return [_document(row) for row in found]

    async def many(self, document_ids: Sequence[str]) -> dict[str, Document]:
        wanted = list(dict.fromkeys(document_ids))

        def query(connection: Connection) -> list[tuple[object, ...]]:
            found: list[tuple[object, ...]] = []
            for start in range(0, len(wanted), _LOOKUP):
                part = wanted[start : start + _LOOKUP]
                found.extend(connection.execute(_MANY.format(rows.placeholders(len(part))), part))
            return found

        documents = [_document(row) for row in await self._readers.run(query)]
        return {document.document_id: document for document in documents}

    async def document_ids(self) -> frozenset[str]:
        statement = "SELECT document_id FROM documents WHERE ready"
        found = await self._readers.run(lambda connection: connection.execute(statement).fetchall())
        return frozenset(row[0] for row in found)

    async def unready(self) -> list[str]:
        statement = "SELECT document_id FROM documents WHERE NOT ready ORDER BY document_id"
        return [row[0] for row in await self._readers.run(lambda connection: connection.execute(statement).fetchall())]

    async def remove(self, document_id: str) -> None:
        statement = "DELETE FROM documents WHERE document_id = ?"
        await self._writes.submit(
            lambda transaction: transaction.connection.execute(statement, (document_id,)), _ROW_BYTES
        )


def _row(document: Document, ready: bool) -> tuple[object, ...]:
    return (
        document.document_id,
        ready,
        document.title,
        document.source,
        int(document.tier),
        int(document.found_tier),
        json.dumps(sorted(document.groups)),
        json.dumps(document.tags),
        document.chunks,
        document.text_length,
        document.content_hmac,
        document.media_type,
        document.ruleset,
        document.owner,
        document.updated_at,
    )


def _document(row: Sequence[object]) -> Document:
    identity, _, title, source, tier, found_tier, groups, tags, chunks, length, content, media, ruleset, owner, at = row
    return Document(
        document_id=str(identity),
        title=str(title),
        source=str(source),
        tier=_tier(tier),
        found_tier=_tier(found_tier),
        groups=_groups(str(groups)),
        tags=tuple(json.loads(str(tags))),
        chunks=_integer(chunks),
        text_length=_integer(length),
        content_hmac=str(content),
        media_type=str(media),
        ruleset=str(ruleset),
        owner=str(owner),
        updated_at=_integer(at),
    )


def _tier(value: object) -> Tier:
    return _TIERS[_integer(value)]


@lru_cache(maxsize=1_024)
def _groups(stored: str) -> frozenset[str]:
    """Documents by the thousand have the same few: a start reads them all."""
    return frozenset(json.loads(stored))


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise unreadable("documents")
    return value
