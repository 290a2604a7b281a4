"""When do shared shingles mean that a text quotes a document?

Close together there must be as much evidence as three shingles that hardly any other document holds, and they must
cover ten words: three shingles within one common phrase of six words are no evidence, and neither are phrases that many
documents have. Measured in docs/fingerprints.md. The work is linear in the matches, but for sorting them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lacuna.domain.fingerprints import SHINGLE, UNIT
from lacuna.domain.tiers import Tier
from lacuna.ports.fingerprints import Hashes, Matches

RARE: Final = 3
"""A shingle of at most so many documents weighs 2, another one 1."""

NEEDED: Final = 6
"""The weight that different shingles of one document must have together."""

COVERED: Final = 10 * UNIT
"""How much text they must cover."""

REACH: Final = 30 * UNIT
"""How far apart the first and the last of them may begin, so that some changed words between them do not matter."""

Ints = npt.NDArray[np.int64]


class Run(NamedTuple):
    """A stretch of the text that a document of `tier` holds too: its first and last shingle and their weight."""

    tier: Tier
    first: int
    last: int
    weight: int


def runs(asked: Hashes, offsets: Sequence[int], matches: Matches) -> list[Run]:
    """What of a text with the shingles `asked`, at `offsets`, stands in documents: runs of one tier that overlap made
    one, less those within one of a higher tier; in order of place."""
    if 2 * matches.positions.size < NEEDED:
        return []
    found = list(_of_documents(asked, np.asarray(offsets, np.int64), matches))
    highest = _merged(found, Tier.PROPRIETARY)
    others = [run for run in _merged(found, Tier.INTERNAL) if not _within(run, highest)]
    return sorted([*highest, *others], key=_first)


def _of_documents(asked: Hashes, offsets: Ints, matches: Matches) -> Iterator[Run]:
    order = np.lexsort((matches.positions, asked[matches.positions], matches.documents))
    order = order[_not_again(asked, offsets, matches, order)]
    order = order[np.lexsort((matches.positions[order], matches.documents[order]))]
    positions = matches.positions[order]
    begins = offsets[positions]
    # One axis for all documents, with more than REACH between them.
    axis = begins + matches.documents[order] * (offsets[-1] + REACH + 1)
    past = axis.searchsorted(axis + REACH, "right")
    weights = np.concatenate(([0], np.cumsum(np.where(matches.holders[order] <= RARE, 2, 1))))
    fresh = np.concatenate(([0], np.cumsum(np.minimum(np.diff(axis), SHINGLE))))
    here = np.arange(axis.size)
    weight = weights[past] - weights[here]
    covered = fresh[past - 1] - fresh[here] + SHINGLE
    for begin in np.flatnonzero((weight >= NEEDED) & (covered >= COVERED)).tolist():
        tier = Tier(int(matches.tiers[order[begin]]))
        yield Run(tier, int(positions[begin]), int(positions[past[begin] - 1]), int(weight[begin]))


def _not_again(asked: Hashes, offsets: Ints, matches: Matches, order: Ints) -> npt.NDArray[np.bool_]:
    """False where the same shingle of the same document stood close before: a repeated phrase counts once. `order`
    sorts by document, hash and position."""
    positions, documents = matches.positions[order], matches.documents[order]
    hashes, begins = asked[positions], offsets[positions]
    fresh = np.ones(order.size, np.bool_)
    fresh[1:] = (documents[1:] != documents[:-1]) | (hashes[1:] != hashes[:-1]) | (np.diff(begins) > REACH)
    return fresh


def _merged(found: Iterable[Run], tier: Tier) -> list[Run]:
    """The runs of one tier, those that overlap made one, in order of place."""
    merged: list[Run] = []
    for run in sorted((run for run in found if run.tier is tier), key=_first):
        if merged and run.first <= merged[-1].last:
            known = merged.pop()
            run = Run(tier, known.first, max(known.last, run.last), max(known.weight, run.weight))
        merged.append(run)
    return merged


def _within(run: Run, others: Sequence[Run]) -> bool:
    """Whether one of `others`, in order of place and apart from each other, covers the run."""
    before = bisect_right(others, run.first, key=_first)
    return before > 0 and others[before - 1].last >= run.last


def _first(run: Run) -> int:
    return run.first
