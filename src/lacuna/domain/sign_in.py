"""From what a credential says to a principal: which groups bring which role, and which clearance.

Every way of signing in ends here, so that a group means the same whether it came with an API key, from a proxy or in a
token of an identity provider.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lacuna.domain.api_keys import MAX_GROUPS, MAX_NAME
from lacuna.domain.errors import Unauthenticated
from lacuna.domain.identity import Principal, Role
from lacuna.domain.permissions import Permission
from lacuna.domain.tiers import Tier

RESERVED: Final = frozenset({"system", "lacuna", "bootstrap-admin", "dev-user", "unknown"})
"""User ids that no credential may bring."""
MAX_USER_ID: Final = 256

_OWN: Final = re.compile(r"cli:", re.IGNORECASE)


class Refused(Unauthenticated):
    """Why a credential does not count; `reason` is one of a closed set, for metrics and the ledger."""

    def __init__(self, reason: str, message: str, *, cure: str) -> None:
        super().__init__(message, cure=cure)
        self.reason = reason


def of_no_tenant(reason: str, cure: str = "Send a credential of your tenant.") -> Refused:
    """The one refusal of what belongs to no tenant, or claims without proof to belong to one: it tells nobody which
    tenants there are."""
    return Refused(reason, "No valid credential of a tenant came with the request.", cure=cure)


def is_own(user_id: str) -> bool:
    """Whether a user id is one of Lacuna's own, which nobody from outside may have."""
    return user_id in RESERVED or _OWN.match(user_id) is not None


def too_many(groups: Iterable[str]) -> bool:
    """Whether these are more or longer names of groups than are taken."""
    names = list(groups)
    return len(names) > MAX_GROUPS or any(len(name) > MAX_NAME for name in names)


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
