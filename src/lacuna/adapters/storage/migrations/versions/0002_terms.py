"""Terms that administrators add, and the version that tells readers of a change."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms",
        sa.Column("term_id", text(), primary_key=True),
        sa.Column("list", text(), nullable=False),
        sa.Column("form", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("aliases", text(), nullable=False),
        sa.Column("match", text(), nullable=False),
        sa.Column("added_by", text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("terms_form", "terms", ["list", "form"], unique=True)
    op.create_table(
        "term_version",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO term_version (id, version) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("term_version")
    op.drop_table("terms")
