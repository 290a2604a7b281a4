"""Requests that somebody approves an operation."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_id", text(), primary_key=True),
        sa.Column("key", text(), nullable=False),
        sa.Column("requester", text(), nullable=False),
        sa.Column("action", text(), nullable=False),
        sa.Column("subject", text(), nullable=False),
        sa.Column("tier", text(), nullable=False),
        sa.Column("groups", text(), nullable=False),
        sa.Column("rule", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("decision_id", text(), nullable=False),
        sa.Column("decided_by", text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("remark", text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("approvals_key", "approvals", ["key"])
    op.create_index("approvals_state", "approvals", ["state", "expires"])


def downgrade() -> None:
    op.drop_table("approvals")
