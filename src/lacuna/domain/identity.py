"""Who asks, and what they may read. Both come from the credential, never from the request body."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from lacuna.domain.tiers import Tier

EVERYONE = "everyone"
"""The group that every authenticated principal belongs to."""


class Role(StrEnum):
    ADMIN = "admin"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a principal may read: PUBLIC always; above it only what is at most `clearance` and shares a group."""

    clearance: Tier
    groups: frozenset[str]
    all_groups: bool = False

    def permits(self, tier: Tier, groups: Iterable[str]) -> bool:
        if tier is Tier.PUBLIC:
            return True
        return tier <= self.clearance and (self.all_groups or not self.groups.isdisjoint(groups))

    def narrowed(self, *, max_tier: Tier | None = None, groups: Iterable[str] | None = None) -> "Reach":
        """The reach cut down to what the caller asks for; it never grows."""
        clearance = self.clearance if max_tier is None else min(self.clearance, max_tier)
        if groups is None:
            return replace(self, clearance=clearance)
        wanted = frozenset(groups)
        return Reach(clearance=clearance, groups=wanted if self.all_groups else self.groups & wanted)


@dataclass(frozen=True, slots=True)
class Principal:
    """`via` names how the person or program was authenticated: "dev", "api-key", "cli"."""

    user_id: str
    email: str
    groups: frozenset[str]
    clearance: Tier
    roles: frozenset[Role]
    via: str
    reads_all_groups: bool = False

    @property
    def reach(self) -> Reach:
        return Reach(self.clearance, self.groups | {EVERYONE}, self.reads_all_groups)

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles

    @property
    def is_steward(self) -> bool:
        """Whether this principal may grant, refuse and withdraw overrides, and let labels count."""
        return self.is_admin
