"""Triggers that refuse changes of the log."""

from alembic import op

from lacuna.adapters.storage.migrations.append_only import append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in append_only(op.get_bind().dialect.name):
        op.execute(statement)
