"""Versions of policies, and the history of which was in force."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("version", text(), primary_key=True),
        sa.Column("author", text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("files", text(), nullable=False),
        sa.Column("data", text(), nullable=False),
    )
    op.create_table(
        "policy_activations",
        sa.Column(
            "serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("version", text()),
        sa.Column("activated_by", text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("policy_activations")
    op.drop_table("policy_versions")
