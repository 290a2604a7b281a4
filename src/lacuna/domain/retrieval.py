"""Documents, chunks and hits, and how dense and lexical scores are fused."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from lacuna.domain.tiers import Tier

_WEIGHT_OF_PROSE: Final = 0.5
_WEIGHT_OF_CODES: Final = 0.3
_WEIGHT_OF_UNKNOWN: Final = 0.1
_PIECES_PER_KNOWN_WORD: Final = 1.6
_PIECES_PER_CODE: Final = 2.5
_CHARACTERS_PER_PIECE: Final = 9
OF_A_DOCUMENT: Final = 3
"""Passages of a document that speak for it."""
_SHARE_OF_DOCUMENT: Final = 0.3
_EACH_FURTHER: Final = 0.9
"""What a further passage has to score, as a share of the best, to leave it what it is."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of one document besides its passages. `tier` is the join of its chunks' tiers, of what only its
    hidden parts showed, and of what the uploader said; `found_tier` is the part of it that no person can lower by
    PATCH. `content_hmac` recognises unchanged content."""

    document_id: str
    title: str
    source: str
    tier: Tier
    found_tier: Tier
    groups: frozenset[str]
    tags: tuple[str, ...]
    chunks: int
    text_length: int
    content_hmac: str
    media_type: str
    ruleset: str
    owner: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage. `start` and `end` are code points in the document's retrieval text; `tier` is the document's, which
    decides who may read it; `own_tier` is what this passage alone showed. `heading` and `page` locate it for a
    citation."""

    chunk_id: str
    document_id: str
    ordinal: int
    title: str
    text: str
    start: int
    end: int
    tier: Tier
    own_tier: Tier
    groups: frozenset[str]
    heading: str = ""
    page: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk with the raw score of one retriever: higher is better, no fixed scale."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with its fused score in [0, 1]."""

    chunk: Chunk
    score: float


@dataclass(frozen=True, slots=True)
class WebResult:
    """One result of a web search, as the engine gave it; `text` is what its page says, where that was read. Data, never
    instructions."""

    title: str
    url: str
    snippet: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a numbered reference in an answer points at. `source` is "local" or "web"; `suspicious` are signs that the
    passage speaks to the language model (`domain.injection.Sign`)."""

    n: int
    source: str
    title: str
    url: str
    tier: Tier
    score: float
    snippet: str
    document_id: str = ""
    chunk_id: str = ""
    page: int | None = None
    heading: str = ""
    suspicious: tuple[str, ...] = ()


def passages_state(tier: Tier, groups: Iterable[str], chunk_ids: Iterable[str]) -> str:
    """A digest of which passages a document has and who may read them: two stores hold the same version of it where
    theirs agree, since a chunk's id names its version."""
    said = [int(tier), sorted(groups), sorted(chunk_ids)]
    return sha256(json.dumps(said).encode()).hexdigest()[:32]


def dense_weight(words: int, pieces: int, characters: int) -> float:
    """How much meaning counts against words for a question of `words` words that the embedder's tokenizer breaks into
    `pieces`. Names, numbers and codes fall into many pieces: the model hardly knows them, an index of words does. A
    language it was not trained on falls into single letters, or becomes a few pieces that stand for nothing."""
    if pieces > _PIECES_PER_CODE * words or characters > _CHARACTERS_PER_PIECE * pieces:
        return _WEIGHT_OF_UNKNOWN
    return _WEIGHT_OF_CODES if pieces > _PIECES_PER_KNOWN_WORD * words else _WEIGHT_OF_PROSE


def by_documents(found: Sequence[Scored], passages: Mapping[str, int]) -> list[Scored]:
    """Lexical scores, weighed by what else their documents say: one that mentions a word in passing scores less than
    one that goes on about it. `found` is best first, `passages` says how many passages each document has; beyond
    OF_A_DOCUMENT they make no difference, so that a long document is no worse than a short one.

    Measured nearly as good as a second index, of whole documents (docs/adr/0034-lexical-search.md). Passages of one
    document keep their proportions, those of a document with one passage their scores.
    """
    best: defaultdict[str, list[float]] = defaultdict(list)
    for scored in found:
        if len(best[scored.chunk.document_id]) < OF_A_DOCUMENT:
            best[scored.chunk.document_id].append(scored.score)
    factors = {name: _factor(scores, passages[name]) for name, scores in best.items()}
    weighed = [Scored(one.chunk, one.score * factors[one.chunk.document_id]) for one in found]
    return sorted(weighed, key=lambda scored: -scored.score)


def _factor(best: Sequence[float], passages: int) -> float:
    further = min(passages, OF_A_DOCUMENT) - 1
    if further < 1:
        return 1.0
    return 1.0 - _SHARE_OF_DOCUMENT + _SHARE_OF_DOCUMENT * sum(best) / (best[0] * (1.0 + _EACH_FURTHER * further))


def fuse(dense: Sequence[Scored], lexical: Sequence[Scored], top_k: int, dense_weight: float) -> list[Hit]:
    """The convex sum of the two scores, each as a share of its list's best; best first, ties by chunk id.

    Measured better than reciprocal rank fusion with the same inputs (docs/adr/0006-score-fusion.md). A chunk that one
    retriever did not return gets 0 from it. With one list empty the other decides alone.
    """
    if not dense or not lexical:
        dense_weight = 1.0 if dense else 0.0
    chunks: dict[str, Chunk] = {}
    totals: dict[str, float] = {}
    for scored, weight in ((_shares(dense), dense_weight), (_shares(lexical), 1.0 - dense_weight)):
        for chunk, share in scored:
            chunks[chunk.chunk_id] = chunk
            totals[chunk.chunk_id] = totals.get(chunk.chunk_id, 0.0) + weight * share
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:top_k]
    return [Hit(chunks[chunk_id], min(total, 1.0)) for chunk_id, total in ranked]


def reordered(hits: Sequence[Hit], scores: Sequence[float]) -> tuple[Hit, ...]:
    """The hits by other scores, one for each, best first and equals as they were; scaled so that the worst has 0 and
    the best 1."""
    if not hits:
        return ()
    low = min(scores)
    span = max(scores) - low
    scaled = [Hit(hit.chunk, (s - low) / span if span > 0 else 1.0) for hit, s in zip(hits, scores, strict=True)]
    return tuple(sorted(scaled, key=lambda hit: -hit.score))


def _shares(scored: Sequence[Scored]) -> list[tuple[Chunk, float]]:
    """Scores in [0, 1]: 1 is the list's best, 0 is a score of zero, or the worst where that is below zero."""
    if not scored:
        return []
    low = min(0.0, *(s.score for s in scored))
    span = max(s.score for s in scored) - low
    return [(s.chunk, (s.score - low) / span if span > 0 else 1.0) for s in scored]
