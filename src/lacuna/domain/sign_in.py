"""From what a credential says to a principal: which groups bring which role, and which clearance.

Every way of signing in ends here, so that a group means the same whether it came with an API key, from a proxy or in a
token of an identity provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lacuna.domain.identity import Principal, Role
from lacuna.domain.permissions import Permission
from lacuna.domain.tiers import Tier


@dataclass(frozen=True, slots=True)
class Identity:
    """What a credential says of whoever uses it. `clearance` is None where it says nothing of it."""

    user_id: str
    groups: frozenset[str]
    via: str
    email: str = ""
    name: str = ""
    clearance: Tier | None = None
    scopes: frozenset[Permission] | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """What the configuration says about groups. `roles` maps a group to its role, `clearances` a group to the highest
    tier its members may read; whoever is in none of these has `clearance`."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    clearances: Mapping[str, Tier] = field(default_factory=dict)
    clearance: Tier = Tier.INTERNAL

    def principal(self, identity: Identity, base: Role) -> Principal:
        """The principal. `base` is the role that comes with having signed in at all. Administrators read everything
        that is not somebody's stored text."""
        roles = frozenset({base, *(self.roles[group] for group in identity.groups if group in self.roles)})
        admin = Role.ADMIN in roles
        by_group = [self.clearances[group] for group in identity.groups if group in self.clearances]
        said = self.clearance if identity.clearance is None else identity.clearance
        clearance = Tier.PROPRIETARY if admin else max([said, *by_group] if identity.clearance is None else [said])
        return Principal(
            user_id=identity.user_id,
            email=identity.email,
            groups=identity.groups,
            clearance=clearance,
            roles=roles,
            via=identity.via,
            reads_all_groups=admin,
            scopes=identity.scopes,
            name=identity.name,
        )
