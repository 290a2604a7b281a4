"""The ledger, lineage, documents and conversations."""

import sqlalchemy as sa
from alembic import op

from lacuna.adapters.storage.migrations.columns import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    index = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "records",
        sa.Column("idx", index, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", text(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.Column("decision", text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("records_decision", "records", ["decision"])
    op.create_table(
        "subtrees",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("range", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", text(), nullable=False),
    )
    op.create_table(
        "lineage_nodes",
        sa.Column("node_id", text(), primary_key=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("label", text(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lineage_edges",
        sa.Column("source", text(), nullable=False),
        sa.Column("target", text(), nullable=False),
        sa.Column("relation", text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "target", "relation"),
        sqlite_with_rowid=False,
    )
    op.create_index("lineage_edges_target", "lineage_edges", ["target"])
    op.create_table(
        "documents",
        sa.Column("document_id", text(), primary_key=True),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("title", text(), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("found_tier", sa.Integer(), nullable=False),
        sa.Column("groups", text(), nullable=False),
        sa.Column("tags", text(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("text_length", sa.BigInteger(), nullable=False),
        sa.Column("content_hmac", text(), nullable=False),
        sa.Column("media_type", text(), nullable=False),
        sa.Column("ruleset", text(), nullable=False),
        sa.Column("owner", text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("key", text(), primary_key=True),
        sa.Column("tier", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("conversations", "documents", "lineage_edges", "lineage_nodes", "log_head", "subtrees", "records"):
        op.drop_table(table)
