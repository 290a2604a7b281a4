"""How sensitive a text is. Tiers are ordered numbers; nothing compares them as strings."""

from collections.abc import Iterable
from enum import IntEnum


class Tier(IntEnum):
    """The three tiers, least sensitive first. `str(tier)` is the name used on every surface."""

    PUBLIC = 0
    INTERNAL = 1
    PROPRIETARY = 2

    def __str__(self) -> str:
        return self.name

    @classmethod
    def parse(cls, name: str) -> "Tier":
        """The tier with this name in any case. Raises ValueError that lists the names."""
        try:
            return cls[name.strip().upper()]
        except KeyError:
            known = ", ".join(tier.name for tier in cls)
            raise ValueError(f"unknown tier {name!r}: use one of {known}") from None


def join(tiers: Iterable[Tier], floor: Tier = Tier.PUBLIC) -> Tier:
    """The least upper bound: the maximum of `tiers`, at least `floor`."""
    return max(tiers, default=floor) if floor is Tier.PUBLIC else max(floor, *tiers)
