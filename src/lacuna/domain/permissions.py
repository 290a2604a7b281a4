"""What a principal may do, and which roles bring it.

Each permission is named here once; routes, commands and use cases refer to it. A role is a set of permissions, a
principal has the union of those of their roles, cut down to the scopes of the credential where it has any. What a
principal may *read* is another matter: clearance and groups (`lacuna.domain.identity.Reach`).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing that can be allowed. The values are the scopes of an API key."""

    ASK = "questions.ask"
    """Classify, ask, search, and evaluate data operations."""
    READ_DOCUMENTS = "documents.read"
    WRITE_DOCUMENTS = "documents.write"
    """Upload, and change or delete one's own."""
    MANAGE_DOCUMENTS = "documents.manage"
    """Change or delete anybody's, and give documents to any group."""
    READ_DECISIONS = "decisions.read"
    """One's own."""
    READ_ALL_DECISIONS = "decisions.read_all"
    READ_TEXTS = "texts.read"
    """Stored text of others. No role but `text-reader` has it, not even the administrator's."""
    GIVE_FEEDBACK = "feedback.give"
    READ_LINEAGE = "lineage.read"
    REPORT_LINEAGE = "lineage.report"
    USE_APPROVALS = "approvals.use"
    """See one's own requests and those that one's groups decide, and decide the latter."""
    DECIDE_APPROVALS = "approvals.decide"
    """Decide any request of somebody else."""
    MANAGE_OVERRIDES = "overrides.manage"
    MANAGE_TERMS = "terms.manage"
    READ_POLICIES = "policies.read"
    MANAGE_POLICIES = "policies.manage"
    READ_AUDIT = "audit.read"
    VERIFY_AUDIT = "audit.verify"
    MANAGE_AUDIT = "audit.manage"
    """Anchor checkpoints, rotate the ledger's keys, erase a subject's stored text."""
    MANAGE_KEYS = "keys.manage"
    READ_USERS = "users.read"
    READ_CONFIG = "config.read"


class Role(StrEnum):
    ADMIN = "admin"
    STEWARD = "steward"
    AUDITOR = "auditor"
    TEXT_READER = "text-reader"
    SERVICE = "service"
    USER = "user"


_USER: Final = frozenset(
    {
        Permission.ASK,
        Permission.READ_DOCUMENTS,
        Permission.WRITE_DOCUMENTS,
        Permission.READ_DECISIONS,
        Permission.GIVE_FEEDBACK,
        Permission.READ_LINEAGE,
        Permission.USE_APPROVALS,
    }
)

GRANTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(Permission) - {Permission.READ_TEXTS},
    Role.STEWARD: _USER
    | {
        Permission.REPORT_LINEAGE,
        Permission.DECIDE_APPROVALS,
        Permission.MANAGE_OVERRIDES,
        Permission.MANAGE_TERMS,
        Permission.READ_POLICIES,
        Permission.MANAGE_POLICIES,
    },
    Role.AUDITOR: frozenset(
        {
            Permission.READ_DECISIONS,
            Permission.READ_ALL_DECISIONS,
            Permission.READ_LINEAGE,
            Permission.READ_POLICIES,
            Permission.READ_AUDIT,
            Permission.VERIFY_AUDIT,
            Permission.READ_USERS,
        }
    ),
    Role.TEXT_READER: frozenset({Permission.READ_TEXTS}),
    Role.SERVICE: _USER | {Permission.REPORT_LINEAGE},
    Role.USER: _USER,
}


def granted(roles: Iterable[Role], scopes: frozenset[Permission] | None = None) -> frozenset[Permission]:
    """What the roles bring together, cut down to `scopes` unless they are None."""
    brought = frozenset(permission for role in roles for permission in GRANTS[role])
    return brought if scopes is None else brought & scopes


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that bring a permission, the most powerful first."""
    return tuple(role for role in Role if permission in GRANTS[role])
