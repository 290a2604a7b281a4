"""Data sets that lineage events told of, and which events came already."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("dataset_id", text(), primary_key=True),
        sa.Column("namespace", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("declared", sa.Integer()),
        sa.Column("columns", text(), nullable=False),
        sa.Column("tags", text(), nullable=False),
        sa.Column("groups", text(), nullable=False),
        sa.Column("owner", text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lineage_events",
        sa.Column("key", text(), primary_key=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("lineage_events")
    op.drop_table("datasets")
