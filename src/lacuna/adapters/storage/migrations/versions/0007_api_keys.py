"""API keys."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", text(), primary_key=True),
        sa.Column("token_hash", text(), nullable=False, unique=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("service_account", text(), nullable=False),
        sa.Column("groups", text(), nullable=False),
        sa.Column("clearance", sa.Integer(), nullable=False),
        sa.Column("scopes", text()),
        sa.Column("networks", text(), nullable=False),
        sa.Column("created_by", text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("replaces", text(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", text(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger()),
        sa.Column("last_used_from", text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "api_key_version",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO api_key_version (id, version) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("api_key_version")
    op.drop_table("api_keys")
