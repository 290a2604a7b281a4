"""Who asks, and what they may read. Both come from the credential, never from the request body."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lacuna.domain.errors import Forbidden
from lacuna.domain.permissions import Permission, Role, granted, roles_with
from lacuna.domain.tiers import Tier

__all__ = ["EVERYONE", "Permission", "Principal", "Reach", "Role"]

EVERYONE = "everyone"
"""The group that every authenticated principal belongs to."""


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
    """`via` names how the person or program was authenticated: "dev", "api-key", "proxy", "oidc", "cli". A credential
    with `scopes` allows nothing beyond them, whatever the roles."""

    user_id: str
    email: str
    groups: frozenset[str]
    clearance: Tier
    roles: frozenset[Role]
    via: str
    reads_all_groups: bool = False
    scopes: frozenset[Permission] | None = None
    name: str = ""
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", granted(self.roles, self.scopes))

    def may(self, permission: Permission) -> bool:
        """Whether this principal is allowed to do that."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises Forbidden, naming the permission and the roles that bring it."""
        if permission in self.permissions:
            return
        roles = " or ".join(roles_with(permission))
        beyond = self.scopes is not None and permission in granted(self.roles)
        raise Forbidden(
            f"This needs the permission {permission}.",
            cure="The scopes of this API key leave it out; use another key."
            if beyond
            else f"Ask an administrator for the role {roles}.",
        )

    @property
    def reach(self) -> Reach:
        return Reach(self.clearance, self.groups | {EVERYONE}, self.reads_all_groups)

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles
