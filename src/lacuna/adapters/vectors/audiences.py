"""Who may read what, as numbers: each distinct pair of tier and groups is one audience.

The rule itself stays in `Reach.permits`; this module only remembers its answers. An audience it has not met is not
permitted. Not safe under threads: its owner holds a lock; the filters it hands out are never changed.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from lacuna.adapters.vectors.matrix import Filter
from lacuna.domain.identity import Reach
from lacuna.domain.tiers import Tier

_REMEMBERED: Final = 256
"""Filters kept, one for each reach that asked lately."""


class Audiences:
    def __init__(self) -> None:
        self._known: list[tuple[Tier, frozenset[str]]] = []
        self._filters: dict[Reach, Filter] = {}

    def __len__(self) -> int:
        """Also the highest number: they are given from 1 without a gap."""
        return len(self._known)

    def __getitem__(self, audience: int) -> tuple[Tier, frozenset[str]]:
        return self._known[audience - 1]

    def learn(self, more: Iterable[tuple[Tier, frozenset[str]]]) -> None:
        """The next audiences in the order of their numbers."""
        self._known.extend(more)

    def permitted(self, reach: Reach) -> Filter:
        """For each audience, whether `reach` permits it."""
        known = self._filters.pop(reach, None)
        if known is None or len(known) <= len(self._known):
            start = len(known) - 1 if known is not None else 0
            fresh = [reach.permits(tier, groups) for tier, groups in self._known[start:]]
            known = np.concatenate(
                [known if known is not None else np.zeros(1, dtype=np.bool_), np.array(fresh, np.bool_)]
            )
            if len(self._filters) >= _REMEMBERED:
                self._filters.pop(next(iter(self._filters)))
        self._filters[reach] = known
        return known
