"""Mark the passages that speak to the language model instead of to their reader.

A mark changes nothing but what is known: the model is told, whoever asked sees it in the citation or search result,
links of the passage do not come through into the answer, and the ledger and metrics count the kinds of signs.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from lacuna.domain.injection import signs_in
from lacuna.domain.retrieval import Hit
from lacuna.ports.llm import Passage
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Evidence

_Parts = tuple[str, str, str]
"""Title, heading and text."""
_AT_ONCE: Final = 10_000
"""Characters that are looked at without giving way to other requests: about a millisecond."""


async def marked(evidence: Evidence, telemetry: Telemetry) -> Evidence:
    """The same evidence with `Citation.suspicious` filled in."""
    texts = [(p.citation.title, p.citation.heading, p.text) for p in evidence.passages]
    found = zip(evidence.passages, await _signs(texts, telemetry), strict=True)
    return replace(evidence, passages=tuple(_with_signs(passage, signs) for passage, signs in found))


async def marks(hits: Sequence[Hit], telemetry: Telemetry) -> tuple[tuple[str, ...], ...]:
    """The signs in each of the passages as they are shown."""
    texts = [(hit.chunk.title, hit.chunk.heading, hit.chunk.text) for hit in hits]
    return tuple(await _signs(texts, telemetry))


def suspicions(passages: Sequence[Passage]) -> Counter[str]:
    """How many passages show each sign."""
    return counted(passage.citation.suspicious for passage in passages)


def counted(signs: Iterable[tuple[str, ...]]) -> Counter[str]:
    """How many passages show each sign."""
    return Counter(sign for some in signs for sign in some)


async def _signs(passages: Sequence[_Parts], telemetry: Telemetry) -> list[tuple[str, ...]]:
    if sum(len(part) for parts in passages for part in parts) > _AT_ONCE:
        found = await asyncio.to_thread(_found, passages)
    else:
        found = _found(passages)
    for sign, count in counted(found).items():
        telemetry.marked("passage", sign, count)
    return found


def _found(passages: Sequence[_Parts]) -> list[tuple[str, ...]]:
    return [tuple(map(str, signs_in("\n\n".join(parts)))) for parts in passages]


def _with_signs(passage: Passage, signs: tuple[str, ...]) -> Passage:
    return replace(passage, citation=replace(passage.citation, suspicious=signs)) if signs else passage
