"""Mark the passages that speak to the language model instead of to their reader.

A mark changes nothing but what is known: the model is told, whoever asked sees it in the citation, links of the passage
do not come through into the answer, and the ledger and metrics count the kinds of signs.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lacuna.domain.injection import signs_in
from lacuna.ports.llm import Passage
from lacuna.ports.telemetry import Telemetry
from lacuna.usecases.asked import Evidence

_AT_ONCE: Final = 10_000
"""Characters that are looked at without giving way to other requests: about a millisecond."""


async def marked(evidence: Evidence, telemetry: Telemetry) -> Evidence:
    """The same evidence with `Citation.suspicious` filled in."""
    passages = evidence.passages
    if sum(len(passage.text) for passage in passages) > _AT_ONCE:
        found = await asyncio.to_thread(_marked, passages)
    else:
        found = _marked(passages)
    for sign, count in suspicions(found).items():
        telemetry.marked("passage", sign, count)
    return replace(evidence, passages=found)


def suspicions(passages: Sequence[Passage]) -> Counter[str]:
    """How many passages show each sign."""
    return Counter(sign for passage in passages for sign in passage.citation.suspicious)


def _marked(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(_with_signs(passage) for passage in passages)


def _with_signs(passage: Passage) -> Passage:
    citation = passage.citation
    signs = signs_in("\n\n".join((citation.title, citation.heading, passage.text)))
    return replace(passage, citation=replace(citation, suspicious=tuple(map(str, signs)))) if signs else passage
