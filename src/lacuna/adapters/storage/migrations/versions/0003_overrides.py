"""Overrides and labels, and the version that tells readers of a change."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overrides",
        sa.Column("override_id", text(), primary_key=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("key", text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("effect", text(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("author", text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger()),
        sa.Column("note", text(), nullable=False),
        sa.Column("decision_id", text(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("decided_by", text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("remark", text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("overrides_state", "overrides", ["state", "override_id"])
    op.create_table(
        "labels",
        sa.Column("label_id", text(), primary_key=True),
        sa.Column("text", text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("decision_id", text(), nullable=False),
        sa.Column("override_id", text(), nullable=False),
        sa.Column("added_by", text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("labels_override", "labels", ["override_id"])
    op.create_table(
        "override_version",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO override_version (id, version) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("override_version")
    op.drop_table("labels")
    op.drop_table("overrides")
