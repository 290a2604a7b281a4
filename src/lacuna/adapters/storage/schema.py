"""The tables, once for every database. migrations/ leads to exactly this; a test holds the two together.

What each table promises is in docs/ledger-format.md. `records`, `subtrees` and `log_head` are the log; `lineage_*` is
an index made from the records' transactions; `documents`, `conversations`, `terms`, `overrides` and `labels` hold
current state.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    event,
)
from sqlalchemy.engine import Connection

from lacuna.adapters.storage.migrations.append_only import append_only
from lacuna.adapters.storage.migrations.columns import text

metadata = MetaData()

_Text = text()

# SQLite makes an INTEGER PRIMARY KEY the row's own number: appends go to the end of one tree.
_Index = BigInteger().with_variant(Integer, "sqlite")

records = Table(
    "records",
    metadata,
    Column("idx", _Index, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", _Text, nullable=False),
    Column("actor", _Text, nullable=False),
    Column("decision", _Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    # Last, so that reading the columns before it never touches the overflow pages of a long body.
    Column("body", LargeBinary, nullable=False),
    Index("records_decision", "decision"),
)

subtrees = Table(
    "subtrees",
    metadata,
    Column("level", Integer, nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "idx"),
    sqlite_with_rowid=False,
)

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("range", LargeBinary, nullable=False),
    Column("checkpoint", _Text, nullable=False),
)

lineage_nodes = Table(
    "lineage_nodes",
    metadata,
    Column("node_id", _Text, primary_key=True),
    Column("kind", _Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("label", _Text, nullable=False),
    sqlite_with_rowid=False,
)

lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("source", _Text, nullable=False),
    Column("target", _Text, nullable=False),
    Column("relation", _Text, nullable=False),
    PrimaryKeyConstraint("source", "target", "relation"),
    Index("lineage_edges_target", "target"),
    sqlite_with_rowid=False,
)

documents = Table(
    "documents",
    metadata,
    Column("document_id", _Text, primary_key=True),
    Column("ready", Boolean, nullable=False),
    Column("title", _Text, nullable=False),
    Column("source", _Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("found_tier", Integer, nullable=False),
    Column("groups", _Text, nullable=False),
    Column("tags", _Text, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("text_length", BigInteger, nullable=False),
    Column("content_hmac", _Text, nullable=False),
    Column("media_type", _Text, nullable=False),
    Column("ruleset", _Text, nullable=False),
    Column("owner", _Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("key", _Text, primary_key=True),
    Column("tier", Integer, nullable=False),
    sqlite_with_rowid=False,
)

terms = Table(
    "terms",
    metadata,
    Column("term_id", _Text, primary_key=True),
    Column("list", _Text, nullable=False),
    Column("form", _Text, nullable=False),
    Column("name", _Text, nullable=False),
    Column("aliases", _Text, nullable=False),
    Column("match", _Text, nullable=False),
    Column("added_by", _Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Index("terms_form", "list", "form", unique=True),
    sqlite_with_rowid=False,
)

term_version = Table(
    "term_version",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

overrides = Table(
    "overrides",
    metadata,
    Column("override_id", _Text, primary_key=True),
    Column("kind", _Text, nullable=False),
    Column("key", _Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("effect", _Text, nullable=False),
    Column("reason", _Text, nullable=False),
    Column("author", _Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("note", _Text, nullable=False),
    Column("decision_id", _Text, nullable=False),
    Column("state", _Text, nullable=False),
    Column("decided_by", _Text, nullable=False),
    Column("decided_at", BigInteger),
    Column("remark", _Text, nullable=False),
    Index("overrides_state", "state", "override_id"),
    sqlite_with_rowid=False,
)

labels = Table(
    "labels",
    metadata,
    Column("label_id", _Text, primary_key=True),
    Column("text", _Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("decision_id", _Text, nullable=False),
    Column("override_id", _Text, nullable=False),
    Column("added_by", _Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Index("labels_override", "override_id"),
    sqlite_with_rowid=False,
)

override_version = Table(
    "override_version",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("dataset_id", _Text, primary_key=True),
    Column("namespace", _Text, nullable=False),
    Column("name", _Text, nullable=False),
    Column("named", Integer, nullable=False),
    Column("sampled", Integer, nullable=False),
    Column("declared", Integer),
    Column("columns", _Text, nullable=False),
    Column("tags", _Text, nullable=False),
    Column("groups", _Text, nullable=False),
    Column("owner", _Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

lineage_events = Table(
    "lineage_events",
    metadata,
    Column("key", _Text, primary_key=True),
    sqlite_with_rowid=False,
)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("version", _Text, primary_key=True),
    Column("author", _Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("note", _Text, nullable=False),
    Column("files", _Text, nullable=False),
    Column("data", _Text, nullable=False),
)

policy_activations = Table(
    "policy_activations",
    metadata,
    Column("serial", _Index, primary_key=True, autoincrement=False),
    Column("version", _Text),
    Column("activated_by", _Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", _Text, primary_key=True),
    Column("key", _Text, nullable=False),
    Column("requester", _Text, nullable=False),
    Column("action", _Text, nullable=False),
    Column("subject", _Text, nullable=False),
    Column("tier", _Text, nullable=False),
    Column("groups", _Text, nullable=False),
    Column("rule", _Text, nullable=False),
    Column("reason", _Text, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("state", _Text, nullable=False),
    Column("decision_id", _Text, nullable=False),
    Column("decided_by", _Text, nullable=False),
    Column("decided_at", BigInteger),
    Column("remark", _Text, nullable=False),
    Index("approvals_key", "key"),
    Index("approvals_state", "state", "expires"),
    sqlite_with_rowid=False,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", _Text, primary_key=True),
    Column("token_hash", _Text, nullable=False, unique=True),
    Column("name", _Text, nullable=False),
    Column("service_account", _Text, nullable=False),
    Column("groups", _Text, nullable=False),
    Column("clearance", Integer, nullable=False),
    Column("scopes", _Text),
    Column("networks", _Text, nullable=False),
    Column("created_by", _Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("replaces", _Text, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", _Text, nullable=False),
    Column("last_used_at", BigInteger),
    Column("last_used_from", _Text, nullable=False),
    sqlite_with_rowid=False,
)

api_key_version = Table(
    "api_key_version",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

source_items = Table(
    "source_items",
    metadata,
    Column("source", _Text, nullable=False),
    Column("origin", _Text, nullable=False),
    Column("document_id", _Text, nullable=False),
    Column("version", _Text, nullable=False),
    Column("state", _Text, nullable=False),
    PrimaryKeyConstraint("source", "origin"),
    Index("source_items_origin", "origin"),
    Index("source_items_document", "document_id"),
    sqlite_with_rowid=False,
)


hmac_keys = Table(
    "hmac_keys",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key_id", _Text, nullable=False, unique=True),
    sqlite_with_rowid=False,
)


@event.listens_for(metadata, "after_create")
def _protect(_: MetaData, connection: Connection, **__: object) -> None:
    for statement in append_only(connection.dialect.name):
        connection.exec_driver_sql(statement)
