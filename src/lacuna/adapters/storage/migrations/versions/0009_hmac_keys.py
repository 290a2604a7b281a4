"""The ids of the HMAC keys that the log has had."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hmac_keys",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key_id", text(), nullable=False, unique=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("hmac_keys")
