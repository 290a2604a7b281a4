"""What the organisation's own passages say of a text: SEMANTIC.CORPUS.

A text that is close to INTERNAL or PROPRIETARY passages, and clearly less so to PUBLIC ones, asks about what those
passages hold. Closeness to PUBLIC passages is a bit of evidence, never enough for the conservative strategy. Who may
read a passage plays no part and no passage leaves here: only its score and tier are seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from lacuna.domain.tiers import Tier

NEIGHBOURS: Final = 8
CLOSE: Final = 0.5
"""Cosine from which a question is about a passage; unrelated ones stay below (docs/semantic.md)."""
_CLEARLY: Final = 0.05
_EVIDENCE: Final = 0.6


class CorpusLookup(Protocol):
    """Finds the passages nearest to a vector over the whole corpus, whoever may read them."""

    @property
    def version(self) -> str:
        """Changes whenever `nearest` could answer differently."""
        ...

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> Sequence[tuple[float, Tier]]:
        """Cosine and tier of the `k` nearest passages embedded by the same model, best first. Blocking; MUST be safe
        under threads and raise a LacunaError where it cannot answer."""
        ...


@dataclass(frozen=True, slots=True)
class Closeness:
    """The tier that close passages raise to (PUBLIC: none), how close they are, and the evidence that close PUBLIC
    passages give."""

    tier: Tier
    score: float
    public_evidence: float


NOTHING: Final = Closeness(Tier.PUBLIC, 0.0, 0.0)


def closeness(corpus: CorpusLookup, vector: npt.NDArray[np.float32]) -> Closeness:
    """How the corpus relates to one vector."""
    best = dict.fromkeys(Tier, 0.0)
    for score, tier in corpus.nearest(vector, NEIGHBOURS):
        best[tier] = max(best[tier], float(score))
    public = best[Tier.PUBLIC]
    sensitive = max(best[Tier.INTERNAL], best[Tier.PROPRIETARY])
    if sensitive >= CLOSE and sensitive - public >= _CLEARLY:
        top = best[Tier.PROPRIETARY]
        tier = Tier.PROPRIETARY if top >= CLOSE and top >= best[Tier.INTERNAL] else Tier.INTERNAL
        return Closeness(tier, min(sensitive, 1.0), 0.0)
    if public >= CLOSE and public - sensitive >= _CLEARLY:
        return Closeness(Tier.PUBLIC, min(public, 1.0), _EVIDENCE)
    return NOTHING
