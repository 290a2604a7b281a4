"""What the Qdrant store keeps, and how rights become a filter that Qdrant applies while it searches.

Three kinds of points. A *head* for each document names its version and rights: writing it is one point, so it is the
moment at which a new version, a change of rights or a deletion happens. *Words* hold the passages with their terms as a
sparse vector; *dense* points hold their vectors. Both carry version and rights for the filter; whether they count is
said by the head alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from qdrant_client import models

from lacuna.domain.identity import Reach
from lacuna.domain.retrieval import Chunk
from lacuna.domain.tiers import Tier

_SPACE: Final = UUID("6c616375-6e61-4371-8472-616e74000000")
STATE: Final = str(uuid5(_SPACE, "state"))
"""The point that says which change was the newest."""
DOCUMENT: Final = "document_id"
INDEXES: Final[Mapping[str, Mapping[str, models.PayloadSchemaType]]] = {
    "documents": {
        DOCUMENT: models.PayloadSchemaType.KEYWORD,
        "analysis": models.PayloadSchemaType.KEYWORD,
    },
    "words": {
        DOCUMENT: models.PayloadSchemaType.KEYWORD,
        "chunk_id": models.PayloadSchemaType.KEYWORD,
        "tier": models.PayloadSchemaType.INTEGER,
        "groups": models.PayloadSchemaType.KEYWORD,
    },
    "dense": {
        DOCUMENT: models.PayloadSchemaType.KEYWORD,
        "fingerprint": models.PayloadSchemaType.KEYWORD,
        "tier": models.PayloadSchemaType.INTEGER,
        "groups": models.PayloadSchemaType.KEYWORD,
    },
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a document is now."""

    version: str
    tier: Tier
    groups: frozenset[str]
    fingerprint: str
    dimension: int
    passages: int

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Head":
        """From the payload of its point."""
        return cls(
            payload["version"],
            Tier(payload["tier"]),
            frozenset(payload["groups"]),
            payload["fingerprint"],
            payload["dimension"],
            len(payload["chunk_ids"]),
        )


def head_id(document_id: str) -> str:
    """The point of a document's head."""
    return str(uuid5(_SPACE, f"document {document_id}"))


def passage_id(version: str, number: int) -> str:
    """The point of a version's passage. In the order of these ids passages are in no order of anything else."""
    return str(uuid5(_SPACE, f"passage {version} {number}"))


def rights(tier: Tier, groups: Iterable[str]) -> dict[str, Any]:
    """The part of a payload that the filter looks at."""
    return {"tier": int(tier), "groups": sorted(groups)}


def within(reach: Reach, *more: models.Condition) -> models.Filter:
    """What `reach` permits, and all of `more`."""
    public = models.FieldCondition(key="tier", match=models.MatchValue(value=int(Tier.PUBLIC)))
    ways: list[models.Condition] = [public]
    cleared = models.FieldCondition(key="tier", range=models.Range(lte=int(reach.clearance)))
    named = [group for group in sorted(reach.groups) if storable(group)]
    if reach.all_groups:
        ways.append(cleared)
    elif named:
        shares = models.FieldCondition(key="groups", match=models.MatchAny(any=named))
        ways.append(models.Filter(must=[cleared, shares]))
    return models.Filter(must=[models.Filter(should=ways), *more])


def one_of(key: str, values: Iterable[str]) -> models.FieldCondition:
    """A field has one of these values; of none, nothing has."""
    return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))


def passage(chunk: Chunk, version: str, number: int, at: int) -> dict[str, Any]:
    """The payload of a passage."""
    return {
        DOCUMENT: chunk.document_id,
        "version": version,
        "number": number,
        "at": at,
        "chunk_id": chunk.chunk_id,
        "ordinal": chunk.ordinal,
        "title": chunk.title,
        "heading": chunk.heading,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "own_tier": int(chunk.own_tier),
        "page": chunk.page,
        "source": chunk.source,
        **rights(chunk.tier, chunk.groups),
    }


def chunk_of(payload: Mapping[str, Any], head: Head) -> Chunk:
    """The passage, with the rights that its document has now."""
    return Chunk(
        chunk_id=payload["chunk_id"],
        document_id=payload[DOCUMENT],
        ordinal=payload["ordinal"],
        title=payload["title"],
        text=payload["text"],
        start=payload["start"],
        end=payload["end"],
        tier=head.tier,
        own_tier=Tier(payload["own_tier"]),
        groups=head.groups,
        heading=payload["heading"],
        page=payload["page"],
        source=payload["source"],
    )


def storable(*texts: str) -> bool:
    """JSON in UTF-8 has no halves of characters."""
    try:
        json.dumps(texts, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
