"""Triggers that keep the log append-only: records and interior nodes are never changed or removed, and the head never
goes back.

They stop mistakes, and a user of the database who may not remove triggers. Whoever may is found by verification.
"""

from typing import Final

APPEND_ONLY: Final = ("records", "subtrees")
_REFUSAL: Final = "the ledger is append-only"
_FUNCTION: Final = (
    "CREATE FUNCTION lacuna_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
)


def append_only(dialect: str) -> list[str]:
    """The statements that make the triggers, for `sqlite` or `postgresql`."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    return [
        *(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} {refuse}"
            for table in APPEND_ONLY
            for event in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER log_head_forward BEFORE UPDATE ON log_head WHEN new.size < old.size {refuse}",
        f"CREATE TRIGGER log_head_no_delete BEFORE DELETE ON log_head {refuse}",
    ]


def _postgresql() -> list[str]:
    refuse = "EXECUTE FUNCTION lacuna_append_only()"
    return [
        _FUNCTION,
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {refuse}"
            for table in APPEND_ONLY
        ),
        f"CREATE TRIGGER log_head_forward BEFORE UPDATE ON log_head FOR EACH ROW WHEN (new.size < old.size) {refuse}",
        f"CREATE TRIGGER log_head_stays BEFORE DELETE OR TRUNCATE ON log_head FOR EACH STATEMENT {refuse}",
    ]
