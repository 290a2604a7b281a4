"""The permission that each command needs, as routes declare theirs.

Whoever runs commands has the data folder's files in hand and is an administrator to the use cases, which check again.
The table says what the same act takes over HTTP, and keeps a new command from coming without an answer to that question
(tests/cli/test_command_permissions.py walks the tree).
"""

from typing import Final

from lacuna.domain.permissions import Permission

OPEN: Final = frozenset(
    {
        "dev",
        "serve",
        "migrate",
        "eval",
        "audit verifier",
        "audit verify-receipt",
        "config path",
        "config validate",
        "models compile",
        "models import",
        "models list",
        "policy test",
        "policy validate",
        "policy bundle",
        "policy prove",
    }
)
"""Commands that open no data of an installation, or start one: their right is that of running the program."""

COMMANDS: Final[dict[str, Permission]] = {
    "ingest": Permission.WRITE_DOCUMENTS,
    "reindex": Permission.MANAGE_DOCUMENTS,
    "ask": Permission.ASK,
    "classify": Permission.ASK,
    "search": Permission.ASK,
    "evaluate": Permission.ASK,
    "explain": Permission.READ_DECISIONS,
    "feedback": Permission.GIVE_FEEDBACK,
    **{
        f"admin {terms} {verb}": Permission.MANAGE_TERMS
        for terms in ("terms", "projects", "customers")
        for verb in ("list", "add", "remove", "import")
    },
    **{
        f"admin overrides {verb}": Permission.MANAGE_OVERRIDES
        for verb in ("list", "add", "grant", "refuse", "withdraw")
    },
    **{f"admin apikey {verb}": Permission.MANAGE_KEYS for verb in ("create", "list", "revoke", "rotate")},
    **{f"admin approvals {verb}": Permission.DECIDE_APPROVALS for verb in ("list", "grant", "refuse")},
    **{f"admin users {verb}": Permission.READ_USERS for verb in ("list", "show")},
    **{f"admin policy {verb}": Permission.MANAGE_POLICIES for verb in ("deploy", "reload")},
    **{f"audit {verb}": Permission.READ_AUDIT for verb in ("query", "show", "export", "checkpoint", "key", "report")},
    **{f"audit {verb}": Permission.MANAGE_AUDIT for verb in ("rotate-key", "rotate-hmac-key", "anchor", "erase")},
    "audit verify": Permission.VERIFY_AUDIT,
    "config show": Permission.READ_CONFIG,
    **{f"lineage {verb}": Permission.READ_LINEAGE for verb in ("show", "upstream", "downstream", "impact")},
    **{f"policy {verb}": Permission.READ_POLICIES for verb in ("list", "explain", "diff", "backtest")},
    **{f"policy {verb}": Permission.MANAGE_POLICIES for verb in ("deploy", "rollback")},
}
