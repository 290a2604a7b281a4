"""What is remembered of the items of sources."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_items",
        sa.Column("source", text(), nullable=False),
        sa.Column("origin", text(), nullable=False),
        sa.Column("document_id", text(), nullable=False),
        sa.Column("version", text(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "origin"),
        sqlite_with_rowid=False,
    )
    op.create_index("source_items_origin", "source_items", ["origin"])
    op.create_index("source_items_document", "source_items", ["document_id"])


def downgrade() -> None:
    op.drop_table("source_items")
